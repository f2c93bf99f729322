/**
 * One JSON Schema as a zod/mini expression. Tolerant, so that a vendor may add things: unknown properties pass, enums of several
 * values are open, one of `oneOf` at least must fit, formats are checked only where servers agree on them (date-time, date, uuid), and
 * nothing is changed: no defaults, no conversions. What closes a shape stays closed: `const`, enums of one value, discriminators, and in
 * what is sent `additionalProperties: false`. Not carried over: if/then/else, dependent…, contains, unevaluated…, propertyNames.
 */
import { isObject, type Json, type JsonObject, toList, toObject } from "./json.ts";
import { literal, propertyKey, stringLiteral } from "./literal.ts";
import { componentOf, type Direction, type SchemaGraph } from "./schema-graph.ts";
import type { Helper } from "./zod-helpers.ts";
import { objectExpression } from "./zod-object.ts";

export interface ZodContext {
  readonly graph: SchemaGraph;
  readonly direction: Direction;
  /** The component being built, and whether we are still at its own place rather than in a member. */
  readonly inside: string | undefined;
  /** An expression for a component: asks for it to be emitted. */
  component(name: string, direction: Direction): string;
  /** Asks for a helper of the file's head. */
  use(helper: Helper): string;
}

export function zodExpression(schema: Json | undefined, context: ZodContext): string {
  if (schema === false) return "z.never()";
  if (!isObject(schema)) return "z.unknown()";
  const parts = [
    referenceExpression(schema, context),
    typeExpression(schema, context),
    ...toList(schema.allOf).map((part) => zodExpression(part, context)),
    unionExpression(schema, "anyOf", context),
    unionExpression(schema, "oneOf", context),
    notExpression(schema, context),
  ].flatMap((part) => (part === undefined || part === "z.unknown()" ? [] : [part]));
  const [first = "z.unknown()", ...rest] = parts;
  const whole = rest.reduce((left, right) => `z.intersection(${left}, ${right})`, first);
  return isNullable(schema) && whole !== "z.unknown()" && whole !== "z.null()" ? `z.nullable(${whole})` : whole;
}

/** In a member of the component, a reference back to it is a cycle that data ends. */
export const inMember = (context: ZodContext): ZodContext => ({ ...context, inside: undefined });

/** OpenAPI 3.0's `nullable`, 3.1's type list, and an enum with null in it: real servers send null for all three. */
const isNullable = ({ nullable, type, enum: values }: JsonObject): boolean =>
  nullable === true ||
  (Array.isArray(type) && type.includes("null")) ||
  (Array.isArray(values) && values.includes(null));

function referenceExpression(
  schema: JsonObject,
  { graph, direction, inside, component }: ZodContext,
): string | undefined {
  const name = componentOf(schema.$ref);
  if (name === undefined) return undefined;
  if (inside !== undefined && graph.isInPlaceCycle(inside, name)) return undefined;
  return component(name, graph.isDirectional(name) ? direction : "read");
}

function typeExpression(schema: JsonObject, context: ZodContext): string | undefined {
  if ("const" in schema) return constantExpression(schema.const, context);
  if (Array.isArray(schema.enum)) return enumExpression(schema, schema.enum, context);
  const types = typesOf(schema);
  if (types === undefined) return undefined;
  if (types.length === 0) return Array.isArray(schema.type) || schema.type === "null" ? "z.null()" : undefined;
  return unionOf(types.map((type) => oneType(type, schema, context)));
}

/** Without a type, the keywords of one type mean that type: documents that write `properties` alone mean an object. */
function typesOf(schema: JsonObject): string[] | undefined {
  const { type } = schema;
  if (typeof type === "string") return type === "null" ? [] : [type];
  if (Array.isArray(type)) return type.map(String).filter((one) => one !== "null");
  if (isObject(schema.properties) || isObject(schema.additionalProperties) || isObject(schema.patternProperties))
    return ["object"];
  if (schema.items !== undefined || schema.prefixItems !== undefined) return ["array"];
  return Array.isArray(schema.required) ? ["required"] : undefined;
}

function constantExpression(value: Json | undefined, context: ZodContext): string {
  if (value === null) return "z.null()";
  if (typeof value === "object") return `${context.use("constant")}(${literal(value)})`;
  return `z.literal(${literal(value)})`;
}

/** One value is a constant (3.0 has no other way to say so); several are open, in what is sent too, so that what was read can be sent back. */
function enumExpression(schema: JsonObject, values: Json[], context: ZodContext): string | undefined {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return "z.null()";
  if (present.length === 1) return constantExpression(present[0], context);
  const found = present.map((value) => (Array.isArray(value) ? "array" : typeof value));
  const declared = (typesOf({ type: schema.type ?? null }) ?? []).map((type) => (type === "integer" ? "number" : type));
  return unionOf([...new Set([...found, ...declared])].map((type) => oneType(type, {}, context)));
}

function oneType(type: string, schema: JsonObject, context: ZodContext): string {
  if (type === "string") return stringExpression(schema);
  if (type === "number" || type === "integer") return numberExpression(type, schema);
  if (type === "boolean") return "z.boolean()";
  if (type === "array") return arrayExpression(schema, inMember(context));
  if (type === "required") return `${context.use("required")}(${literal(toList(schema.required).map(String))})`;
  return type === "object" ? objectExpression(schema, context) : "z.unknown()";
}

function stringExpression(schema: JsonObject): string {
  const checks = [
    typeof schema.minLength === "number" && schema.minLength > 0 ? `z.minLength(${schema.minLength})` : undefined,
    typeof schema.maxLength === "number" ? `z.maxLength(${schema.maxLength})` : undefined,
    typeof schema.pattern === "string" ? patternCheck(schema.pattern) : undefined,
  ];
  return withChecks(formats[String(schema.format)] ?? "z.string()", checks);
}

