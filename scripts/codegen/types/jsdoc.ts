/** Emits the JSDoc comment of a schema, parameter or operation, which editors show. */
import { comment, type Tag } from "../util/comment.ts";
import { type JsonObject, toObject } from "../util/json.ts";
import { literal } from "../util/ts-literal.ts";

export function jsdoc(holder: JsonObject, indent: string): string {
  const text = textOf(holder);
  const tags = tagsOf(holder);
  return text === "" && tags.length === 0 ? "" : comment(text, indent, tags);
}

/** The summary and the description, as two paragraphs. */
function textOf({ title, summary, description }: JsonObject): string {
  const parts = [summary, description ?? title].filter((part) => typeof part === "string");
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ""))].join("\n\n");
}

function tagsOf({ default: assumed, format, deprecated, externalDocs }: JsonObject): Tag[] {
  const { url } = toObject(externalDocs);
  const isShown = typeof format === "string" && /^(?:date|time|duration|int64)/u.test(format);
  return [
    ...(isShown ? [{ name: "format", text: format } as const] : []),
    ...(assumed === undefined ? [] : [{ name: "default", text: literal(assumed) } as const]),
    ...(deprecated === true ? [{ name: "deprecated" } as const] : []),
    ...(typeof url === "string" ? [{ name: "see", text: url } as const] : []),
  ];
}
