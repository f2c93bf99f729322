/**
 * Emits a JSON Schema as a TypeScript type that agrees with the checks of schema-to-zod.ts: enums of several values are open in both
 * directions, so that a received value can be sent; `const`, enums of one value and discriminators are closed; readOnly and writeOnly
 * depend on the direction; and sent members with a default are optional (OpenAPI 3.1, "default").
 */
import { jsdoc } from "./jsdoc.ts";
import { isObject, type Json, type JsonObject, toList, toObject } from "../util/json.ts";
import { literal, propertyKey, stringLiteral } from "../util/ts-literal.ts";
import { componentOf, type Direction, directionOf } from "../openapi/schema-graph.ts";
import { fileKindOf, mayHoldFile } from "../openapi/file-schemas.ts";
import { discriminatorValues, isNullable, isOf, typesOf } from "../openapi/schema-types.ts";

export interface TypeContext {
  readonly schemas: JsonObject;
  readonly direction: Direction;
  /** The component whose type is emitted, undefined inside its members. */
  readonly inside: string | undefined;
  /** Whether a file is a `Blob`, as in a form; in JSON it is a string. */
  readonly files: boolean;
  /** Components with files, which are written out in a form: their own types are those of JSON. */
  readonly writtenOut?: ReadonlySet<string>;
  /** Whether enums are closed. */
  readonly strict: boolean;
  readonly indent: string;
  /** The name of a component's type. */
  component(name: string, direction: Direction): string;
  isInPlaceCycle(from: string, to: string): boolean;
}

/** Emits types for the other parts of the generator. */
export type Express = (
  schema: Json | undefined,
  direction: Direction,
  at: Pick<TypeContext, "indent" | "files">,
) => string;

export function schemaToType(schema: Json | undefined, context: TypeContext): string {
  if (schema === false) return "never";
  if (!isObject(schema)) return "unknown";
  const parts = [
    reference(schema, context),
    ownType(schema, context),
    ...toList(schema.allOf).map((part) => schemaToType(part, context)),
    union(schema, "anyOf", context),
    union(schema, "oneOf", context),
    saysShape(schema) ? requiredElsewhere(schema, context) : undefined,
  ].filter((part) => part !== undefined && part !== "unknown");
  const distinct = [...new Set(parts)];
  if (distinct.length === 0) return "unknown";
  const whole =
    distinct.length === 1 ? String(distinct[0]) : distinct.map((part) => grouped(String(part), "&")).join(" & ");
  return isNullable(schema) && whole !== "null" ? `${grouped(whole, "|")} | null` : whole;
}

/** Whether a schema has only `required`, as in branches of `anyOf`: other schemas describe the properties. */
const saysShape = (schema: JsonObject): boolean =>
  schema.required !== undefined &&
  (typesOf(schema)?.includes("object") === true || schema.allOf !== undefined || schema.$ref !== undefined);

function reference(schema: JsonObject, context: TypeContext): string | undefined {
  const { component, inside, direction, isInPlaceCycle, schemas, writtenOut = new Set() } = context;
  const name = componentOf(schema.$ref);
  if (name !== undefined && context.files && !writtenOut.has(name) && mayHoldFile(schemas, schemas[name]))
    return schemaToType(schemas[name], { ...context, inside: undefined, writtenOut: new Set([...writtenOut, name]) });
  // A type may refer to itself in a member, but not directly (TS2456): the reference that closes such a cycle is left out.
  if (name === undefined || (inside !== undefined && isInPlaceCycle(inside, name))) return undefined;
  return component(name, direction);
}

function ownType(schema: JsonObject, context: TypeContext): string | undefined {
  // Raw bytes have no type (OpenAPI 3.1 §4.4.2).
  if (context.files && schema.type === undefined && fileKindOf(schema) !== undefined)
    return oneType("string", schema, context);
  if ("const" in schema) return constant(schema.const, context);
  if (Array.isArray(schema.enum)) return enumeration(schema, schema.enum, context.strict);
  const types = typesOf(schema);
  if (types === undefined) return undefined;
  if (types.length === 0) return "null";
  return unionOf(types.map((type) => oneType(type, schema, context)));
}

