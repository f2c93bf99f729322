/** A JSDoc comment of what a schema, parameter or operation says of itself: what an editor shows. */
import type { JsonObject } from "../util/json.ts";
import { comment, literal } from "../util/ts-literal.ts";

export function jsdoc(holder: JsonObject, indent: string): string {
  const lines = linesOf(holder);
  return lines.length === 0 ? "" : comment(lines.join("\n"), indent);
}

function linesOf({
  title,
  summary,
  description,
  default: assumed,
  format,
  deprecated,
  externalDocs,
}: JsonObject): string[] {
  const link =
    externalDocs !== null && typeof externalDocs === "object" && "url" in externalDocs ? externalDocs.url : undefined;
  const text = [
    ...new Set([summary, description ?? title].filter((part) => typeof part === "string" && part.trim() !== "")),
  ];
  return [
    ...text.flatMap((part, index) => (index === 0 ? [withoutTags(String(part))] : ["", withoutTags(String(part))])),
    ...(typeof format === "string" && /^(?:date|time|duration|int64)/u.test(format) ? [`@format ${format}`] : []),
    ...(assumed === undefined ? [] : [`@default ${oneLine(literal(assumed))}`]),
    ...(deprecated === true ? ["@deprecated"] : []),
    ...(typeof link === "string" ? [`@see ${oneLine(link)}`] : []),
  ];
}

/** A line that begins with `@` would be read as a tag, `@deprecated` among them. */
const withoutTags = (text: string): string => text.trim().replace(/^(\s*)@/gmu, "$1\\@");

const oneLine = (text: string): string => text.replace(/\s+/gu, " ");
