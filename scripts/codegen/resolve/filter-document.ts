/** Keeps the operations that are chosen by tag, path or operationId, and those that they need, such as sign-in operations. */
import { didYouMean } from "../../shared/did-you-mean.ts";
import { dropUnreachable, idOf, schemesOf, tagsOf } from "./drop-unreachable.ts";
import { type Json, type JsonObject, toObject, toText } from "../util/json.ts";
import { methods } from "../openapi/walk-document.ts";
import { type FoundOperation, listOperations } from "../openapi/operations.ts";
import type { Report } from "../load/diagnostics.ts";

/** Patterns that choose operations; a pattern that matches no operation is an error. */
export interface Selection {
  /** Tags; `*` matches any text. */
  readonly tags?: readonly string[];
  /** Paths of the document such as `"/orders/{id}"`; `*` matches one segment, `/**` all further ones. `"GET /orders/**"` chooses one method. */
  readonly paths?: readonly string[];
  /** operationIds; `*` matches any text. */
  readonly operations?: readonly string[];
}

export interface Filter {
  readonly include?: Selection;
  readonly exclude?: Selection;
}

/** Throws for patterns that match nothing: they are mistakes, or the document has changed. */
export function checkFilter(document: Json, { include = {}, exclude = {} }: Filter, report: Report): void {
  const operations = listOperations(toObject(document));
  let found = true;
  for (const [word, selection] of Object.entries({ include, exclude })) {
    for (const { pattern, what, names, matches } of testsOf(selection)) {
      if (operations.some(matches)) continue;
      found = false;
      const message = `${word}: no operation has the ${what} ${JSON.stringify(pattern)}`;
      report(["paths"], message, nearTo(pattern, [...new Set(operations.flatMap(names))]));
    }
  }
  if (found && !operations.some(isSelected({ include, exclude })))
    report(["paths"], "include and exclude leave no operation", "exclude less");
}

/** Changes the document in place; every reference in it leads to a component. */
export function filterDocument(document: JsonObject, filter: Filter): void {
  const operations = listOperations(document);
  const kept = withNeeded(document, operations, operations.filter(isSelected(filter)));
  const keys = new Set(kept.map(({ key }) => key));
  const paths = new Map<string, JsonObject>();
  for (const { key, path, pathItem, method } of operations) {
    const item = paths.get(path) ?? without(pathItem, ["$ref", ...operationNames]);
    const name = method.toLowerCase();
    if (keys.has(key)) paths.set(path, { ...item, [name]: pathItem[name] });
  }
  document.paths = Object.fromEntries(paths);
  dropUnreachable(document, kept);
}

const operationNames: readonly string[] = [...methods, "additionalOperations"];

interface PatternTest {
  readonly pattern: string;
  readonly what: string;
  names(operation: FoundOperation): string[];
  matches(operation: FoundOperation): boolean;
}

function testsOf({ tags = [], paths = [], operations = [] }: Selection): PatternTest[] {
  const toTest = (pattern: string, what: string, names: PatternTest["names"], expression: RegExp): PatternTest => ({
    pattern,
    what,
    names,
    matches: (operation) => names(operation).some((name) => expression.test(name)),
  });
  return [
    ...tags.map((pattern) => toTest(pattern, "tag", tagsOf, textPattern(pattern))),
    ...paths.map((pattern) =>
      toTest(pattern, "path", ({ key, path }) => [/^[A-Z]+ /u.test(pattern) ? key : path], pathPattern(pattern)),
    ),
    ...operations.map((pattern) => toTest(pattern, "operationId", idOf, textPattern(pattern))),
  ];
}

function isSelected({ include = {}, exclude = {} }: Filter): (operation: FoundOperation) => boolean {
  const wanted = testsOf(include);
  const unwanted = testsOf(exclude);
  return (operation) =>
    (wanted.length === 0 || wanted.some(({ matches }) => matches(operation))) &&
    !unwanted.some(({ matches }) => matches(operation));
}

const textPattern = (pattern: string): RegExp => new RegExp(`^${pattern.split("*").map(literally).join(".*")}$`, "su");

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");

const pathPattern = (pattern: string): RegExp => {
  const parts = pattern.split(/(\/\*\*|\*)/u).map((part) => {
    if (part === "/**") return "(?:/.*)?";
    return part === "*" ? "[^/]*" : literally(part);
  });
  return new RegExp(`^${parts.join("")}$`, "su");
};

/** Suggests the most similar name; for a pattern with wildcards, a path with a similar beginning. */
function nearTo(pattern: string, names: readonly string[]): string {
  const beginnings = names.flatMap((name) => {
    const parts = name.split("/");
    return parts.slice(2).map((_, index) => `${parts.slice(0, index + 2).join("/")}/**`);
  });
  const near = didYouMean(pattern, [...new Set([...names, ...(pattern.includes("*") ? beginnings : [])])]);
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`;
  const some = names.slice(0, 12).map((name) => JSON.stringify(name));
  if (some.length === 0) return "the document has none";
  return `there are ${some.join(", ")}${names.length > some.length ? ` and ${names.length - some.length} more` : ""}`;
}

/** The operations that a call needs: sign-in, and the look-up that makes a repeated write safe. */
function withNeeded(
  document: JsonObject,
  all: readonly FoundOperation[],
  selected: FoundOperation[],
): FoundOperation[] {
  const kept = new Set(selected);
  for (const one of kept) {
    const schemes = toObject(toObject(document.components).securitySchemes);
    const lifecycles = schemesOf(document, one).map((name) => toObject(schemes[name])["x-latchkey-lifecycle"]);
    const wanted = new Set([lifecycles, one.operation["x-latchkey-idempotency"]].flatMap(operationsNamedIn));
    if (wanted.size === 0) continue;
    for (const other of all) if (wanted.has(toText(other.operation.operationId) ?? "")) kept.add(other);
  }
  return all.filter((one) => kept.has(one));
}

function operationsNamedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(operationsNamedIn);
  return Object.entries(toObject(value)).flatMap(([name, member]) =>
    name === "operation" && typeof member === "string" ? [member] : operationsNamedIn(member),
  );
}

const without = (object: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
