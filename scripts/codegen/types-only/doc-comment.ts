/** The JSDoc comment of a member: what the document says of it, in the tags that editors show. */
import { comment, type Tag } from "../util/comment.ts";
import type { Json, JsonObject } from "../util/json.ts";
import { toObject } from "../util/json.ts";
import { jsonText } from "../util/ts-literal.ts";

/** An empty string where there is nothing to say. */
export function docComment(about: JsonObject, indent: string): string {
  const text = textOf(about);
  const tags = tagsOf(about);
  return text === "" && tags.length === 0 ? "" : comment(text, indent, tags);
}

/** Title, summary and description as paragraphs, each said once. */
function textOf({ title, summary, description }: JsonObject): string {
  const parts = [title, summary, description].filter((part) => typeof part === "string").map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ""))].join("\n\n");
}

function tagsOf({ default: assumed, example, examples, format, deprecated, externalDocs }: JsonObject): Tag[] {
  const { url } = toObject(externalDocs);
  const shown = [...(example === undefined ? [] : [example]), ...(Array.isArray(examples) ? examples : [])];
  return [
    ...(typeof format === "string" ? [{ name: "format", text: format } as const] : []),
    ...(assumed === undefined ? [] : [{ name: "default", text: show(assumed) } as const]),
    ...shown.map((one) => ({ name: "example", text: show(one) }) as const),
    ...(deprecated === true ? [{ name: "deprecated" } as const] : []),
    ...(typeof url === "string" ? [{ name: "see", text: url } as const] : []),
  ];
}

/** Strings as they are, everything else as JSON. */
const show = (value: Json): string => (typeof value === "string" ? value : jsonText(value));
