/** Encodes a request's body as the platform sends it, by the document's media types. */
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { isBodyInit, isSingleUse } from "../outgoing-request.ts";
import { toJsonText } from "../../util/json.ts";
import type { Operation } from "../../vendor.ts";
import { toUrlEncoded } from "./form-urlencoded.ts";
import { type BodyKind, contentTypeOf, essenceOf, kindOf } from "./media-type.ts";
import { holdsFile } from "./holds-file.ts";
import { toLines } from "./json-lines.ts";
import { toMultipart } from "./multipart.ts";

export interface Encoded {
  readonly body: unknown;
  /** `null` where the platform sets the type, since the body itself has one (a form, a typed Blob). */
  readonly contentType: string | null | undefined;
}

/** The options of a call that concern its body. */
export interface BodyInput {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly bodySerializer?: unknown;
}

/** Decides what a request schema validates: the whole body, each item (JSON lines), or nothing (bytes). */
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
 * @param wanted the caller's Content-Type, which chooses among the document's types
 * @returns undefined where openapi-fetch's own JSON serialiser is right
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
  if (kind !== "multipart" && holdsFile(given)) {
    const message = `${operation}: a file cannot be part of a body of ${type}, the only type that fits; give its text, or send it alone`;
    throw new ConfigurationError(vendor, message);
  }
  if (kind === "json") return { body: toJsonText(given), contentType: isRange(type) ? "application/json" : type };
  if (typeof given === "string") return { body: given, contentType: isRange(type) ? "text/plain" : type };
  if (kind === "form" && typeof given === "object")
    return { body: toUrlEncoded(given, encoding), contentType: essenceOf(type) };
  if (kind === "multipart" && typeof given === "object") return toMultipart(given, essenceOf(type), encoding);
  if (kind === "text" && typeof given !== "object") return { body: String(given), contentType: type };
  throw new ConfigurationError(
    vendor,
    `${operation}: a body of ${type} cannot be made of this value; give ${acceptedValues(kind)}`,
  );
}

/** Chooses the document's first type that can carry the value; without one, its first type, which says what to give instead. */
function choose(sends: readonly string[], given: unknown): string {
  const [first = "application/json"] = sends;
  for (const kinds of kindsFor(given)) {
    const found = sends.find((type) => kinds.includes(kindOf(type)));
    if (found !== undefined) return found;
  }
  return first;
}

/** The kinds that carry a value; one of the first list is preferred. */
function kindsFor(given: unknown): readonly (readonly BodyKind[])[] {
  if (given instanceof FormData) return [["multipart"]];
  if (given instanceof URLSearchParams) return [["form"]];
  if (isIterableBody(given)) return [["lines"]];
  if (isBodyInit(given) || typeof given === "function") return [["bytes", "text", "lines"]];
  if (typeof given === "string") return [["text"], ["json"], ["bytes"]];
  if (typeof given !== "object" || given === null) return [["json", "text"]];
  if (holdsFile(given)) return [["multipart"]];
  return Array.isArray(given) ? [["json", "lines"]] : [["json", "form", "multipart"]];
}

/** True for a list or an iterable of items, which are written one on each line. */
const isItems = (given: unknown): given is Iterable<unknown> | AsyncIterable<unknown> =>
  Array.isArray(given) || isIterableBody(given);

/** True for an async iterable of the caller's. */
export const isIterableBody = (given: unknown): given is AsyncIterable<unknown> =>
  isSingleUse(given) && !(given instanceof ReadableStream);

/** True for a body that is sent as it is, so that no schema applies. */
const isEncoded = (given: unknown): boolean =>
  typeof given === "function" || given instanceof FormData || isBodyInit(given);

const isRange = (type: string): boolean => type.includes("*");

const acceptedValues = (kind: string): string =>
  kind === "text" ? "a string" : kind === "bytes" ? "a Blob, a buffer, a stream or a string" : "an object";
