/** A call's body and its type, as openapi-fetch is to pass them on. */
import { isBodyInit, isSingleUse } from "../outgoing-request.ts";
import type { Fetch } from "../http-sender.ts";
import type { Operation } from "../../vendor.ts";
import { contentTypeOf, toPlainHeaders } from "./media-type.ts";
import { type BodyInput, checkedPart, type Encoded, encodeBody, isIterableBody } from "./encode.ts";

/** @param index its place among the items that are sent */
type CheckItem = (item: unknown, index: number) => Promise<void>;

/**
 * @param isOnce middleware is given the body, so one that is made anew for each sending is made once
 * @param send what is to be called with the request, wrapped where the body may fail by itself
 * @param check of items that are sent one a line
 * @returns options in place of the caller's
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
  ...(isOnce || isSingleUse(body) ? { duplex: "half" } : {}),
  headers: { ...toPlainHeaders(headers), "content-type": contentType },
});

/** What a caller's own iterable yields on its way into a request. */
interface Relay {
  readonly items: AsyncIterable<unknown>;
  /** @throws what the iterable threw, which the platform tells of as a lost connection, or the error given */
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
