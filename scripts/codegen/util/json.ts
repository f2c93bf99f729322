/** JSON as documents hold it, and the guards that narrow it. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json | undefined;
}
export type Path = readonly (string | number)[];

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const toObject = (value: unknown): JsonObject => (isObject(value) ? value : {});
export const toList = (value: unknown): Json[] => (Array.isArray(value) ? value : []);
export const toText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** An object without a prototype, for names that come from a document or a request: `__proto__` and `constructor` are members like others. */
export function createMap<T>(entries: Iterable<readonly [name: string, value: T]> = []): Record<string, T> {
  const map: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) map[name] = value;
  return map;
}

/** The own member of that name. */
export const memberOf = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** Sets an own member of that name; an assignment to `__proto__` would change the prototype. */
export function setMember(object: JsonObject, name: string, value: Json | undefined): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Members that are objects, in the document's order. */
export const objectEntries = (value: unknown): [string, JsonObject][] =>
  Object.entries(toObject(value)).flatMap(([name, member]) => (isObject(member) ? [[name, member]] : []));

/** One string for equal values: members in the order of their names. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    isObject(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  ) ?? "";

/** A deep copy that shares nothing: YAML aliases and overlays may have put one object in two places. */
export const copyJson = <T extends Json>(value: T): T => JSON.parse(JSON.stringify(value));
