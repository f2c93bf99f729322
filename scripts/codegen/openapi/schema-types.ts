/** What a schema says, read alike for the types and for the zod schemas. */
import { isObject, type Json, type JsonObject, toList, toObject } from "../util/json.ts";
import { componentOf } from "./schema-graph.ts";

/** OpenAPI 3.0's `nullable`, 3.1's type list, and an enum with null in it: real servers send null for all three. */
export const isNullable = ({ nullable, type, enum: values }: JsonObject): boolean =>
  nullable === true ||
  (Array.isArray(type) && type.includes("null")) ||
  (Array.isArray(values) && values.includes(null));

/** Without a type, the keywords of one type mean that type: documents that write `properties` alone mean an object. */
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

/** OpenAPI 3.1 §4.8.25: the mapping's names, else the component's own, unless the component itself says what it is. */
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