const formats: Readonly<Record<string, string>> = {
  "date-time": "z.iso.datetime({ offset: true })",
  date: "z.iso.date()",
  uuid: "z.guid()",
};

/** JSON Schema's patterns are Unicode (`\p{…}`); some are written for engines that are laxer, some for none of ours. */
export function patternSource(pattern: string): string | undefined {
  for (const flags of ["u", ""]) {
    try {
      new RegExp(pattern, flags);
      return `new RegExp(${[pattern, flags]
        .filter((part) => part !== "")
        .map(stringLiteral)
        .join(", ")})`;
    } catch {
      // Tried with the next flags, then given up: a pattern that does not compile checks nothing.
    }
  }
  return undefined;
}

const patternCheck = (pattern: string): string | undefined => {
  const source = pattern === "" ? undefined : patternSource(pattern);
  return source === undefined ? undefined : `z.regex(${source})`;
};

/** Integers beyond 2^53 come rounded from JSON.parse; `z.int()` would refuse them. */
function numberExpression(type: string, schema: JsonObject): string {
  const exclusive = (bound: Json | undefined, flag: Json | undefined, check: string, exclusiveCheck: string) => [
    typeof bound === "number" ? `${flag === true ? exclusiveCheck : check}(${literal(bound)})` : undefined,
    typeof flag === "number" ? `${exclusiveCheck}(${literal(flag)})` : undefined,
  ];
  const checks = [
    type === "integer" && schema.format === "int64" ? "z.multipleOf(1)" : undefined,
    ...exclusive(schema.minimum, schema.exclusiveMinimum, "z.gte", "z.gt"),
    ...exclusive(schema.maximum, schema.exclusiveMaximum, "z.lte", "z.lt"),
    typeof schema.multipleOf === "number" && schema.multipleOf > 0
      ? `z.multipleOf(${literal(schema.multipleOf)})`
      : undefined,
  ];
  return withChecks(type === "integer" && schema.format !== "int64" ? "z.int()" : "z.number()", checks);
}

function arrayExpression(schema: JsonObject, context: ZodContext): string {
  const checks = [
    typeof schema.minItems === "number" && schema.minItems > 0 ? `z.minLength(${schema.minItems})` : undefined,
    typeof schema.maxItems === "number" ? `z.maxLength(${schema.maxItems})` : undefined,
    schema.uniqueItems === true ? `${context.use("uniqueItems")}` : undefined,
  ];
  const prefix = toList(schema.prefixItems);
  if (prefix.length === 0) return withChecks(`z.array(${zodExpression(schema.items, context)})`, checks);
  // `prefixItems` says what stands there, not that it does.
  const items = prefix.map((item) => `z.optional(${zodExpression(item, context)})`).join(", ");
  const rest = schema.items === false ? "" : `, ${zodExpression(schema.items, context)}`;
  return withChecks(`z.tuple([${items}]${rest})`, checks);
}

export const withChecks = (expression: string, checks: readonly (string | undefined)[]): string => {
  const present = checks.filter((check) => check !== undefined);
  return present.length === 0 ? expression : `${expression}.check(${present.join(", ")})`;
};

function unionExpression(schema: JsonObject, keyword: "anyOf" | "oneOf", context: ZodContext): string | undefined {
  const variants = toList(schema[keyword]);
  if (variants.length === 0) return undefined;
  const property = toObject(schema.discriminator).propertyName;
  return unionOf(
    variants.map((variant) => {
      const expression = zodExpression(variant, context);
      const values = typeof property === "string" ? discriminatorValues(schema, variant, property, context) : [];
      if (values.length === 0) return expression;
      const literals = unionOf(values.map((value) => `z.literal(${stringLiteral(value)})`));
      return `z.intersection(z.looseObject({ ${propertyKey(String(property))}: ${literals} }), ${expression})`;
    }),
  );
}

/** OpenAPI 3.1 §4.8.25: the mapping's names, else the component's own, unless the component itself says what it is. */
function discriminatorValues(schema: JsonObject, variant: Json, property: string, { graph }: ZodContext): string[] {
  const name = componentOf(toObject(variant).$ref);
  if (name === undefined) return [];
  const mapped = Object.entries(toObject(toObject(schema.discriminator).mapping)).flatMap(([value, target]) =>
    target === name || componentOf(target) === name ? [value] : [],
  );
  if (mapped.length > 0) return mapped;
  return declares(graph.schemas, graph.schemas[name], property, 0) ? [] : [name];
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

export const unionOf = (expressions: readonly string[]): string => {
  const distinct = [...new Set(expressions)];
  return distinct.length === 1 ? (distinct[0] ?? "z.unknown()") : `z.union([${distinct.join(", ")}])`;
};

/** Only what is plain and closed can be excluded: the exclusion of an open enum would refuse everything. */
function notExpression(schema: JsonObject, context: ZodContext): string | undefined {
  const excluded = schema.not;
  if (!isObject(excluded)) return excluded === true ? "z.never()" : undefined;
  const { enum: values, const: constant, required, type, ...other } = excluded;
  const named = constant === undefined ? toList(values) : [constant];
  const rest = Object.keys(other).filter((keyword) => keyword !== "description");
  if (rest.length > 0) return undefined;
  if (named.length > 0 && named.every((value) => typeof value !== "object" || value === null)) {
    return `${context.use("excluded")}(z.literal(${literal(named)}))`;
  }
  if (Array.isArray(required) && values === undefined) {
    return `${context.use("excluded")}(${context.use("required")}(${literal(required.map(String))}))`;
  }
  return typeof type === "string" && required === undefined
    ? `${context.use("excluded")}(${oneType(type, {}, context)})`
    : undefined;
}
