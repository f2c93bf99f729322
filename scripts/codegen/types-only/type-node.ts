/** A TypeScript type as data, and how types are combined. */
import type { JsonObject } from "../util/json.ts";

export type TypeNode =
  | { readonly kind: "keyword"; readonly name: Keyword }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  /** `name<args>`, or a name alone. */
  | { readonly kind: "named"; readonly name: string; readonly args: readonly TypeNode[] }
  /** `of["key"]`. */
  | { readonly kind: "member"; readonly of: TypeNode; readonly key: string }
  | { readonly kind: "array"; readonly item: TypeNode }
  | { readonly kind: "tuple"; readonly items: readonly TypeNode[]; readonly rest?: TypeNode }
  /** `readonly` before an array or a tuple. */
  | { readonly kind: "readonly"; readonly of: TypeNode }
  | { readonly kind: "object"; readonly members: readonly Member[] }
  | { readonly kind: "union" | "intersection"; readonly parts: readonly TypeNode[] };

export type Keyword = "string" | "number" | "boolean" | "null" | "never" | "unknown" | "undefined";

export interface Member {
  readonly name: string;
  readonly type: TypeNode;
  readonly isOptional: boolean;
  readonly isReadonly: boolean;
  /** `[name: string]`, or a template literal type in place of `string`. */
  readonly index?: string;
  /** The part of the document that the member's comment is made from. */
  readonly about?: JsonObject;
}

export const keyword = (name: Keyword): TypeNode => ({ kind: "keyword", name });

export const named = (name: string, ...args: readonly TypeNode[]): TypeNode => ({ kind: "named", name, args });

export const objectOf = (members: readonly Member[]): TypeNode => ({ kind: "object", members });

/** `root["a"]["b"]`. */
export const memberAt = (root: TypeNode, ...keys: readonly string[]): TypeNode =>
  keys.reduce<TypeNode>((of, key) => ({ kind: "member", of, key }), root);

/** Without parts: `never`. */
export const union = (parts: readonly TypeNode[]): TypeNode => combine("union", parts);

export const intersection = (parts: readonly TypeNode[]): TypeNode => combine("intersection", parts);

function combine(kind: "union" | "intersection", given: readonly TypeNode[]): TypeNode {
  const parts = given.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  const distinct = parts.filter((part, index) => parts.findIndex((other) => isSameKeyword(part, other)) === index);
  const [first] = distinct;
  if (first === undefined) return keyword("never");
  return distinct.length === 1 ? first : { kind, parts: distinct };
}

const isSameKeyword = (a: TypeNode, b: TypeNode): boolean =>
  a === b || (a.kind === "keyword" && b.kind === "keyword" && a.name === b.name);

/** Whether the type is one of a value without members. */
export const isPrimitive = (type: TypeNode): boolean => type.kind === "keyword" && type.name !== "unknown";

/** An object without members, as openapi-typescript writes it. */
export const emptyObject: TypeNode = named("Record", keyword("string"), keyword("never"));
