/**
 * Headers of an answer as the document types them. A header that is not of its type is left out, like one that is missing. Flags and numbers
 * in headers are JSON's (OpenAPI's style `simple`, RFC 6570 §3.2), and lists are joined by commas and not quoted.
 */
import { tryParseJson } from "../util/json.ts";
import type { HeaderType } from "../vendor.ts";

export function parseResponseHeaders(types: Readonly<Record<string, HeaderType>>, headers: Headers): object {
  const read: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(types)) {
    const text = headers.get(name);
    const value = text === null ? undefined : readHeader(text, type);
    if (value !== undefined) read[name] = value;
  }
  return read;
}

function readHeader(text: string, type: HeaderType): unknown {
  if (!type.endsWith("[]")) return readValue(text, type);
  const items = text === "" ? [] : text.split(",").map((item) => readValue(item.trim(), type.slice(0, -2)));
  return items.includes(undefined) ? undefined : items;
}

function readValue(text: string, type: string): unknown {
  if (type === "string") return text;
  const value = tryParseJson(type === "boolean" ? text.toLowerCase() : text)?.value;
  return type === "json" || typeof value === type ? value : undefined;
}
