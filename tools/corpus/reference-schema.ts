/**
 * Converts a document's schemas to JSON Schema 2020-12 for Ajv, independently of the generator. The tolerances of tolerances.ts can be
 * applied, so that every difference is either explained by one of them or a defect.
 */
import { isObject, type Json, type JsonObject, toList, toObject } from "../../scripts/codegen/util/json.ts";
import { componentOf, type Direction } from "../../scripts/codegen/openapi/schema-graph.ts";
import { patternLimit } from "../../scripts/codegen/openapi/pattern-limit.ts";
import { leavesOutPattern } from "../../scripts/codegen/schemas/zod-context.ts";
import type { Tolerance } from "./tolerances.ts";

export interface ReferenceOptions {
  readonly direction: Direction;
  readonly tolerances: ReadonlySet<Tolerance>;
  readonly is30: boolean;
  /** The generator's strict option: undocumented members are errors. */
  readonly strict?: boolean;
}

/** How a schema closes its members: by itself, as part of a composition, or exactly, without tolerances. */
type Place = "whole" | "part" | "exact";
const places: readonly Place[] = ["whole", "part", "exact"];

/** The schemas by `#/components/schemas/Name`, `…~part` and `…~exact`. */
export function toReferenceSchema(schemas: JsonObject, options: ReferenceOptions): JsonObject {
  const converted: JsonObject = {};
  for (const [name, schema] of Object.entries(schemas)) {
    for (const place of places) converted[variantOf(name, place)] = convert(schema, place, schemas, options);
  }
  return { $id: "document", components: { schemas: converted } };
}

const variantOf = (name: string, place: Place): string => (place === "whole" ? name : `${name}~${place}`);

const encode = (name: string): string => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));

export function convert(
  schema: Json | undefined,
  place: Place,
  schemas: JsonObject,
  options: ReferenceOptions,
): JsonObject | boolean {
  if (typeof schema === "boolean") return schema;
  if (!isObject(schema)) return true;
  const allows = (tolerance: Tolerance): boolean => place !== "exact" && options.tolerances.has(tolerance);
  const self = (part: Json | undefined, at: Place = place) => convert(part, at, schemas, options);
  const own = pickKeywords(schema);
  const target = componentOf(schema.$ref);
  const nullable = isNullable(schema, options.is30, options.tolerances.has("null where servers send it"));
  if (options.is30 && target !== undefined) {
    const reference = refer(target, place);
    return nullable ? { anyOf: [reference, { type: "null" }] } : reference;
  }
  /** Whether a condition is not checked because a pattern inside is not. */
  const isLeftOut = (name: string): boolean =>
    name !== "propertyNames" &&
    options.tolerances.has("patterns without a limit") &&
    leavesOutPattern(schema[name], { schemas });
  const inner: Place = place === "exact" ? "exact" : isComposed(schema) ? "part" : place;
  const member: Place = place === "exact" ? "exact" : "whole";

  if (target !== undefined) own.$ref = refer(target, inner).$ref;
  if (own.type === undefined && options.tolerances.has("shapes without a type")) {
    if (
      ["properties", "patternProperties"].some((name) => isObject(schema[name])) ||
      isObject(schema.additionalProperties)
    )
      own.type = "object";
    else if (schema.items !== undefined || schema.prefixItems !== undefined) own.type = "array";
  }
  const isText = own.type === "string" || toList(own.type).includes("string");
  if (own.format !== undefined && options.tolerances.has("unchecked formats")) {
    if (!["date-time", "date", "uuid"].includes(String(own.format)) || !isText) delete own.format;
  }
  if (Array.isArray(own.enum)) openEnum(own, own.enum, allows("open enums"));
  if (own.format === "binary" || schema.format === "binary") {
    if (isText && options.tolerances.has("binary")) return true;
  }
  if (options.tolerances.has("patterns without a limit") && typeof own.pattern === "string")
    limitPattern(own, own.pattern);
  for (const name of ["properties", "patternProperties"]) {
    if (isObject(schema[name])) own[name] = mapValues(schema[name], (part) => self(part, member));
  }
  if (isObject(schema.dependentSchemas))
    own.dependentSchemas = mapValues(schema.dependentSchemas, (part) =>
      self(part, place === "exact" ? "exact" : "part"),
    );
  for (const name of ["items", "unevaluatedItems"])
    if (schema[name] !== undefined) own[name] = self(schema[name], member);
  if (Array.isArray(schema.prefixItems)) own.prefixItems = schema.prefixItems.map((part) => self(part, member));
  for (const name of ["not", "if", "contains", "propertyNames"])
    if (schema[name] !== undefined && !isLeftOut(name)) own[name] = self(schema[name], "exact");
  for (const name of ["then", "else"]) if (schema[name] !== undefined) own[name] = self(schema[name], inner);
  if (isObject(schema.additionalProperties)) own.additionalProperties = self(schema.additionalProperties, member);
  else if (schema.additionalProperties === false) {
    const passes =
      (allows("unknown members") && options.direction === "read") || (allows("closed parts") && inner === "part");
    if (!passes) own.additionalProperties = false;
  }
  if (allows("left out")) for (const name of ["unevaluatedProperties", "unevaluatedItems"]) delete own[name];
  else if (schema.unevaluatedProperties !== undefined)
    own.unevaluatedProperties = self(schema.unevaluatedProperties, member);
  own.required = requiredIn(schema, schemas, options.direction);

  const parts = toList(schema.allOf).map((part) => self(part, inner));
  for (const keyword of ["anyOf", "oneOf"] as const) {
    const list = toList(schema[keyword]);
    if (list.length === 0) continue;
    const variants = list.map((variant) => {
      const converted = self(variant, inner);
      const { propertyName } = toObject(schema.discriminator);
      if (typeof propertyName !== "string" || !options.tolerances.has("discriminators")) return converted;
      const names = namesOf(schema, variant, propertyName, schemas);
      if (names === undefined) return converted;
      return {
        allOf: [
          { type: "object", required: [propertyName], properties: { [propertyName]: { enum: names } } },
          converted,
        ],
      };
    });
    parts.push({ [keyword === "oneOf" && options.tolerances.has("one of several") ? "anyOf" : keyword]: variants });
  }
  if (parts.length > 0) own.allOf = parts;
  const names = options.strict === true && place === "whole" ? membersOf(schema, schemas) : undefined;
  if (names !== undefined) own.allOf = [...toList(own.allOf), { propertyNames: { enum: names } }];
  return nullable ? { anyOf: [own, { type: "null" }] } : own;
}

