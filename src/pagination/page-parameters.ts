/** Reads and writes a list's parameters: in the query or in the body, by name, by `name[member]` or by JSON pointer. */
import { isJsonObject } from "../util/json.ts";
import { resolvePointer, setAtPointer } from "../util/runtime-expression.ts";
import type { Pagination } from "../vendor.ts";

export type Init = Readonly<Record<string, unknown>>;
type Members = Readonly<Record<string, unknown>>;

export interface Parameters {
  read(name: string | undefined): unknown;
  /** Returns the call with these parameters set. */
  write(values: Members): Init;
}

export function readParameters(init: Init, place: Pagination["in"]): Parameters {
  const params = toMembers(init.params);
  const given = toMembers(place === "body" ? init.body : params.query);
  return {
    read: (name) => (name === undefined ? undefined : resolvePointer(given, toPointer(given, name))),
    write(values) {
      const all = Object.entries(values).reduce<unknown>(
        (members, [name, value]) => setAtPointer(members, toPointer(given, name), value),
        given,
      );
      return place === "body" ? { ...init, body: all } : { ...init, params: { ...params, query: all } };
    },
  };
}

/** Treats `page[limit]` as one name, unless the caller gave an object `page` (OpenAPI's style deepObject). */
function toPointer(given: Members, name: string): string {
  if (name.startsWith("/")) return name;
  const [, outer, inner] = /^([^[\]]+)\[([^[\]]+)\]$/u.exec(name) ?? [];
  if (outer !== undefined && isJsonObject(given[outer])) return `/${toPart(outer)}/${toPart(inner ?? "")}`;
  return `/${toPart(name)}`;
}

const toPart = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

export const toMembers = (value: unknown): Members => (isJsonObject(value) ? value : {});

/** Parses a count: a number, or a string of digits. */
export function toCount(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/u.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : undefined;
}

/** Parses a flag as vendors write it, in a body or a header; `undefined` for anything else. */
export function toFlag(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase();
  if (text === "true" || text === "1" || text === "yes") return true;
  return text === "false" || text === "0" || text === "no" ? false : undefined;
}
