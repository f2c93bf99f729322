/**
 * Reduces a schema to the keywords that restrict values, in one spelling: `nullable` beside `type` in place of null among the types, no
 * `exclusiveMinimum: true`, names and sets in order. Equal JSON means equal schemas.
 */
import { isObject, type Json, type JsonObject, toObject, toText } from "../util/json.ts";
import { componentOf } from "../openapi/schema-graph.ts";
import { isNullable, typesOf } from "../openapi/schema-types.ts";

/** Keywords by the kind of their value, in the order of the output. */
const keywords = {
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
  flag: ["uniqueItems", "readOnly", "writeOnly", "deprecated"],
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

type Kind = keyof typeof keywords;

const kinds: readonly Kind[] = ["data", "flag", "schema", "list", "map"];

/** By keyword: the kind of its value, and its position in the output. */
const known = new Map(
  kinds
    .flatMap((kind) => keywords[kind].map((name): [string, Kind] => [name, kind]))
    .map(([name, kind], order) => [name, { name, kind, order }] as const),
);

/** @param refersAlone whether keywords beside a `$ref` are ignored (OpenAPI 3.0) */
export function toContractSchema(schema: Json | undefined, refersAlone: boolean): Json {
  if (typeof schema === "boolean") return schema;
  if (!isObject(schema)) return {};
  const $ref = componentOf(schema.$ref);
  if ($ref !== undefined && refersAlone) return { $ref };
  const made: JsonObject = $ref === undefined ? {} : { $ref };
  const types = typesOf(schema)?.filter((type) => type !== "required") ?? [];
  if (types.length > 0) made.type = types.length === 1 ? toText(types[0]) : types.sort();
  if (isNullable(schema)) made.nullable = true;
  // Only null is allowed.
  if (schema.type === "null") made.type = "null";
  if (Array.isArray(schema.enum)) made.enum = sorted(schema.enum.filter((value) => value !== null));
  if (isObject(schema.discriminator)) made.discriminator = toDiscriminator(schema.discriminator);
  const keywords = Object.keys(schema).flatMap((name) => known.get(name) ?? []);
  for (const { name, kind } of keywords.sort((a, b) => a.order - b.order)) {
    const value = holders[kind](schema[name], (inner) => toContractSchema(inner, refersAlone));
    if (value !== undefined) made[name] = value;
  }
  for (const [flag, bound] of exclusive) {
    if (schema[flag] === true) made[flag] = schema[bound];
    if (schema[flag] === true) delete made[bound];
    if (schema[flag] === false) delete made[flag];
  }
  if (Array.isArray(schema.required) && schema.required.length > 0)
    made.required = [...new Set(sorted(schema.required))];
  return made;
}

type Holder = (value: Json | undefined, inner: (schema: Json | undefined) => Json) => Json | undefined;

/** The normalized value of a keyword; undefined if it has the wrong kind. */
const holders: Readonly<Record<Kind, Holder>> = {
  data: (value) => value,
  flag: (value) => (value === true ? true : undefined),
  schema: (value, inner) => (value === undefined ? undefined : inner(value)),
  list: (value, inner) => (Array.isArray(value) ? value.map(inner) : undefined),
  map: (value, inner) =>
    isObject(value)
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((name) => [name, inner(value[name])]),
        )
      : undefined,
};

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
