/** Media types (RFC 9110 §8.3.1): how a body of a type is written and read, and which type a call names. */
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

/** Removes the parameters: `text/html; charset=utf-8` becomes `text/html`. */
export const essenceOf = (mediaType: string): string => mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";

/** The Content-Type among a call's own headers. */
export const contentTypeOf = (headers: unknown): string | undefined =>
  headers === undefined ? undefined : (new Headers(toPlainHeaders(headers)).get("content-type") ?? undefined);

/** Converts headers as openapi-fetch takes them to a record by lower-case name, without those that are unset. */
export const toPlainHeaders = (headers: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers instanceof Headers ? Object.fromEntries(headers) : Object(headers)).flatMap(
      ([name, value]) => (value === undefined || value === null ? [] : [[name.toLowerCase(), String(value)]]),
    ),
  );
