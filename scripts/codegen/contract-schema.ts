/**
 * A schema in a contract: what decides which values pass, and nothing else, in one spelling: `nullable` beside `type` in place of null among the
 * types, no `exclusiveMinimum: true`, names and sets in order. Equal texts mean equal schemas.
 */
import { isObject, type Json, type JsonObject, toList, toObject, toText } from "./json.ts";
import { componentOf } from "./schema-graph.ts";
import { isNullable, typesOf } from "./schema-reading.ts";

/** Keywords by what they hold. */
export const schemaKeywords = {
  data: [
    "format",
    "const",
    "default",
    "pattern",
    "multipleOf",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "contentMediaType",
    "contentEncoding",
    "dependentRequired",
  ],
  flags: ["uniqueItems", "readOnly", "writeOnly", "deprecated"],
  schema: [
    "items",
    "additionalProperties",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contentSchema",
  ],
  list: ["allOf", "anyOf", "oneOf", "prefixItems"],
  map: ["properties", "patternProperties", "dependentSchemas"],
} as const;

/** @param refersAlone beside a `$ref` nothing counts (OpenAPI 3.0) */
export function toContractSchema(schema: Json | undefined, refersAlone: boolean): Json {
  if (typeof schema === "boolean") return schema;
  if (!isObject(schema)) return {};
  const $ref = componentOf(schema.$ref);
  if ($ref !== undefined && refersAlone) return { $ref };
  const inner = (value: Json | undefined) => toContractSchema(value, refersAlone);
  const made: JsonObject = $ref === undefined ? {} : { $ref };
  const types = typesOf(schema)?.filter((type) => type !== "required") ?? [];
  if (types.length > 0) made.type = types.length === 1 ? toText(types[0]) : types.sort();
  if (isNullable(schema)) made.nullable = true;
  // Nothing but null.
  if (schema.type === "null") made.type = "null";
  if (Array.isArray(schema.enum)) made.enum = sorted(schema.enum.filter((value) => value !== null));
  for (const name of schemaKeywords.data) if (schema[name] !== undefined) made[name] = schema[name];
  for (const name of schemaKeywords.flags) if (schema[name] === true) made[name] = true;
  for (const [flag, bound] of exclusive) {
    if (schema[flag] === true) made[flag] = schema[bound];
    if (schema[flag] === true) delete made[bound];
    if (schema[flag] === false) delete made[flag];
  }
  if (isObject(schema.discriminator)) made.discriminator = toDiscriminator(schema.discriminator);
  for (const name of schemaKeywords.schema) if (schema[name] !== undefined) made[name] = inner(schema[name]);
  for (const name of schemaKeywords.list) if (Array.isArray(schema[name])) made[name] = toList(schema[name]).map(inner);
  for (const name of schemaKeywords.map) {
    if (isObject(schema[name])) {
      const entries = Object.entries(toObject(schema[name])).map(([key, value]) => [key, inner(value)] as const);
      made[name] = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    }
  }
  if (Array.isArray(schema.required) && schema.required.length > 0)
    made.required = [...new Set(sorted(schema.required))];
  return made;
}

/** OpenAPI 3.0's spelling of an exclusive bound. */
const exclusive = [
  ["exclusiveMinimum", "minimum"],
  ["exclusiveMaximum", "maximum"],
] as const;

function toDiscriminator({ propertyName, mapping }: JsonObject): JsonObject {
  const entries = Object.entries(toObject(mapping)).map(
    ([value, target]) => [value, componentOf(target) ?? target] as const,
  );
  return { propertyName, mapping: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const sorted = (values: readonly Json[]): Json[] =>
  values
    .map((value) => [JSON.stringify(value), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, value]) => value);