function constant(value: Json | undefined, context: TypeContext): string {
  return isObject(value) || Array.isArray(value)
    ? schemaToType({ type: Array.isArray(value) ? "array" : "object" }, context)
    : literal(value);
}

/** An open enum: `(string & {})` allows any string and keeps the listed values in an editor's completions. */
function enumeration(schema: JsonObject, values: readonly Json[], strict: boolean): string {
  const present = [...new Set(values.filter((value) => value !== null))];
  if (present.length === 0) return "null";
  const literals = present.map((value) => (typeof value === "object" ? "unknown" : literal(value)));
  if (literals.includes("unknown")) return "unknown";
  const declared = typesOf({ type: schema.type ?? null }) ?? [];
  const open = [
    ...new Set([
      ...present.map((value) => typeof value),
      ...declared.map((type) => (type === "integer" ? "number" : type)),
    ]),
  ].flatMap((type) => (type === "string" || type === "number" ? [`(${type} & {})`] : []));
  // One value is a constant, unless it contradicts the type beside it.
  const isConstant =
    present.length === 1 &&
    (declared.length === 0 || present.every((value) => declared.some((type) => isOf(type, value))));
  const isClosed = strict || isConstant || present.every((value) => typeof value === "boolean");
  return unionOf([...literals, ...(isClosed ? [] : open)]);
}

function oneType(type: string, schema: JsonObject, context: TypeContext): string {
  if (type === "string") return context.files ? fileType[fileKindOf(schema) ?? "none"] : "string";
  if (type === "number" || type === "integer") return "number";
  if (type === "boolean" || type === "null") return type;
  if (type === "array") return array(schema, { ...context, inside: undefined });
  return type === "object" ? object(schema, { ...context, inside: undefined }) : "unknown";
}

const fileType = { bytes: "Blob", encoded: "Blob | string", none: "string" } as const;

function array(schema: JsonObject, context: TypeContext): string {
  const prefix = toList(schema.prefixItems);
  if (prefix.length === 0) return `${grouped(schemaToType(schema.items, context), "[]")}[]`;
  const least = typeof schema.minItems === "number" ? schema.minItems : 0;
  const items = prefix.map((item, index) => {
    const type = schemaToType(item, context);
    return index < least ? type : `${grouped(type, "[]")}?`;
  });
  const rest = schema.items === false ? [] : [`...${grouped(schemaToType(schema.items, context), "[]")}[]`];
  return `[${[...items, ...rest].join(", ")}]`;
}

function object(schema: JsonObject, context: TypeContext): string {
  const inner = { ...context, indent: `${context.indent}  ` };
  const required = toList(schema.required);
  const properties = Object.entries(toObject(schema.properties)).filter(([, property]) => isThere(property, context));
  const types = new Set<string>();
  const members = properties.map(([name, property]) => {
    const type = schemaToType(property, inner);
    const isOptional = !required.includes(name) || mayBeLeftOut(property, context);
    types.add(isOptional ? `${grouped(type, "|")} | undefined` : type);
    const mark = isOptional ? "?" : "";
    return `${jsdoc(toObject(property), inner.indent)}${inner.indent}${propertyKey(name)}${mark}: ${type};\n`;
  });
  const rest = restType(schema, inner);
  if (members.length === 0) {
    if (rest === undefined)
      return schema.additionalProperties === false ? "Record<string, never>" : "Record<string, unknown>";
    return `{ [name: string]: ${rest} }`;
  }
  // Named members must fit the index signature too.
  const fits = rest !== undefined && [...types].every((type) => type === rest || type === `${rest} | undefined`);
  const index = fits ? `${grouped(rest, "|")} | undefined` : "unknown";
  const others = rest === undefined ? "" : `${inner.indent}[name: string]: ${index};\n`;
  return `{\n${members.join("")}${others}${context.indent}}`;
}

/** Whether a property exists in this direction. */
function isThere(property: Json | undefined, { schemas, direction }: TypeContext): boolean {
  const only = directionOf(schemas, property);
  return only === undefined || only === direction;
}

