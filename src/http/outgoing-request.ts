/**
 * A request on its way out, light: openapi-fetch makes one with `new Request(url, init)` in place of the platform's `Request`, which
 * costs as much as the rest of a call. It belongs to one call alone, so tokens and deadlines are set on it without a copy, and what
 * the platform is given is what openapi-fetch made; whatever is sent again is there as it was serialised.
 */
export class OutgoingRequest {
  url: string;
  /** Of the attempt that is under way. */
  signal: AbortSignal | undefined;
  readonly method: string;
  readonly headers: Headers;
  readonly body: ReplayableBody;
  /** The caller's wish; the platform itself is always asked for `manual`. */
  readonly redirect: RequestRedirect;
  readonly #init: RequestInit & { duplex?: "half" };

  constructor(url: string, init: RequestInit, body = toReplayable(init.body)) {
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

  /** What the platform's `fetch` takes beside the address, for one sending. */
  toInit(): RequestInit {
    const init = this.#init;
    init.headers = this.headers;
    init.signal = this.signal ?? null;
    init.redirect = "manual";
    if (this.body.kind !== "none") init.body = bodyOf(this.body);
    // A stream needs it, and nothing else minds (Fetch §5.4).
    if (this.body.kind !== "none" && this.body.kind !== "value") init.duplex = "half";
    return init;
  }
}

export type ReplayableBody =
  | { readonly kind: "none" }
  /** A text, form, blob or buffer: the same value serves every time. */
  | { readonly kind: "value"; readonly value: BodyInit }
  /** Given as a function: called for each sending. */
  | { readonly kind: "factory"; readonly make: () => BodyInit }
  /** A stream, read once. */
  | { readonly kind: "once"; readonly stream: BodyInit }
  /** The platform's request, which somebody's middleware may have changed: cloned for each sending. */
  | { readonly kind: "request"; readonly request: Request };

/** The platform's request, as middleware left it. @param isOnce its body was given as a stream, which is not to be kept for a replay. */
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

/** A stream, or what else gives its parts one after the other. */
export function isSingleUse(value: unknown): boolean {
  if (value instanceof ReadableStream) return true;
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && !(value instanceof Blob);
}

/** What the platform's `fetch` takes as it is, so that no serialiser may touch it. */
export const isBodyInit = (value: unknown): boolean =>
  isSingleUse(value) ||
  value instanceof Blob ||
  value instanceof ArrayBuffer ||
  ArrayBuffer.isView(value) ||
  value instanceof URLSearchParams;
