/** Tells files from texts: by `format: binary` in OpenAPI 3.0, by `contentMediaType` and `contentEncoding` in 3.1 (OpenAPI 3.1 §4.4.2). */
import { isObject, type Json, type JsonObject, objectEntries, toList, toObject, toText } from "../util/json.ts";
import { componentOf } from "./schema-graph.ts";

/** `bytes` as they are; `encoded` as a text (base64), in whose place a form takes a file, too. */
export type FileKind = "bytes" | "encoded";

export function fileKindOf({ type, format, contentMediaType, contentEncoding }: JsonObject): FileKind | undefined {
  const types = toList(Array.isArray(type) ? type : [type ?? "string"]);
  if (!types.includes("string")) return undefined;
  if (format === "binary") return "bytes";
  // A text in a text or in JSON is no file.
  if (contentMediaType === undefined || /^text\/|json$/iu.test(toText(contentMediaType) ?? "text/plain"))
    return undefined;
  return contentEncoding === undefined || /^(?:binary|7bit|8bit)$/iu.test(String(contentEncoding))
    ? "bytes"
    : "encoded";
}

/** Whether a value of the schema may hold a file. */
export function mayHoldFile(schemas: JsonObject, given: Json | undefined, depth = 0): boolean {
  const schema = toObject(given);
  if (depth > 5) return false;
  if (fileKindOf(schema) !== undefined) return true;
  const target = componentOf(schema.$ref);
  const parts = [
    ...objectEntries(schema.properties).map(([, property]) => property),
    ...toList(schema.allOf),
    ...toList(schema.oneOf),
    ...toList(schema.anyOf),
    ...(isObject(schema.items) ? [schema.items] : []),
    ...(target === undefined ? [] : [schemas[target]]),
  ];
  return parts.some((part) => mayHoldFile(schemas, part, depth + 1));
}