/** The type of members that are not named. */
function restType(schema: JsonObject, context: TypeContext): string | undefined {
  const patterns = Object.values(toObject(schema.patternProperties)).map((member) => schemaToType(member, context));
  const additional = schema.additionalProperties;
  if (patterns.length === 0 && !isObject(additional)) return additional === true ? "unknown" : undefined;
  const others = isObject(additional) ? [schemaToType(additional, context)] : additional === false ? [] : ["unknown"];
  return unionOf([...patterns, ...others]);
}

/** Required names without a property here: another part of `allOf`, or no part, describes them. */
function requiredElsewhere(schema: JsonObject, context: TypeContext): string | undefined {
  const own = toObject(schema.properties);
  const inline = toList(schema.allOf)
    .map(toObject)
    .filter((part) => part.properties === undefined);
  const names = new Set(
    [schema, ...inline].flatMap((part) => toList(part.required)).filter((name) => typeof name === "string"),
  );
  const members = [...names].flatMap((name) => {
    if (Object.hasOwn(own, name)) return [];
    const found = findProperty(schema, name, context.schemas, 0);
    if (found !== undefined && (!isThere(found, context) || mayBeLeftOut(found, context))) return [];
    return [`${propertyKey(name)}: ${found === undefined ? "unknown" : "{} | null"}`];
  });
  return members.length === 0 ? undefined : `{ ${members.join("; ")} }`;
}

function findProperty(schema: Json | undefined, name: string, schemas: JsonObject, depth: number): Json | undefined {
  if (!isObject(schema) || depth > 20) return undefined;
  const own = toObject(schema.properties);
  if (Object.hasOwn(own, name)) return own[name];
  const target = componentOf(schema.$ref);
  for (const part of [...toList(schema.allOf), ...(target === undefined ? [] : [schemas[target]])]) {
    const found = findProperty(part, name, schemas, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function mayBeLeftOut(property: Json | undefined, { direction, schemas }: TypeContext): boolean {
  if (direction !== "write" || !isObject(property)) return false;
  const target = componentOf(property.$ref);
  return property.default !== undefined || (target !== undefined && toObject(schemas[target]).default !== undefined);
}

function union(schema: JsonObject, keyword: "anyOf" | "oneOf", context: TypeContext): string | undefined {
  const variants = toList(schema[keyword]);
  if (variants.length === 0) return undefined;
  const property = toObject(schema.discriminator).propertyName;
  const types = variants.map((variant) => {
    const type = schemaToType(variant, context);
    const values = typeof property === "string" ? discriminatorValues(schema, variant, property, context.schemas) : [];
    return values.length === 0
      ? type
      : `{ ${propertyKey(String(property))}: ${values.map(stringLiteral).join(" | ")} } & ${grouped(type, "&")}`;
  });
  return types.includes("unknown") ? "unknown" : unionOf(types);
}

export function unionOf(types: readonly string[]): string {
  // A union is split into its members, so that each is listed once.
  const members = types.flatMap((type) => (/^[\w$. |]+$/u.test(type) ? type.split(" | ") : [grouped(type, "|")]));
  return members.includes("unknown") ? "unknown" : [...new Set(members)].join(" | ");
}

/** Adds parentheses if the type's operators bind less tightly than the outer one. */
function grouped(type: string, under: "|" | "&" | "[]"): string {
  const operators = topOperators(type);
  const binds = under === "|" ? false : under === "&" ? operators.has("|") : operators.size > 0;
  return binds ? `(${type})` : type;
}

/** `|` and `&` outside brackets, strings and comments. */
function topOperators(type: string): Set<string> {
  const found = new Set<string>();
  if (!/[|&]/u.test(type)) return found;
  let depth = 0;
  for (const [token] of type.matchAll(/"(?:[^"\\]|\\.)*"|\/\*[\s\S]*?\*\/|[|&()[\]{}<>]/gu)) {
    if ("([{<".includes(token)) depth++;
    else if (")]}>".includes(token)) depth--;
    else if (depth === 0 && (token === "|" || token === "&")) found.add(token);
  }
  return found;
}
