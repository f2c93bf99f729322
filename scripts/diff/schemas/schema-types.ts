/** The types that a schema allows, from all keywords that restrict them. */
import { isObject, type Json, toList } from "../../codegen/util/json.ts";
import { type Parts, valuesOf } from "./schema-parts.ts";

/** Returns undefined for any type. Null is left out, unless it is the only type. */
export function typesIn(parts: Parts): ReadonlySet<string> | undefined {
  const stated = valuesOf(parts, "type").map((value) => (Array.isArray(value) ? value.map(String) : [String(value)]));
  const shown = [...valuesOf(parts, "const").map((value) => [value]), ...valuesOf(parts, "enum").map(toList)];
  const [first, ...others] = (stated.length > 0 ? stated : shown.map(typesOfValues)).map((types) => new Set(types));
  return first === undefined ? undefined : others.reduce(narrow, first);
}

const narrow = (one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> =>
  new Set(
    [...one].flatMap((type) => {
      if (other.has(type)) return [type];
      if (type === "number" && other.has("integer")) return ["integer"];
      return type === "integer" && other.has("number") ? ["integer"] : [];
    }),
  );

function typesOfValues(values: readonly Json[]): string[] {
  return [...new Set(values.map(typeOfValue))];
}

function typeOfValue(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isObject(value)) return "object";
  return typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value;
}

/** Whether all parts with a type allow null too. */
export function isNullable(parts: Parts): boolean {
  const typed = parts.filter((part) => part.type !== undefined || part.enum !== undefined || part.const !== undefined);
  return parts.some((part) => part.nullable === true) && typed.every((part) => part.nullable === true);
}
