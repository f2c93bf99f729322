/** A request's body as the platform sends it, by the document's media types. */
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { isBodyInit, isSingleUse } from "../outgoing-request.ts";
import type { Operation } from "../../vendor.ts";
import { toUrlEncoded } from "./form-urlencoded.ts";
import { contentTypeOf, essenceOf, kindOf } from "./media-type.ts";
import { toLines } from "./json-lines.ts";
import { toMultipart } from "./multipart.ts";

export interface Encoded {
  readonly body: unknown;
  /** `null`: the platform says, since it is in the body itself. */
  readonly contentType: string | null | undefined;
}

/** A call's options, as far as its body goes. */
export interface BodyInput {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly bodySerializer?: unknown;
}

/** What of a body its schemas speak of: of bytes nothing, of items one a line each of them. */
export function checkedPart(
  details: Operation | undefined,
  { body, headers, bodySerializer }: BodyInput,
): "whole" | "items" | "nothing" {
  const kind =
    details?.sends && bodySerializer === undefined
      ? kindOf(contentTypeOf(headers) ?? choose(details.sends, body))
      : "json";
  if (kind === "lines" && isItems(body)) return "items";
  const isWhole = kind === "json" || kind === "form" || kind === "multipart";
  return isWhole && !isEncoded(body) ? "whole" : "nothing";
}

/**
 * @param wanted the caller's Content-Type, which chooses among the document's
 * @returns undefined where openapi-fetch's JSON serves
 * @throws ConfigurationError for a value that the type cannot carry
 */
export function encodeBody(
  vendor: string,
  operation: string,
  { sends, encoding }: Operation,
  given: unknown,
  wanted: string | undefined,
): Encoded | undefined {
  if (sends === undefined || given === undefined || given === null) return undefined;
  const type = wanted ?? choose(sends, given);
  const kind = kindOf(type);
  if (kind === "lines" && isItems(given)) return { body: toLines(given, type), contentType: type };
  if (given instanceof FormData || given instanceof URLSearchParams) return { body: given, contentType: null };
  if (isEncoded(given)) {
    const own = given instanceof Blob && given.type !== "" ? null : type;
    return {
      body: given,
      contentType: isRange(type) ? (own === null ? null : "application/octet-stream") : (wanted ?? own),
    };
  }
  if (kind === "json") return { body: JSON.stringify(given), contentType: isRange(type) ? "application/json" : type };
  if (typeof given === "string") return { body: given, contentType: isRange(type) ? "text/plain" : type };
  if (kind === "form" && typeof given === "object")
    return { body: toUrlEncoded(given, encoding), contentType: essenceOf(type) };
  if (kind === "multipart" && typeof given === "object") return toMultipart(given, essenceOf(type), encoding);
  if (kind === "text" && typeof given !== "object") return { body: String(given), contentType: type };
  throw new ConfigurationError(
    vendor,
    `${operation}: a body of ${type} cannot be made of this value; give ${whatServes(kind)}`,
  );
}

/** Bytes go by a type that carries bytes, text by one for text; anything else by the first. */
function choose(sends: readonly string[], given: unknown): string {
  const [first = "application/json"] = sends;
  const kinds = isBodyInit(given) || typeof given === "function" ? ["bytes", "text", "lines"] : [];
  return sends.find((type) => kinds.includes(kindOf(type))) ?? first;
}

/** Items to be written one a line, not bytes. */
const isItems = (given: unknown): given is Iterable<unknown> | AsyncIterable<unknown> =>
  Array.isArray(given) || isIterableBody(given);

/** By a caller's own iterable, one after another. */
export const isIterableBody = (given: unknown): given is AsyncIterable<unknown> =>
  isSingleUse(given) && !(given instanceof ReadableStream);

/** What goes out as it is: no schema speaks of it. */
const isEncoded = (given: unknown): boolean =>
  typeof given === "function" || given instanceof FormData || isBodyInit(given);

const isRange = (type: string): boolean => type.includes("*");

const whatServes = (kind: string): string =>
  kind === "text" ? "a text" : kind === "bytes" ? "a Blob, a buffer, a stream or a text" : "an object";
