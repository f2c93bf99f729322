/** The graph of component schemas: which components a schema refers to, and which differ by direction (readOnly, writeOnly). */
import { createCycleBreaker } from "./schema-cycles.ts";
import { isObject, type Json, type JsonObject, objectEntries, toList, toObject } from "../util/json.ts";
import { parsePointer } from "../util/json-pointer.ts";
import { walkDocument } from "./walk-document.ts";

export type Direction = "read" | "write";

export interface SchemaGraph {
  readonly schemas: JsonObject;
  /** Whether keywords beside a `$ref` are ignored: in OpenAPI 3.0 (3.0.4 §4.7.23), not in later versions. */
  readonly refersAlone: boolean;
  /** Whether a component differs between sent and received. */
  isDirectional(name: string): boolean;
  /** Whether a schema that applies to the component's value itself, not to a member, passes the test. */
  holdsInPlace(name: string, test: (schema: JsonObject) => boolean): boolean;
  /** Whether a reference from `from` to `to` would make validation endless: `A: { allOf: [B] }, B: { anyOf: [A, …] }`. */
  isInPlaceCycle(from: string, to: string): boolean;
}

/** The component that a reference names; after resolving, every reference names one. */
export const componentOf = (ref: unknown): string | undefined => {
  if (typeof ref !== "string") return undefined;
  const parts = parsePointer(ref);
  return parts.length === 3 && parts[1] === "schemas" ? parts[2] : undefined;
};

export function createSchemaGraph(document: JsonObject): SchemaGraph {
  const schemas = toObject(toObject(document.components).schemas);
  const references = new Map<string, Set<string>>();
  const directional = new Set<string>();
  for (const [name, schema] of objectEntries(schemas)) {
    const reached = new Set<string>();
    for (const { kind, value } of walkDocument(schema, "schema")) {
      if (kind !== "schema") continue;
      const target = componentOf(value.$ref);
      if (target !== undefined) reached.add(target);
      if (hasDirection(schemas, value)) directional.add(name);
    }
    references.set(name, reached);
  }
  for (let size = -1; size !== directional.size; ) {
    size = directional.size;
    for (const [name, reached] of references)
      if ([...reached].some((one) => directional.has(one))) directional.add(name);
  }
  return {
    schemas,
    refersAlone: refersAlone(document),
    isDirectional: (name) => directional.has(name),
    holdsInPlace: (name, test) => holdsInPlace(schemas, schemas[name], test, new Set()),
    isInPlaceCycle: createCycleBreaker(schemas, inPlaceReferences),
  };
}

export const refersAlone = (document: JsonObject): boolean => String(document.openapi).startsWith("3.0");

function holdsInPlace(
  schemas: JsonObject,
  schema: Json | undefined,
  test: (schema: JsonObject) => boolean,
  seen: Set<JsonObject>,
): boolean {
  if (!isObject(schema) || seen.has(schema)) return false;
  seen.add(schema);
  const target = componentOf(schema.$ref);
  const parts = [...inPlaceParts(schema), ...(target === undefined ? [] : [schemas[target]])];
  return test(schema) || parts.some((part) => holdsInPlace(schemas, part, test, seen));
}

/** Whether a schema differs by direction: a required property of one direction only, or an object that is closed when sent. */
function hasDirection(schemas: JsonObject, schema: JsonObject): boolean {
  if (schema.additionalProperties === false) return true;
  const required = toList(schema.required);
  return objectEntries(schema.properties).some(
    ([name, property]) => required.includes(name) && directionOf(schemas, property) !== undefined,
  );
}

/** The only direction that a property exists in, if there is one. */
export function directionOf(schemas: JsonObject, property: Json | undefined): Direction | undefined {
  if (!isObject(property)) return undefined;
  const target = componentOf(property.$ref);
  const referenced = target === undefined ? undefined : toObject(schemas[target]);
  if (property.readOnly === true || referenced?.readOnly === true) return "read";
  return property.writeOnly === true || referenced?.writeOnly === true ? "write" : undefined;
}

function inPlaceReferences(schema: Json | undefined): string[] {
  if (!isObject(schema)) return [];
  const target = componentOf(schema.$ref);
  return [...(target === undefined ? [] : [target]), ...inPlaceParts(schema).flatMap(inPlaceReferences)];
}

/** The schemas that apply to the same value as this one. */
const inPlaceParts = (schema: JsonObject): Json[] => [
  ...["allOf", "anyOf", "oneOf"].flatMap((keyword) => toList(schema[keyword])),
  ...[schema.not, schema.if, schema.then, schema.else].filter((part) => part !== undefined),
  ...Object.values(toObject(schema.dependentSchemas)).filter((part) => part !== undefined),
];
