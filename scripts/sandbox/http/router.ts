/** Finds the operation of a path; if several templates fit, the one with the fewest parameters (OpenAPI 3.1, Path Templating). */
import { createMap } from "../../codegen/util/json.ts";
import type { SandboxDocument } from "../spec/document.ts";
import type { DocumentOperation } from "../spec/document-operation.ts";

export interface Route {
  readonly operation: DocumentOperation;
  readonly pathParameters: Readonly<Record<string, string>>;
}

export type Router = (host: string | undefined, method: string, path: string) => Route | undefined;

export function createRouter({ operations }: SandboxDocument): Router {
  const routes = operations
    .map((operation) => ({ operation, ...compile(operation.path) }))
    .sort((a, b) => a.names.length - b.names.length);
  return (host, method, path) => {
    for (const { operation, names, pattern } of routes) {
      const match = operation.method === method && operation.host === host ? pattern.exec(path) : null;
      if (!match) continue;
      const pairs = names.map((name, index) => [name, decode(match[index + 1] ?? "")] as const);
      return { operation, pathParameters: createMap(pairs) };
    }
    return undefined;
  };
}

function compile(path: string): { names: string[]; pattern: RegExp } {
  const names: string[] = [];
  const source = path.split(/(\{[^}]+\})/u).map((part) => {
    if (!part.startsWith("{")) return part.replaceAll(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
    names.push(part.slice(1, -1));
    return "([^/]+)";
  });
  return { names, pattern: new RegExp(`^${source.join("")}/?$`, "u") };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
