/**
 * Stands in for the platform's `Request` while a call is being sent. A platform `Request` costs as much as the rest of a call: it copies
 * and validates its headers, wraps its body in a stream, and follows its signal. So openapi-fetch is given this class as its `Request`
 * option, and constructs it with the same arguments.
 *
 * - The object belongs to one call, so that tokens and timeouts are set on it without a copy.
 * - Each attempt passes `url` and `toInit()` to the platform's `fetch`. The serialised body is kept, so that it can be sent again.
 * - Middleware of the caller gets a platform `Request` instead; `toOutgoingRequest` converts what the middleware returns.
 */
import { ownProperties } from "../util/own-properties.ts";

export class OutgoingRequest {
  url: string;
  /** The signal of the current attempt. */
  signal: AbortSignal | undefined;
  method: string;
  readonly headers: Headers;
  body: ReplayableBody;
  /** True while the current attempt waits for a response. */
  isInFlight = false;
  /** True once any request of this call got a response. */
  wasAnswered = false;
  /** True once a request of this call may have been processed, although it got no usable response. */
  isInDoubt = false;
  /** True once a write of this call was answered by 303 See Other: it was processed, and what is sent from then on fetches its result. */
  wasProcessed = false;
  /** The caller's redirect mode. The platform always gets `manual`: `HttpSender` follows redirects itself. */
  readonly redirect: RequestRedirect;
  #init: RequestInit & { duplex?: "half" };

  constructor(url: string, given: RequestInit, body = toReplayable(given.body)) {
    const init = ownProperties(given);
    this.url = url;
    this.signal = init.signal ?? undefined;
    this.method = init.method ?? "GET";
    this.headers = init.headers instanceof Headers ? init.headers : new Headers(init.headers);
    this.body = body;
    this.redirect = init.redirect ?? "follow";
    this.#init = init;
  }

  get isReplayable(): boolean {
    return this.body.kind !== "once";
  }

  /** Turns a write that was answered by 303 into the GET of its result (RFC 9110 §15.4.4), also for replays and retries. */
  becomeSeeOther(): void {
    this.wasProcessed = true;
    this.method = "GET";
    this.body = noBody;
    const { headers } = this;
    for (const name of [...headers.keys()]) if (name.startsWith("content-")) headers.delete(name);
    this.#init = { ...this.#init, method: "GET", body: null };
    delete this.#init.duplex;
  }

  /** The second argument of the platform's `fetch`, for one attempt. */
  toInit(): RequestInit {
    const init = this.#init;
    init.headers = this.headers;
    init.signal = this.signal ?? null;
    init.redirect = "manual";
    if (this.body.kind !== "none") init.body = bodyOf(this.body);
    // Required for a stream, and allowed for any other body (Fetch §5.4).
    if (this.body.kind !== "none" && this.body.kind !== "value") init.duplex = "half";
    return init;
  }
}

export type ReplayableBody =
  | { readonly kind: "none" }
  /** A string, form, blob or buffer, which can be sent many times. */
  | { readonly kind: "value"; readonly value: BodyInit }
  /** A function, called for each attempt. */
  | { readonly kind: "factory"; readonly make: () => BodyInit }
  /** A stream, which can be read once. */
  | { readonly kind: "once"; readonly stream: BodyInit }
  /** A platform request that middleware may have changed, cloned for each attempt. */
  | { readonly kind: "request"; readonly request: Request };

/**
 * Converts a platform request, as middleware left it.
 *
 * @param isOnce the body is a stream, which is not kept for a replay
 */
export function toOutgoingRequest(request: Request | OutgoingRequest, isOnce = false): OutgoingRequest {
  if (request instanceof OutgoingRequest) return request;
  const { url, method, signal, redirect, cache, credentials, keepalive } = request;
  const headers = new Headers(request.headers);
  const init: RequestInit = { method, headers, signal, redirect, cache, credentials, keepalive };
  if (!request.body) return new OutgoingRequest(url, init, { kind: "none" });
  return new OutgoingRequest(url, init, isOnce ? { kind: "once", stream: request.body } : { kind: "request", request });
}

function bodyOf(body: Exclude<ReplayableBody, { kind: "none" }>): BodyInit | null {
  switch (body.kind) {
    case "value":
      return body.value;
    case "factory":
      return body.make();
    case "once":
      return body.stream;
    case "request":
      return body.request.clone().body;
  }
}

const noBody: ReplayableBody = { kind: "none" };

function toReplayable(given: unknown): ReplayableBody {
  if (given === undefined || given === null) return noBody;
  if (typeof given === "function") {
    const make = given as () => BodyInit;
    return { kind: "factory", make };
  }
  const body = given as BodyInit;
  return isSingleUse(given) ? { kind: "once", stream: body } : { kind: "value", value: body };
}

/** True for a stream, and for an async iterable. */
export function isSingleUse(value: unknown): boolean {
  if (value instanceof ReadableStream) return true;
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && !(value instanceof Blob);
}

/** True for a body that the platform's `fetch` takes as it is, so that it needs no serialising. */
export const isBodyInit = (value: unknown): boolean =>
  isSingleUse(value) ||
  value instanceof Blob ||
  value instanceof ArrayBuffer ||
  ArrayBuffer.isView(value) ||
  value instanceof URLSearchParams;
