/** JSON values of requests, responses and sandbox data: conversions, pointers (RFC 6901) and merges. */
import { parsePointer, valueAt } from "../../codegen/util/json-pointer.ts";
import { isObject, type Json, type JsonObject, memberOf, setMember } from "../../codegen/util/json.ts";

/** A copy as JSON holds it; members of any name are kept. */
export const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value) ?? "null");

/** An object's members that have a value. */
export const membersOf = (value: JsonObject): [string, Json][] =>
  Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, member]]));

export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;

export const readPointer = (value: Json | undefined, pointer: string): Json | undefined =>
  valueAt(value, parsePointer(pointer));

/** Writes `part` at the pointer, making missing objects, and returns the value; the given value is changed. */
export function writePointer(value: Json, pointer: string, part: Json): Json {
  const keys = parsePointer(pointer);
  const last = keys.pop();
  if (last === undefined) return part;
  let here = value;
  for (const key of keys) {
    if (Array.isArray(here)) here = here[Number(key)] ?? null;
    else if (isObject(here)) {
      const known = memberOf(here, key);
      const next: Json = typeof known === "object" && known !== null ? known : {};
      setMember(here, key, next);
      here = next;
    }
  }
  if (Array.isArray(here)) here[Number(last)] = part;
  else if (isObject(here)) setMember(here, last, part);
  return value;
}

/** Merges a patch as RFC 7396 does, except that a null is kept: vendors send nulls in their responses. */
export function merge(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return structuredClone(patch);
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, part] of membersOf(patch)) setMember(merged, key, merge(memberOf(merged, key), part));
  return merged;
}

/** Merges a patch, except members of another JSON type than the target's: the document does not say how to convert them. */
export function mergeAlike(target: Json, patch: Json): Json {
  if (!isObject(target) || !isObject(patch)) return kindOf(target) === kindOf(patch) ? structuredClone(patch) : target;
  const merged: JsonObject = { ...target };
  for (const [key, part] of membersOf(patch)) {
    const known = memberOf(target, key) ?? null;
    setMember(merged, key, known === null ? structuredClone(part) : mergeAlike(known, part));
  }
  return merged;
}

const kindOf = (value: Json): string => (Array.isArray(value) ? "list" : isObject(value) ? "object" : "plain");

/** Merges only members that the target has: one patch serves bodies with an envelope and without. */
export function mergeKnown(target: Json, patch: Json): Json {
  if (!isObject(target) || !isObject(patch)) return structuredClone(patch);
  const merged: JsonObject = { ...target };
  for (const [key, part] of membersOf(patch)) {
    const known = memberOf(target, key);
    if (known !== undefined) setMember(merged, key, mergeKnown(known, part));
  }
  return merged;
}
