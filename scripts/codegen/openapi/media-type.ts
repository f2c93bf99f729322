/** Predicates on media types (RFC 9110 §8.3.1). Ranges such as text/* count by their type. */
import { type JsonObject, toObject } from "../util/json.ts";

export const isJson = (type: string): boolean =>
  /^(application|text)\/([^;\s]+\+)?json\s*(;|$)/iu.test(type) || type === "*/*";

export const isForm = (type: string): boolean => isUrlEncoded(type) || isMultipart(type);

export const isUrlEncoded = (type: string): boolean => /^application\/x-www-form-urlencoded\s*(;|$)/iu.test(type);

export const isMultipart = (type: string): boolean => /^multipart\//iu.test(type);

/** Whether the body is a sequence of items (OpenAPI 3.2 §4.15.1.2): events, or one JSON value on each line. */
export const isSequential = (type: string): boolean => isEvents(type) || isJsonLines(type);

export const isEvents = (type: string): boolean => /^text\/event-stream\s*(;|$)/iu.test(type);

export const isJsonLines = (type: string): boolean =>
  /^application\/(x-ndjson|x-jsonlines|x-json-stream|ndjson|jsonl|jsonlines|json-seq|[^;\s]+\+json-seq)\s*(;|$)/iu.test(
    type,
  );

/** The content type of a token request: the first in its request body that is a form or JSON. */
export const tokenContentType = (requestBody: JsonObject): string | undefined =>
  Object.keys(toObject(requestBody.content)).find((type) => /^application\/(x-www-form-urlencoded|json)$/iu.test(type));