/** Members that the schema and its composition name; undefined if others are allowed or none are described. */
function membersOf(schema: JsonObject, schemas: JsonObject): string[] | undefined {
  const names = namedIn(schema, schemas, new Set());
  return names?.some((name) => name.described) === true ? names.map(({ name }) => name) : undefined;
}

interface Named {
  readonly name: string;
  /** Whether a member has a schema, and is not only required. */
  readonly described: boolean;
}

function namedIn(schema: Json | undefined, schemas: JsonObject, seen: Set<JsonObject>): Named[] | undefined {
  if (!isObject(schema) || seen.has(schema)) return [];
  seen.add(schema);
  const { additionalProperties: rest } = schema;
  if (rest === true || isObject(rest) || isObject(schema.patternProperties)) return undefined;
  const target = componentOf(schema.$ref);
  const parts = [
    ...["allOf", "anyOf", "oneOf"].flatMap((keyword) => toList(schema[keyword])),
    ...[schema.if, schema.then, schema.else].filter((part) => part !== undefined),
    ...(target === undefined ? [] : [schemas[target] ?? {}]),
  ].map((part) => namedIn(part, schemas, seen));
  if (parts.includes(undefined)) return undefined;
  return [
    ...Object.keys(toObject(schema.properties)).map((name) => ({ name, described: true })),
    ...toList(schema.required).map((name) => ({ name: String(name), described: false })),
    ...parts.flatMap((part) => part ?? []),
  ];
}

const refer = (name: string, place: Place): JsonObject => ({
  $ref: `document#/components/schemas/${encode(variantOf(name, place))}`,
});

const mapValues = (map: JsonObject, convertOne: (part: Json | undefined) => JsonObject | boolean): JsonObject =>
  Object.fromEntries(Object.entries(map).map(([name, part]) => [name, convertOne(part)]));

function isComposed(schema: JsonObject): boolean {
  const shape = ["properties", "patternProperties", "additionalProperties"].some((name) => schema[name] !== undefined);
  const count = ["$ref", "if", "anyOf", "oneOf"].filter((name) => schema[name] !== undefined).length;
  return Number(shape) + count + toList(schema.allOf).length > 1;
}

/** Whether null is allowed: by OpenAPI 3.0's `nullable` beside a type; other spellings are a tolerance. */
function isNullable({ nullable, type, enum: values }: JsonObject, is30: boolean, tolerant: boolean): boolean {
  if (tolerant)
    return (
      nullable === true ||
      (Array.isArray(type) && type.includes("null")) ||
      (Array.isArray(values) && values.includes(null))
    );
  return is30 && nullable === true && typeof type === "string" && !Array.isArray(values);
}

const types = ["string", "number", "integer", "boolean", "array", "object", "null"];
const numeric = [
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "minContains",
  "maxContains",
];

