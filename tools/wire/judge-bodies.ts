/** Judges request bodies by parsing what left: the parsed value is the given one, part by part, with each part's content type. */
import { isDeepStrictEqual } from "node:util";
import { dereference } from "../../scripts/codegen/openapi/dereference.ts";
import { listOperations } from "../../scripts/codegen/openapi/operations.ts";
import { isObject, type Json, type JsonObject, objectEntries, toObject } from "../../scripts/codegen/util/json.ts";
import type { Vendor } from "../../src/vendor.ts";
import { createValue } from "../corpus/sample-values.ts";
import type { Random } from "../lib/random.ts";
import { type Captured, captureRequest } from "./capture-request.ts";
import { readParts } from "./read-parts.ts";

export type BodyClass = "JSON" | "form" | "multipart";

export interface BodyVerdict {
  readonly operation: string;
  readonly kind: BodyClass;
  /** What differs; empty where everything that was given has left. */
  readonly differences: readonly string[];
}

export interface BodyOptions {
  readonly random: Random;
  readonly operations?: number;
  readonly tamper?: (request: Captured) => Captured;
}

export async function judgeBodies(document: JsonObject, vendor: Vendor, options: BodyOptions): Promise<BodyVerdict[]> {
  const { random, operations = Number.POSITIVE_INFINITY, tamper = (request) => request } = options;
  const schemas = toObject(toObject(document.components).schemas);
  const verdicts: BodyVerdict[] = [];
  for (const { key, method, path, operation } of random.shuffle(listOperations(document)).slice(0, operations)) {
    for (const [type, media] of objectEntries(dereference(document, operation.requestBody).content)) {
      const kind = classOf(type);
      if (kind === undefined || method === "GET" || method === "HEAD") continue;
      const made = createValue(media.schema, schemas, random);
      if (kind !== "JSON" && !isObject(made)) continue;
      const given = kind === "multipart" ? withFiles(document, media, toObject(made)) : made;
      const params = {
        path: Object.fromEntries(Array.from(path.matchAll(/\{([^{}]+)\}/gu), ([, name = ""]) => [name, "x"])),
      };
      const init = { params, body: given, headers: { "content-type": type } };
      const differences = await captureRequest(
        vendor,
        { method, path, init },
        { credentials: {}, rateLimit: false },
      ).then(
        (request) => compareBody(kind, type, media, given, tamper(request)),
        (error: unknown) => [String(error)],
      );
      verdicts.push({ operation: key, kind, differences });
    }
  }
  return verdicts;
}

function classOf(type: string): BodyClass | undefined {
  if (/^application\/x-www-form-urlencoded\b/iu.test(type)) return "form";
  if (/^multipart\/form-data\b/iu.test(type)) return "multipart";
  return /^(?:application|text)\/(?:[^;\s]+\+)?json\s*(?:;|$)/iu.test(type) ? "JSON" : undefined;
}

/** Puts a file in the place of each text that is one. */
function withFiles(document: JsonObject, media: JsonObject, value: JsonObject): object {
  const properties = toObject(dereference(document, media.schema).properties);
  const isFile = (schema: Json | undefined) => dereference(document, schema).format === "binary";
  const toFile = (name: string) => new File([`content of ${name}`], `${name} "1".bin`, { type: "image/png" });
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const schema = dereference(document, properties[name]);
      if (isFile(schema)) return [name, toFile(name)];
      if (Array.isArray(member) && isFile(schema.items)) return [name, member.map(() => toFile(name))];
      return [name, member];
    }),
  );
}

