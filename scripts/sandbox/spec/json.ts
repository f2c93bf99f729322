/** JSON values and the pointers into them (RFC 6901). */
import * as z from "zod";

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

export const toJson = (value: unknown): Json => z.json().parse(value);

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;

export const toPointer = (...keys: readonly (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

const keysOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));

export function readPointer(value: Json | undefined, pointer: string): Json | undefined {
  let here = value;
  for (const key of keysOf(pointer)) {
    if (Array.isArray(here)) here = here[Number(key)];
    else if (isObject(here) && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return here;
}

/** Writes `part` at the pointer, making missing objects, and returns the value; the given value is changed. */
export function writePointer(value: Json, pointer: string, part: Json): Json {
  const keys = keysOf(pointer);
  const last = keys.pop();
  if (last === undefined) return part;
  let here = value;
  for (const key of keys) {
    if (Array.isArray(here)) here = here[Number(key)] ?? null;
    else if (isObject(here)) {
      const next = here[key];
      here = here[key] = typeof next === "object" && next !== null ? next : {};
    }
  }
  if (Array.isArray(here)) here[Number(last)] = part;
  else if (isObject(here)) here[last] = part;
  return value;
}

/** Merges a patch as RFC 7396 does, except that a null is kept: vendors send nulls in their responses. */
export function merge(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return structuredClone(patch);
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, part] of Object.entries(patch)) merged[key] = merge(merged[key], part);
  return merged;
}

/** Merges a patch, except members of another JSON type than the target's: the document does not say how to convert them. */
export function mergeAlike(target: Json, patch: Json): Json {
  if (!isObject(target) || !isObject(patch)) return kindOf(target) === kindOf(patch) ? structuredClone(patch) : target;
  const merged: JsonObject = { ...target };
  for (const [key, part] of Object.entries(patch)) {
    const known = target[key];
    merged[key] = known === undefined || known === null ? structuredClone(part) : mergeAlike(known, part);
  }
  return merged;
}

const kindOf = (value: Json): string => (Array.isArray(value) ? "list" : isObject(value) ? "object" : "plain");

/** Merges only members that the target has: one patch serves bodies with an envelope and without. */
export function mergeKnown(target: Json, patch: Json): Json {
  if (!isObject(target) || !isObject(patch)) return structuredClone(patch);
  const merged: JsonObject = { ...target };
  for (const [key, part] of Object.entries(patch)) {
    const known = target[key];
    if (known !== undefined) merged[key] = mergeKnown(known, part);
  }
  return merged;
}
