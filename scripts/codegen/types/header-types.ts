/**
 * Documented response headers: how the runtime reads each, and its type. A name is read in the same way throughout a document, so that a
 * result needs only its vendor to read headers; a header with two different descriptions stays text.
 */
import type { HeaderType } from "../../../src/vendor.ts";
import { dereference } from "../openapi/dereference.ts";
import { jsdoc } from "./jsdoc.ts";
import { isObject, type Json, type JsonObject, objectEntries, toObject } from "../util/json.ts";
import { propertyKey } from "../util/ts-literal.ts";
import { isJson } from "../openapi/media-type.ts";
import { listOperations } from "../openapi/operations.ts";
import { typesOf } from "../openapi/schema-types.ts";
import type { Express } from "./schema-to-type.ts";

/** How to read each header, by the document's spelling of its name. */
export type HeaderTypes = ReadonlyMap<string, HeaderType>;

/** Members of an object type by name, with their documentation. */
export type HeaderMembers = ReadonlyMap<string, string>;

export function headerTypesOf(document: JsonObject): HeaderTypes {
  const types = new Map<string, HeaderType>();
  for (const { operation } of listOperations(document)) {
    for (const [, response] of objectEntries(operation.responses)) {
      for (const [name, header] of headersOf(document, dereference(document, response))) {
        const type = typeOf(document, header);
        types.set(name, (types.get(name) ?? type) === type ? type : "string");
      }
    }
  }
  return types;
}

/** Headers are optional: a proxy may remove them, and a browser may hide them (Fetch §4.10). */
export function headerMembers(
  document: JsonObject,
  response: JsonObject,
  types: HeaderTypes,
  express: Express,
): HeaderMembers {
  return new Map(
    headersOf(document, response).map(([name, header]) => {
      const schema = schemaOf(header);
      const about = { ...pick(schema, ["description", "format"]), ...pick(header, ["description", "deprecated"]) };
      const isOwn = typeOf(document, header) === types.get(name);
      const type = isOwn && isExpressed(document, header) ? express(schema, "read", at) : "string";
      return [name, `${jsdoc(about, "  ")}  ${propertyKey(name)}?: ${type};\n`];
    }),
  );
}

const at = { indent: "  ", files: false };

/** A header of this name is ignored (OpenAPI 3.1 §4.8.17.1). */
const headersOf = (document: JsonObject, response: JsonObject): [string, JsonObject][] =>
  objectEntries(response.headers).flatMap(([name, header]) =>
    name.toLowerCase() === "content-type" ? [] : [[name, dereference(document, header)]],
  );

function typeOf(document: JsonObject, header: JsonObject): HeaderType {
  if (Object.keys(toObject(header.content)).some(isJson)) return "json";
  const schema = dereference(document, header.schema);
  const scalar = scalarOf(schema);
  if (scalar !== undefined) return scalar;
  const [type] = typesOf(schema) ?? [];
  const item = type === "array" && scalarOf(dereference(document, schema.items));
  return item ? `${item}[]` : "string";
}

/** How to read a header by its schema; types that only JSON can express are ignored. */
function isExpressed(document: JsonObject, header: JsonObject): boolean {
  const schema = dereference(document, header.schema);
  return typeOf(document, header) !== "string" || scalarOf(schema) === "string";
}

function scalarOf(schema: JsonObject): "string" | "number" | "boolean" | undefined {
  const types = typesOf(schema) ?? [];
  if (types.length !== 1) return undefined;
  if (types[0] === "integer" || types[0] === "number") return "number";
  return types[0] === "string" || types[0] === "boolean" ? types[0] : undefined;
}

/** Whether the document declares the header as JSON by a media type (OpenAPI 3.1 §4.8.21). */
function schemaOf({ schema, content }: JsonObject): Json | undefined {
  if (isObject(schema)) return schema;
  const [, media] = objectEntries(content).find(([type]) => isJson(type)) ?? [];
  return media?.schema;
}

const pick = (from: Json | undefined, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(toObject(from)).filter(([name]) => names.includes(name)));
