/**
 * Adapts a `fetch` of another realm for the `fetch` option: that of the package undici with its agents, node-fetch, a polyfill. Such a
 * function takes no `Request` of the platform, and its response may be of another class, with a body that is no web stream.
 */
import type { Fetch } from "./http-sender.ts";

/** What is read of a response of another realm. */
export interface ForeignResponse {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: unknown;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A `fetch` that takes a URL and options. */
export type ForeignFetch<Init> = (url: string, init: Init) => Promise<ForeignResponse>;

/**
 * @param options further options of that `fetch`, e.g. a dispatcher or an agent
 * @example
 * import { fetch, ProxyAgent } from "undici";
 * connect(vendor, { fetch: adaptFetch(fetch, { dispatcher: new ProxyAgent("http://proxy.example:3128") }) });
 */
export function adaptFetch<Init>(fetch: ForeignFetch<Init>, options?: Init): Fetch {
  return async (request) => {
    const { method, headers, signal, body } = request;
    const sent = {
      ...options,
      method,
      headers: Object.fromEntries(headers),
      signal,
      redirect: "manual",
      // Read whole, since a stream of this realm is none of the other's.
      ...(body && { body: new Uint8Array(await request.arrayBuffer()) }),
    };
    const response: ForeignResponse = await Reflect.apply(fetch, undefined, [request.url, sent]);
    return toPlatformResponse(response);
  };
}

const withoutBody: ReadonlySet<number> = new Set([101, 204, 205, 304]);

async function toPlatformResponse(response: ForeignResponse): Promise<Response> {
  const { status, statusText, url, headers } = response;
  if (response instanceof Response) return response;
  const pairs = [...headers].map(([name, value]): [string, string] => [name, value]);
  const body = withoutBody.has(status) ? null : await toStream(response);
  const own = new Response(body, { status, statusText, headers: pairs });
  return Object.defineProperty(own, "url", { value: url, configurable: true });
}

/** Passes on the body as it comes. A Node stream has no reader, and is read by its iterator. */
async function toStream(response: ForeignResponse): Promise<BodyInit | null> {
  const { body } = response;
  if (body === null || body === undefined || body instanceof ReadableStream) return body ?? null;
  if (!isAsyncIterable(body)) return response.arrayBuffer();
  const items = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await items.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await items.return?.();
    },
  });
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;
