/**
 * Resolves references and `allOf` of two schemas into lists of parts that all apply. A reference that both have is left out, because
 * components are compared separately.
 */
import { isObject, type Json, type JsonObject, toList } from "../../codegen/util/json.ts";
import type { Names, Schemas } from "./renamed-schemas.ts";

export type Parts = readonly JsonObject[];

export interface Opened {
  readonly before: Parts;
  readonly after: Parts;
  /** Components that both refer to, which are compared separately. */
  readonly shared: readonly (readonly [before: string, after: string])[];
}

export interface Documents {
  readonly before: Schemas;
  readonly after: Schemas;
  readonly names: Names;
}

export function openParts(before: readonly Json[], after: readonly Json[], documents: Documents): Opened {
  const [older, newer] = [createSide(before, documents.before), createSide(after, documents.after)];
  const shared: [string, string][] = [];
  for (;;) {
    for (const name of older.references) {
      const other = documents.names.get(name);
      if (other === undefined || !newer.references.has(other)) continue;
      older.references.delete(name);
      newer.references.delete(other);
      shared.push([name, other]);
    }
    if (!older.openNext() && !newer.openNext()) return { before: older.parts, after: newer.parts, shared };
  }
}

/** The parts of one schema, without another to compare it with. */
export const partsOf = (schema: Json, schemas: Schemas): Parts => {
  const side = createSide([schema], schemas);
  while (side.openNext());
  return side.parts;
};

function createSide(nodes: readonly Json[], schemas: Schemas) {
  const parts: JsonObject[] = [];
  const references = new Set<string>();
  const opened = new Set<string>();
  const add = (node: Json | undefined): void => {
    if (node === false) parts.push({ not: {} });
    if (!isObject(node)) return;
    const { $ref, allOf, ...rest } = node;
    if (typeof $ref === "string" && !opened.has($ref)) references.add($ref);
    for (const part of toList(allOf)) add(part);
    if (Object.keys(rest).length > 0) parts.push(rest);
  };
  for (const node of nodes) add(node);
  return {
    parts,
    references,
    /** Returns false if nothing is left to resolve. */
    openNext(): boolean {
      const [name] = references;
      if (name === undefined) return false;
      references.delete(name);
      opened.add(name);
      if (Object.hasOwn(schemas, name)) add(schemas[name]);
      return true;
    },
  };
}

/** The values of a keyword in all parts. */
export const valuesOf = (parts: Parts, keyword: string): Json[] =>
  parts.flatMap((part) => {
    const value = part[keyword];
    return value === undefined ? [] : [value];
  });

/** The component that a schema refers to, if it is only a reference. */
export function aloneIn(nodes: readonly Json[]): string | undefined {
  const [node] = nodes;
  if (nodes.length !== 1 || !isObject(node) || typeof node.$ref !== "string") return undefined;
  return Object.keys(node).length === 1 ? node.$ref : undefined;
}
