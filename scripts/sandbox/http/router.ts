/** Finds the operation of a path; if several templates fit, the one with the fewest parameters (OpenAPI 3.1, Path Templating). */
import { decode } from "./parameter-styles.ts";
import { createMap } from "../../codegen/util/json.ts";
import type { SandboxDocument } from "../spec/document.ts";
import type { DocumentOperation } from "../spec/document-operation.ts";
import { matchSegment } from "../spec/segment-pattern.ts";

export interface Route {
  readonly operation: DocumentOperation;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Percent-encoded, as they came. */
  readonly rawPathParameters: Readonly<Record<string, string>>;
}

export type Router = (host: string | undefined, method: string, path: string) => Route | undefined;

export function createRouter({ operations }: SandboxDocument): Router {
  const routes = operations
    .map((operation) => ({ operation, ...compile(operation.path) }))
    .sort((a, b) => a.names.length - b.names.length);
  return (host, method, path) => {
    const given = path.split("/");
    // A slash at the end makes no other path.
    const shorter = given.at(-1) === "" ? given.slice(0, -1) : given;
    for (const { operation, names, segments } of routes) {
      if (operation.method !== method || operation.host !== host) continue;
      const values = matchPath(segments, given) ?? matchPath(segments, shorter);
      if (!values) continue;
      const raw = names.map((name, index) => [name, values[index] ?? ""] as const);
      const pathParameters = createMap(raw.map(([name, text]) => [name, decode(text)] as const));
      return { operation, pathParameters, rawPathParameters: createMap(raw) };
    }
    return undefined;
  };
}

/** A template's parameters, and for each of its segments the literals around them. */
function compile(path: string): {
  readonly names: readonly string[];
  readonly segments: readonly (readonly string[])[];
} {
  const names: string[] = [];
  const segments = [[""]];
  for (const part of path.split(/(\{[^}]+\})/u)) {
    if (/^\{.+\}$/u.test(part)) {
      names.push(part.slice(1, -1));
      segments.at(-1)?.push("");
    } else {
      const [first = "", ...others] = part.split("/");
      const literals = segments.at(-1) ?? [];
      literals.push((literals.pop() ?? "") + first);
      segments.push(...others.map((text) => [text]));
    }
  }
  return { names, segments };
}

/** The values of the parameters; `undefined` where the path does not fit. */
function matchPath(segments: readonly (readonly string[])[], path: readonly string[]): readonly string[] | undefined {
  if (segments.length !== path.length) return undefined;
  const values: string[] = [];
  for (const [index, literals] of segments.entries()) {
    const found = matchSegment(literals, path[index] ?? "", 1);
    if (!found) return undefined;
    values.push(...found);
  }
  return values;
}
