/** A call's body and its type, as openapi-fetch is to pass them on. */
import { isBodyInit, isReadOnce } from "../transport/outgoing.ts";
import type { Operation } from "../vendor.ts";
import { type Encoded, encodeBody } from "./encode.ts";

interface BodyInput {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly bodySerializer?: unknown;
}

/**
 * @param isOnce middleware is given the body, so one that is made anew for each sending is made once
 * @returns options in place of the caller's
 */
export function prepareBody(
  vendor: string,
  operation: string,
  details: Operation | undefined,
  init: BodyInput,
  isOnce: boolean,
): object {
  const encoded =
    init.bodySerializer === undefined && details?.sends
      ? encodeBody(vendor, operation, details, init.body, contentTypeOf(init))
      : undefined;
  if (encoded) return asEncoded(init, encoded, isOnce);
  return typeof init.body === "function" || isBodyInit(init.body) ? asItIs(init, isOnce) : {};
}

/** A body that needs no serialising. Where it knows its own type, that is sent. */
const asItIs = ({ body, headers }: BodyInput, isOnce: boolean): object => ({
  bodySerializer: () => (isOnce && typeof body === "function" ? body() : body),
  ...(isOnce ? { duplex: "half" } : {}),
  ...(body instanceof URLSearchParams || (body instanceof Blob && body.type !== "")
    ? {
        headers: {
          "content-type": null,
          ...(headers instanceof Headers ? Object.fromEntries(headers) : Object(headers)),
        },
      }
    : {}),
});

/** A body that the document's media type gave its form. */
const asEncoded = ({ headers }: BodyInput, { body, contentType }: Encoded, isOnce: boolean): object => ({
  body,
  bodySerializer: () => (isOnce && typeof body === "function" ? body() : body),
  ...(isOnce || isReadOnce(body) ? { duplex: "half" } : {}),
  headers: { ...toPlain(headers), "content-type": contentType },
});

const contentTypeOf = ({ headers }: BodyInput): string | undefined =>
  headers === undefined ? undefined : (new Headers(toPlain(headers)).get("content-type") ?? undefined);

const toPlain = (headers: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers instanceof Headers ? Object.fromEntries(headers) : Object(headers)).flatMap(
      ([name, value]) => (value === undefined || value === null ? [] : [[name.toLowerCase(), String(value)]]),
    ),
  );
