/**
 * Examples of media types: the document's example if it fits its schema (many published ones do not), else a value made from
 * the schema.
 */
import type { Media } from "./document-operation.ts";
import type { DocumentReader, Located } from "./document-reader.ts";
import { isObject, type Json, type JsonObject, setMember } from "../../codegen/util/json.ts";
import { toPointer } from "../../codegen/util/json-pointer.ts";
import { textOf } from "./json.ts";
import type { SchemaCheck } from "./schema-check.ts";

export interface Examples {
  /** The first example, without checking it: enough to see the shape, and cheap. */
  first(media: Media | undefined): Json | undefined;
  /** A copy of the first example that fits the schema. */
  fitting(media: Media | undefined): Json | undefined;
}

export function createExamples(reader: DocumentReader, check: SchemaCheck): Examples {
  const known = new Map<Media, Json | undefined>();
  const find = (media: Media): Json | undefined => {
    const own = Object.values(media.examples);
    const { schema } = media;
    if (!schema) return own[0];
    const fits = (value: Json) => check(schema, value, "response").length === 0;
    const good = own.find(fits);
    if (good !== undefined) return good;
    const made = [sample(schema, reader, 0, true), sample(schema, reader, 0, false)];
    return made.find(fits) ?? own[0] ?? made[0];
  };
  return {
    first: (media) =>
      media && (Object.values(media.examples)[0] ?? (media.schema && sample(media.schema, reader, 0, true))),
    fitting(media) {
      if (!media) return undefined;
      if (!known.has(media)) known.set(media, find(media));
      return structuredClone(known.get(media));
    },
  };
}

/** Below this depth only required properties are filled in, which ends schemas that contain themselves. */
const shallow = 4;
const deepest = 12;

function sample(found: Located, reader: DocumentReader, depth: number, examples: boolean): Json {
  const schema = found.value;
  if (!isObject(schema) || depth > deepest) return null;
  const shown = [schema.example, Array.isArray(schema.examples) ? schema.examples[0] : undefined];
  const given = [schema.const, ...(examples ? [...shown, schema.default] : [])];
  const known = given.find((value) => value !== undefined);
  if (known !== undefined) return structuredClone(known);
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;

  const parts = reader.list(`${found.at}/allOf`);
  const choice = reader.list(`${found.at}/oneOf`)[0] ?? reader.list(`${found.at}/anyOf`)[0];
  if (parts.length > 0 || choice) {
    const own = schema.properties === undefined ? undefined : sampleObject(found, schema, reader, depth, examples);
    const values = [...parts, ...(choice ? [choice] : [])].map((part) => sample(part, reader, depth + 1, examples));
    const objects = [own, ...values].filter(isObject);
    return objects.length > 0 ? Object.fromEntries(objects.flatMap(Object.entries)) : (values[0] ?? null);
  }
  switch (typeOf(schema)) {
    case "object":
      return sampleObject(found, schema, reader, depth, examples);
    case "array":
      return sampleList(found, schema, reader, depth, examples);
    case "integer":
    case "number":
      return sampleNumber(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return sampleText(schema);
  }
}

function typeOf(schema: JsonObject): string {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (typeof type === "string") return type;
  return schema.properties !== undefined || schema.additionalProperties !== undefined
    ? "object"
    : schema.items !== undefined
      ? "array"
      : "string";
}

function sampleObject(
  found: Located,
  schema: JsonObject,
  reader: DocumentReader,
  depth: number,
  examples: boolean,
): JsonObject {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const value: JsonObject = {};
  for (const name of Object.keys(isObject(schema.properties) ? schema.properties : {})) {
    const property = reader.at(`${found.at}/properties${toPointer([name])}`);
    if (!property || (isObject(property.value) && property.value.writeOnly === true)) continue;
    if (required.includes(name) || depth < shallow) {
      setMember(value, name, sample(property, reader, depth + 1, examples));
    }
  }
  return value;
}

function sampleList(
  found: Located,
  schema: JsonObject,
  reader: DocumentReader,
  depth: number,
  examples: boolean,
): Json[] {
  const items = reader.at(`${found.at}/items`);
  const least = typeof schema.minItems === "number" ? schema.minItems : 0;
  if (!items || (depth >= shallow && least === 0)) return [];
  return Array.from({ length: Math.max(1, least) }, () => sample(items, reader, depth + 1, examples));
}

function sampleNumber(schema: JsonObject): number {
  const step = typeof schema.multipleOf === "number" ? schema.multipleOf : 1;
  if (typeof schema.minimum === "number") return Math.ceil(schema.minimum / step) * step;
  if (typeof schema.exclusiveMinimum === "number") return (Math.floor(schema.exclusiveMinimum / step) + 1) * step;
  if (typeof schema.maximum === "number") return Math.min(step, Math.floor(schema.maximum / step) * step);
  return step;
}

const formats: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "date-time": "2026-01-15T09:30:00Z",
    date: "2026-01-15",
    time: "09:30:00Z",
    duration: "PT1H",
    email: "shop@example.com",
    hostname: "shop.example",
    ipv4: "192.0.2.1",
    ipv6: "2001:db8::1",
    uri: "https://shop.example/1",
    url: "https://shop.example/1",
    "uri-reference": "/1",
    uuid: "0b6f1c1e-5f55-4b8e-9d8f-2f3c6a7e0001",
    byte: "dGV4dA==",
  }),
);

function sampleText(schema: JsonObject): string {
  const format = textOf(schema.format);
  const text = (format !== undefined ? formats.get(format) : undefined) ?? "text";
  const least = typeof schema.minLength === "number" ? schema.minLength : 0;
  const most = typeof schema.maxLength === "number" ? schema.maxLength : Number.POSITIVE_INFINITY;
  return text.padEnd(least, "x").slice(0, most);
}