/** Keeps the keywords with valid values; documents have others, which are ignored. */
function pickKeywords(schema: JsonObject): JsonObject {
  const own: JsonObject = {};
  const { type } = schema;
  if (typeof type === "string" && types.includes(type)) own.type = type;
  else if (Array.isArray(type) && type.length > 0 && type.every((one) => types.includes(String(one)))) own.type = type;
  for (const name of numeric)
    if (typeof schema[name] === "number" && Number(schema[name]) >= 0) own[name] = schema[name];
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
  if (typeof minimum === "number") own[above === true ? "exclusiveMinimum" : "minimum"] = minimum;
  if (typeof maximum === "number") own[below === true ? "exclusiveMaximum" : "maximum"] = maximum;
  if (typeof above === "number") own.exclusiveMinimum = above;
  if (typeof below === "number") own.exclusiveMaximum = below;
  if (typeof multipleOf === "number" && multipleOf > 0) own.multipleOf = multipleOf;
  if (typeof schema.pattern === "string" && compiles(schema.pattern)) own.pattern = schema.pattern;
  if (schema.uniqueItems === true) own.uniqueItems = true;
  if (typeof schema.format === "string") own.format = schema.format;
  if ("const" in schema) own.const = schema.const;
  else if (Array.isArray(schema.enum) && schema.enum.length > 0) own.enum = schema.enum;
  if (isObject(schema.dependentRequired)) own.dependentRequired = schema.dependentRequired;
  return own;
}

export function compiles(pattern: string): boolean {
  return ["u", ""].some((flags) => {
    try {
      return Boolean(new RegExp(pattern, flags));
    } catch {
      return false;
    }
  });
}

/** Leaves out a pattern without a limit, and accepts every text that is longer than the limit. */
function limitPattern(own: JsonObject, pattern: string): void {
  const limit = patternLimit(pattern);
  delete own.pattern;
  if (limit !== undefined) own.anyOf = [{ pattern }, { minLength: limit + 1 }];
}

function openEnum(own: JsonObject, values: Json[], open: boolean): void {
  const present = values.filter((value) => value !== null);
  const declared = (Array.isArray(own.type) ? own.type : own.type === undefined ? [] : [own.type]).filter(
    (one) => one !== "null",
  );
  const fits = (value: Json) => declared.length === 0 || declared.some((type) => typesOf(value).includes(String(type)));
  if (!open || present.length === 0 || (present.length === 1 && present.every(fits))) {
    if (open && present.length > 0) own.enum = values;
    return;
  }
  delete own.enum;
  const wide = declared.includes("number") || !declared.includes("integer") ? "number" : "integer";
  const found = present.map((value) => (typeof value === "number" ? wide : String(typesOf(value)[0])));
  own.type = [...new Set([...declared, ...found])];
}

function typesOf(value: Json): string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") return Number.isInteger(value) ? ["number", "integer"] : ["number"];
  return [typeof value];
}

function requiredIn(schema: JsonObject, schemas: JsonObject, direction: Direction): string[] {
  const absent = direction === "read" ? "writeOnly" : "readOnly";
  return [...new Set(toList(schema.required).map(String))].filter((name) => {
    const properties = toObject(schema.properties);
    const property = Object.hasOwn(properties, name) ? toObject(properties[name]) : {};
    const target = componentOf(property.$ref);
    const own = direction === "read" ? "readOnly" : "writeOnly";
    const sides = [property, toObject(target === undefined ? undefined : schemas[target])];
    return sides.some((side) => side[own] === true) && direction === "read"
      ? true
      : !sides.some((side) => side[absent] === true);
  });
}

/** The values of the discriminator's property for a variant. */
function namesOf(schema: JsonObject, variant: Json, property: string, schemas: JsonObject): Json[] | undefined {
  const name = componentOf(toObject(variant).$ref);
  if (name === undefined) return undefined;
  const { mapping } = toObject(schema.discriminator);
  const mapped = Object.entries(toObject(mapping)).filter(
    ([, target]) => target === name || componentOf(target) === name,
  );
  if (mapped.length > 0) return mapped.map(([value]) => value);
  return declared(schemas[name], property, schemas, 0)?.map(String) ?? [name];
}

function declared(schema: Json | undefined, property: string, schemas: JsonObject, depth: number): Json[] | undefined {
  if (!isObject(schema) || depth > 20) return undefined;
  let own = toObject(toObject(schema.properties)[property]);
  for (let step = 0; step < 20 && componentOf(own.$ref) !== undefined; step++)
    own = toObject(schemas[componentOf(own.$ref) ?? ""]);
  if ("const" in own) return [own.const ?? null];
  if (Array.isArray(own.enum)) return own.enum;
  const target = componentOf(schema.$ref);
  for (const part of [...toList(schema.allOf), ...(target === undefined ? [] : [schemas[target]])]) {
    const found = declared(part, property, schemas, depth + 1);
    if (found !== undefined) return found;
  }
  const branches = [...toList(schema.oneOf), ...toList(schema.anyOf)].map((part) =>
    declared(part, property, schemas, depth + 1),
  );
  return branches.length > 0 && branches.every((one) => one !== undefined) ? branches.flat() : undefined;
}
