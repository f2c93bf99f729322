/** How a body of a media type (RFC 9110 §8.3.1) is written and read. */
export type BodyKind = "json" | "form" | "multipart" | "text" | "events" | "lines" | "bytes";

export function kindOf(mediaType: string): BodyKind {
  const type = essenceOf(mediaType);
  if (/[/+]json$/u.test(type) || type === "*/*") return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (type.startsWith("multipart/")) return "multipart";
  if (type === "text/event-stream") return "events";
  if (/^application\/(?:x-ndjson|x-jsonlines|x-json-stream|ndjson|jsonl|jsonlines)$|json-seq$/u.test(type))
    return "lines";
  return /^text\/|[/+]xml$|[/+](?:x-)?yaml$|\/(?:javascript|graphql)$/u.test(type) ? "text" : "bytes";
}

/** Without parameters: `text/html; charset=utf-8` is `text/html`. */
export const essenceOf = (mediaType: string): string => mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
