/** Prepares a call's body and content type for openapi-fetch. */
import { isBodyInit, isSingleUse } from "../outgoing-request.ts";
import type { Fetch } from "../http-sender.ts";
import type { Operation } from "../../vendor.ts";
import { contentTypeOf, toPlainHeaders } from "./media-type.ts";
import { type BodyInput, checkedPart, type Encoded, encodeBody, isIterableBody } from "./encode.ts";

/** Validates one item of a body. @param index its position in the body */
type CheckItem = (item: unknown, index: number) => Promise<void>;

/**
 * @param isOnce the body is serialised once, before the middleware, although it could be created for each attempt
 * @param send sends the request; it is wrapped where the caller's own iterable may fail
 * @param check validates each item of a body of JSON lines
 * @returns options that replace the caller's
 */
export function prepareBody(
  vendor: string,
  { operation, details }: { readonly operation: string; readonly details: Operation | undefined },
  init: BodyInput,
  isOnce: boolean,
  send: Fetch,
  check: CheckItem | undefined,
): object {
  if (!isIterableBody(init.body)) return prepare(vendor, operation, details, init, isOnce);
  const relay = createRelay(init.body, checkedPart(details, init) === "items" ? check : undefined);
  return {
    ...prepare(vendor, operation, details, { ...init, body: relay.items }, isOnce),
    fetch: (request: Request) => send(request).catch(relay.rethrow),
  };
}

function prepare(
  vendor: string,
  operation: string,
  details: Operation | undefined,
  init: BodyInput,
  isOnce: boolean,
): object {
  const encoded =
    init.bodySerializer === undefined && details?.sends
      ? encodeBody(vendor, operation, details, init.body, contentTypeOf(init.headers))
      : undefined;
  if (encoded) return encodedBody(init, encoded, isOnce);
  return typeof init.body === "function" || isBodyInit(init.body) ? unchanged(init, isOnce) : {};
}

/** A body that needs no serialising. A typed Blob and a form are sent with their own type. */
const unchanged = ({ body, headers }: BodyInput, isOnce: boolean): object => ({
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

/** A body that was encoded by the document's media type. */
const encodedBody = ({ headers }: BodyInput, { body, contentType }: Encoded, isOnce: boolean): object => ({
  body,
  bodySerializer: () => (isOnce && typeof body === "function" ? body() : body),
  ...(isOnce || isSingleUse(body) ? { duplex: "half" } : {}),
  headers: { ...toPlainHeaders(headers), "content-type": contentType },
});

/** Passes on the items of a caller's iterable, and remembers its error. */
interface Relay {
  readonly items: AsyncIterable<unknown>;
  /** @throws the iterable's error, which the platform reports as a lost connection; without one, the given error */
  rethrow(error: unknown): never;
}

function createRelay(items: AsyncIterable<unknown>, check: CheckItem | undefined): Relay {
  let failed: { readonly error: unknown } | undefined;
  async function* pass(): AsyncGenerator<unknown, void, undefined> {
    let index = 0;
    try {
      for await (const item of items) {
        await check?.(item, index);
        index += 1;
        yield item;
      }
    } catch (error) {
      failed = { error };
      throw error;
    }
  }
  return {
    items: pass(),
    rethrow(error) {
      throw failed ? failed.error : error;
    },
  };
}
