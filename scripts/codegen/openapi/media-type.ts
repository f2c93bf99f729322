/** What a media type (RFC 9110 §8.3.1) carries. Ranges such as text/* count by their type. */

export const isJson = (type: string): boolean =>
  /^(application|text)\/([^;\s]+\+)?json\s*(;|$)/iu.test(type) || type === "*/*";

export const isForm = (type: string): boolean => isUrlEncoded(type) || isMultipart(type);

export const isUrlEncoded = (type: string): boolean => /^application\/x-www-form-urlencoded\s*(;|$)/iu.test(type);

export const isMultipart = (type: string): boolean => /^multipart\//iu.test(type);

/** A body of items one after another (OpenAPI 3.2 §4.15.1.2): events, or one JSON text a line. */
export const isSequential = (type: string): boolean => isEvents(type) || isJsonLines(type);

export const isEvents = (type: string): boolean => /^text\/event-stream\s*(;|$)/iu.test(type);

export const isJsonLines = (type: string): boolean =>
  /^application\/(x-ndjson|x-jsonlines|x-json-stream|ndjson|jsonl|jsonlines|json-seq|[^;\s]+\+json-seq)\s*(;|$)/iu.test(
    type,
  );
