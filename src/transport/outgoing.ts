/**
 * A request on its way out, light: openapi-fetch makes one in place of the platform's `Request`, which costs as much as the rest of
 * a call. It is its maker's alone, so tokens are set on it without a copy; whatever is sent again is there as it was serialised.
 */
export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: ReplayableBody;
  readonly signal: AbortSignal | undefined;
  /** The caller's wish; the platform itself is always asked for `manual`. */
  readonly redirect: RequestRedirect;
  /** Whatever else the platform takes: `cache`, `credentials`, `keepalive`, … */
  readonly init: RequestInit;
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

/** What openapi-fetch makes with `new Request(url, init)`, when nobody's middleware is to see it. */
export class OutgoingRequest implements Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: ReplayableBody;
  readonly signal: AbortSignal | undefined;
  readonly redirect: RequestRedirect;
  readonly init: RequestInit;

  constructor(url: string, init: RequestInit) {
    this.url = url;
    this.method = init.method ?? "GET";
    this.headers = init.headers instanceof Headers ? init.headers : new Headers(init.headers);
    this.body = toReplayable(init.body);
    this.signal = init.signal ?? undefined;
    this.redirect = init.redirect ?? "follow";
    this.init = init;
  }
}

/** The platform's request, as middleware left it. @param isOnce its body was given as a stream, which is not to be kept for a replay. */
export function toOutgoing(request: Request, isOnce = false): Outgoing {
  const { url, method, signal, redirect, cache, credentials, keepalive } = request;
  return {
    url,
    method,
    headers: new Headers(request.headers),
    body: !request.body
      ? { kind: "none" }
      : isOnce
        ? { kind: "once", stream: request.body }
        : { kind: "request", request },
    signal,
    redirect,
    init: { cache, credentials, keepalive },
  };
}

export function withSignal({ url, method, headers, body, redirect, init }: Outgoing, signal: AbortSignal): Outgoing {
  return { url, method, headers, body, signal, redirect, init };
}

export const isReplayable = (outgoing: Outgoing): boolean => outgoing.body.kind !== "once";

/** What the platform's `fetch` takes beside the address. */
export function toInit(outgoing: Outgoing): RequestInit & { duplex?: "half" } {
  const { init, method, headers, signal } = outgoing;
  const body = bodyOf(outgoing.body);
  const settled = { ...init, method, headers, signal: signal ?? null, redirect: "manual" as const };
  if (body === undefined) return { ...settled, body: null };
  // A stream needs it, and nothing else minds (Fetch §5.4).
  return outgoing.body.kind === "value" ? { ...settled, body } : { ...settled, body, duplex: "half" };
}

function bodyOf(body: ReplayableBody): BodyInit | undefined {
  switch (body.kind) {
    case "none":
      return undefined;
    case "value":
      return body.value;
    case "factory":
      return body.make();
    case "once":
      return body.stream;
    case "request":
      return body.request.clone().body ?? undefined;
  }
}

function toReplayable(given: unknown): ReplayableBody {
  if (given === undefined || given === null) return { kind: "none" };
  if (typeof given === "function") {
    const make = given as () => BodyInit;
    return { kind: "factory", make };
  }
  const body = given as BodyInit;
  return isReadOnce(given) ? { kind: "once", stream: body } : { kind: "value", value: body };
}

/** A stream, or what else gives its parts one after the other. */
export function isReadOnce(value: unknown): boolean {
  if (value instanceof ReadableStream) return true;
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && !(value instanceof Blob);
}

/** What the platform's `fetch` takes as it is, so that no serialiser may touch it. */
export const isBodyInit = (value: unknown): boolean =>
  isReadOnce(value) ||
  value instanceof Blob ||
  value instanceof ArrayBuffer ||
  ArrayBuffer.isView(value) ||
  value instanceof URLSearchParams;
