/**
 * How the content of a response is read, by its media types and their schemas, for the types and for the runtime alike:
 *
 * | media type | schema | read as |
 * | --- | --- | --- |
 * | JSON, `+json` | any | JSON |
 * | a range, or a vendor's type | neither a text nor a file | JSON |
 * | `text/*`, XML, YAML, and a range | a text, or none | text |
 * | any other | a text or a file, or none | bytes |
 *
 * Beside JSON, XML and a text with JSON's own schema are left out: the client asks for JSON first.
 */
import { dereference } from "./dereference.ts";
import { fileKindOf } from "./file-schemas.ts";
import { isJson, isSequential } from "./media-type.ts";
import { typesOf } from "./schema-types.ts";
import { canonicalJson, type JsonObject, objectEntries } from "../util/json.ts";

export type ReadKind = "json" | "text" | "bytes" | "items";

export interface ReadContent {
  readonly type: string;
  readonly media: JsonObject;
  readonly kind: ReadKind;
}

export function readContent(document: JsonObject, { content }: JsonObject): ReadContent[] {
  const all = objectEntries(content).map(([type, media]) => ({ type, media, kind: kindOf(document, type, media) }));
  const json = new Set(all.filter(({ type }) => isJson(type)).map(({ media }) => canonicalJson(media.schema)));
  if (json.size === 0) return all;
  const isDouble = ({ type, media }: ReadContent): boolean =>
    /^text\//iu.test(type) && hasOwnShape(document, media) && json.has(canonicalJson(media.schema));
  return all.filter((one) => isJson(one.type) || one.kind === "items" || !(isXml(one.type) || isDouble(one)));
}

/** Whether the schema says more than that the body is a text or a file. */
const hasOwnShape = (document: JsonObject, media: JsonObject): boolean =>
  Object.keys(dereference(document, media.schema)).length > 0 && !isFile(document, media) && !isText(document, media);

function kindOf(document: JsonObject, type: string, media: JsonObject): ReadKind {
  const essence = essenceOf(type);
  if (isSequential(type)) return "items";
  if (essence.includes("*")) return isFile(document, media) ? "bytes" : isText(document, media) ? "text" : "json";
  if (isJson(type)) return "json";
  if (/^text\/|\/(?:javascript|graphql)$|[/+](?:x-)?yaml$/u.test(essence) || isXml(type)) return "text";
  return hasOwnShape(document, media) ? "json" : "bytes";
}

const essenceOf = (type: string): string => type.split(";", 1)[0]?.trim().toLowerCase() ?? "";

const isXml = (type: string): boolean => /[/+]xml$/u.test(essenceOf(type));

const isFile = (document: JsonObject, media: JsonObject): boolean =>
  fileKindOf(dereference(document, media.schema)) === "bytes";

const isText = (document: JsonObject, media: JsonObject): boolean =>
  typesOf(dereference(document, media.schema))?.includes("string") === true;