async function compareBody(
  kind: BodyClass,
  type: string,
  media: JsonObject,
  given: unknown,
  { headers, body }: Captured,
): Promise<string[]> {
  const sentType = headers.get("content-type") ?? "";
  const essence = type.split(";", 1)[0]?.trim().toLowerCase();
  if (sentType.split(";", 1)[0]?.trim().toLowerCase() !== essence) return [`content type ${sentType}, not ${type}`];
  const text = new TextDecoder().decode(body);
  if (kind === "JSON") return isDeepStrictEqual(JSON.parse(text), inJson(given)) ? [] : [`body ${text.slice(0, 200)}`];
  const members = Object.entries(Object(given));
  const encoding = toObject(media.encoding);
  if (kind === "form") {
    const fields = [...new URLSearchParams(text)];
    const wanted = members.flatMap(([name, member]) => fieldsOf(name, member, toObject(encoding[name])));
    return isDeepStrictEqual(fields.map(readField), wanted.map(readField))
      ? []
      : [`fields ${JSON.stringify(fields)}, not ${JSON.stringify(wanted)}`];
  }
  const form = await new Response(body.slice(), { headers: { "content-type": sentType } }).formData();
  const parts = readParts(body, sentType);
  const wanted = members.flatMap(([name, member]) => partsOf(name, member, toObject(encoding[name])));
  if ([...form].length !== wanted.length || parts.length !== wanted.length)
    return [`${parts.length} parts, not ${wanted.length}`];
  const compared = await Promise.all(
    wanted.map(async ({ name, value, types }, index) => {
      const part = parts[index];
      const content = value instanceof Blob ? await value.text() : value;
      const sent = part && new TextDecoder().decode(part.content);
      if (part?.name !== name) return [`part ${index} is called ${part?.name}, not ${name}`];
      if (sent !== content) return [`${name}: ${sent}, not ${content}`];
      if (!types.includes(part.type)) return [`${name}: content type ${part.type}, not ${types.join(" or ")}`];
      if ((part.fileName !== undefined) !== value instanceof Blob) return [`${name}: file name ${part.fileName}`];
      return [];
    }),
  );
  return compared.flat();
}

const inJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const hasValue = (value: unknown): boolean => value !== null && value !== undefined;
const asText = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
/** The order of an object's members in JSON has no meaning. */
const readField = ([name, text]: readonly [string, string]): unknown => {
  try {
    return [name, JSON.parse(text)];
  } catch {
    return [name, text];
  }
};

/** The fields of a member (OpenAPI 3.1 §4.8.15, §4.8.12.2.5). */
function fieldsOf(name: string, value: unknown, rule: JsonObject): (readonly [string, string])[] {
  if (!hasValue(value)) return [];
  if (typeof value !== "object" || value === null) return [[name, String(value)]];
  const style = String(rule.style ?? "form");
  const isExploded = rule.explode === undefined ? style === "form" : rule.explode === true;
  const separator =
    new Map([
      ["spaceDelimited", " "],
      ["pipeDelimited", "|"],
      ["tabDelimited", "\t"],
    ]).get(style) ?? ",";
  if (style === "deepObject")
    return Object.entries(value).flatMap(([key, one]) => deepFieldsOf(`${name}[${key}]`, one));
  if (Array.isArray(value)) {
    const items = value.filter(hasValue).map(asText);
    if (isExploded) return items.map((item) => [name, item] as const);
    return items.length === 0 ? [] : [[name, items.join(separator)]];
  }
  if (rule.style === undefined && rule.explode === undefined) return [[name, JSON.stringify(value)]];
  const pairs = Object.entries(value)
    .filter(([, one]) => hasValue(one))
    .map(([key, one]) => [key, asText(one)] as const);
  if (isExploded) return pairs;
  return pairs.length === 0 ? [] : [[name, pairs.flat().join(separator)]];
}

const deepFieldsOf = (name: string, value: unknown): (readonly [string, string])[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, one]) => deepFieldsOf(`${name}[${key}]`, one))
    : hasValue(value)
      ? [[name, String(value)]]
      : [];

interface WantedPart {
  readonly name: string;
  readonly value: string | Blob;
  /** The content types that are right; undefined is text/plain (RFC 7578 §4.4). */
  readonly types: readonly (string | undefined)[];
}

/** The parts of a member; the default types are those of OpenAPI 3.1 §4.8.15.1.1. */
function partsOf(name: string, value: unknown, rule: JsonObject): WantedPart[] {
  if (rule.style !== undefined || rule.explode !== undefined)
    return fieldsOf(name, value, rule).map(([field, text]) => ({
      name: field,
      value: text,
      types: [undefined, "text/plain"],
    }));
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const named = typeof rule.contentType === "string" && !/[,*]/u.test(rule.contentType) ? rule.contentType : undefined;
  return items.filter(hasValue).map((item) => {
    if (item instanceof Blob) return { name, value: item, types: [item.type] };
    if (named !== undefined) return { name, value: asText(item), types: [named] };
    return {
      name,
      value: asText(item),
      types: typeof item === "object" ? ["application/json"] : [undefined, "text/plain"],
    };
  });
}
