/** Reads types, null and discriminators of schemas, for the TypeScript types and the zod schemas alike. */
import { isObject, type Json, type JsonObject, toList, toObject } from "../util/json.ts";
import { componentOf } from "./schema-graph.ts";

/** Whether null is allowed: by OpenAPI 3.0's `nullable`, by 3.1's list of types, or by an enum with null. Servers send null for all three. */
export const isNullable = ({ nullable, type, enum: values }: JsonObject): boolean =>
  nullable === true ||
  (Array.isArray(type) && type.includes("null")) ||
  (Array.isArray(values) && values.includes(null));

/** The types of a schema; without `type`, those that its keywords imply, such as object for `properties`. */
export function typesOf(schema: JsonObject): string[] | undefined {
  const { type } = schema;
  if (typeof type === "string") return type === "null" ? [] : [type];
  if (Array.isArray(type)) return type.map(String).filter((one) => one !== "null");
  if (isObject(schema.properties) || isObject(schema.additionalProperties) || isObject(schema.patternProperties))
    return ["object"];
  if (schema.items !== undefined || schema.prefixItems !== undefined) return ["array"];
  return Array.isArray(schema.required) ? ["required"] : undefined;
}

/** Whether a value is of the type that a schema names. */
export function isOf(type: string, value: Json): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  return type === "object" ? isObject(value) : typeof value === type;
}

/** The discriminator values of a variant (OpenAPI 3.1 §4.8.25): the mapping's names, else the component's own values or name. */
export function discriminatorValues(
  schema: JsonObject,
  variant: Json,
  property: string,
  schemas: JsonObject,
): string[] {
  const name = componentOf(toObject(variant).$ref);
  if (name === undefined) return [];
  const mapped = Object.entries(toObject(toObject(schema.discriminator).mapping)).flatMap(([value, target]) =>
    target === name || componentOf(target) === name ? [value] : [],
  );
  if (mapped.length > 0) return mapped;
  return declares(schemas, schemas[name], property, 0) ? [] : [name];
}

function declares(schemas: JsonObject, schema: Json | undefined, property: string, depth: number): boolean {
  if (!isObject(schema) || depth > 20) return false;
  const own = toObject(toObject(schema.properties)[property]);
  if ("const" in own || "enum" in own) return true;
  const target = componentOf(schema.$ref);
  const parts = [
    ...toList(schema.allOf),
    ...toList(schema.oneOf),
    ...toList(schema.anyOf),
    ...(target === undefined ? [] : [schemas[target]]),
  ];
  return parts.some((part) => declares(schemas, part, property, depth + 1));
}
