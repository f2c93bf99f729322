/** Emits the checks of a value: its type, and the keywords of that type. */
import { fileKindOf } from "../openapi/file-schemas.ts";
import { isObject, type Json, type JsonObject, toList } from "../util/json.ts";
import { literal } from "../util/ts-literal.ts";
import { isOf } from "../openapi/schema-types.ts";
import {
  bound,
  call,
  type Express,
  inMember,
  leavesOutPattern,
  patternOf,
  unionOf,
  type ZodContext,
} from "./zod-context.ts";
import { objectChecks, objectExpression } from "./zod-object.ts";

export function zodValueExpression(schema: JsonObject, context: ZodContext, express: Express): string | undefined {
  if ("const" in schema) return constant(schema.const);
  if (Array.isArray(schema.enum)) return enumExpression(schema, schema.enum, context, express);
  const types = typesOf(schema);
  if (types !== undefined) {
    return types.length === 0 ? "z.none()" : unionOf(types.map((type) => oneType(type, schema, context, express)));
  }
  // Without `type` a keyword restricts only values of its own type.
  const checks = [
    ...textChecks(schema),
    ...numberChecks(schema),
    ...listChecks(schema, context, express),
    ...objectChecks(schema, context, express),
  ];
  return checks.length === 0 ? undefined : call("unknown", checks);
}

/** Whether a schema without `type` means an object (`properties`) or a list (`items`), as in the TypeScript types. */
function typesOf(schema: JsonObject): string[] | undefined {
  const { type } = schema;
  if (typeof type === "string") return type === "null" ? [] : isType(type) ? [type] : undefined;
  if (Array.isArray(type)) {
    const known = type.map(String).filter((one) => one !== "null");
    return known.every(isType) ? known : undefined;
  }
  if (isObject(schema.properties) || isObject(schema.additionalProperties) || isObject(schema.patternProperties))
    return ["object"];
  return schema.items !== undefined || schema.prefixItems !== undefined ? ["array"] : undefined;
}

const isType = (type: string): boolean => ["string", "number", "integer", "boolean", "array", "object"].includes(type);

function constant(value: Json | undefined): string {
  if (value === null) return "z.none()";
  return typeof value === "object" ? `z.constant(${literal(value)})` : `z.literal(${literal(value)})`;
}

/** Emits an enum: one value is a constant (3.0 has no other); several are open in both directions, so that a received value can be sent. */
function enumExpression(schema: JsonObject, values: Json[], context: ZodContext, express: Express): string {
  const present = values.filter((value) => value !== null);
  const declared = typesOf({ type: schema.type ?? null }) ?? [];
  const fitting =
    declared.length === 0 ? present : present.filter((value) => declared.some((type) => isOf(type, value)));
  if (present.length === 0) return "z.none()";
  if (context.level !== "tolerant") {
    const scalars = fitting.filter((value) => typeof value !== "object").map((value) => literal(value));
    const others = fitting.filter((value) => typeof value === "object").map(constant);
    return unionOf([...(scalars.length > 0 ? [`z.literal(${scalars.join(", ")})`] : []), ...others]);
  }
  if (present.length === 1 && fitting.length === 1) return constant(present[0]);
  const { enum: _, ...open } = schema;
  const found = present.map((value) => (Array.isArray(value) ? "array" : typeof value));
  const wide = declared.includes("number") || !declared.includes("integer") ? "number" : "integer";
  const types = [...declared, ...found.map((type) => (type === "number" ? wide : type))];
  return unionOf([...new Set(types)].map((type) => oneType(type, open, context, express)));
}

function oneType(type: string, schema: JsonObject, context: ZodContext, express: Express): string {
  switch (type) {
    case "string":
      // A file in a form is no string.
      return fileKindOf(schema) !== undefined
        ? "z.unknown()"
        : call("string", [...formatCheck(schema), ...textChecks(schema)]);
    case "number":
    case "integer":
      return call(type, numberChecks(schema));
    case "array":
      return listExpression(schema, context, express);
    case "object":
      return objectExpression(schema, context, express);
    default:
      return "z.boolean()";
  }
}

const formats = new Map([
  ["date-time", "z.dateTime"],
  ["date", "z.date"],
  ["uuid", "z.uuid"],
]);

const formatCheck = ({ format }: JsonObject): string[] => {
  const check = formats.get(String(format));
  return check === undefined ? [] : [check];
};

const textChecks = ({ minLength, maxLength, pattern }: JsonObject): string[] => [
  ...bound("minLength", minLength, 1),
  ...bound("maxLength", maxLength),
  ...patternCheck(pattern),
];

function patternCheck(pattern: Json | undefined): string[] {
  const source = typeof pattern === "string" && pattern !== "" ? patternOf(pattern) : undefined;
  return source === undefined ? [] : [call("pattern", source)];
}

/** Bounds: OpenAPI 3.0's exclusiveMinimum is a flag beside minimum, 3.1's is a bound. */
function numberChecks(schema: JsonObject): string[] {
  const { minimum, exclusiveMinimum: above, maximum, exclusiveMaximum: below, multipleOf } = schema;
  return [
    ...bound(above === true ? "gt" : "gte", minimum),
    ...bound("gt", above),
    ...bound(below === true ? "lt" : "lte", maximum),
    ...bound("lt", below),
    ...(typeof multipleOf === "number" && multipleOf > 0 ? [`z.multipleOf(${literal(multipleOf)})`] : []),
  ];
}

function listExpression(schema: JsonObject, context: ZodContext, express: Express): string {
  const inner = inMember(context);
  const checks = listChecks(schema, context, express);
  const prefix = toList(schema.prefixItems);
  if (prefix.length === 0) return call("array", [express(schema.items, inner), ...checks]);
  const rest = schema.items === false ? "undefined" : express(schema.items, inner);
  return call("tuple", [`[${prefix.map((item) => express(item, inner)).join(", ")}]`, rest, ...checks]);
}

function listChecks(schema: JsonObject, context: ZodContext, express: Express): string[] {
  const { minItems, maxItems, uniqueItems, contains, minContains, maxContains } = schema;
  const bounds = [minContains ?? 1, ...(maxContains === undefined ? [] : [maxContains])].map((one) => literal(one));
  const exact: ZodContext = { ...inMember(context), level: "exact" };
  return [
    ...bound("minItems", minItems, 1),
    ...bound("maxItems", maxItems),
    ...(uniqueItems === true ? ["z.uniqueItems"] : []),
    ...(isObject(contains) && !leavesOutPattern(contains, context.graph)
      ? [`z.contains(${[express(contains, exact), ...bounds].join(", ")})`]
      : []),
  ];
}
