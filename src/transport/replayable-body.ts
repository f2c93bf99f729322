/** What can be sent again: kept as it was serialised, so that nothing is cloned or buffered for the case that never comes. */
export type ReplayableBody =
  | { readonly kind: "none" }
  /** A text, form, blob or buffer: the same value serves every time. */
  | { readonly kind: "value"; readonly value: BodyInit }
  /** Given as a function: called for each sending. */
  | { readonly kind: "factory"; readonly make: () => BodyInit }
  /** A stream, read once. */
  | { readonly kind: "once" }
  /** Somebody's middleware may have changed it: a clone of the request, made before it was sent. */
  | { readonly kind: "clone"; readonly request: Request };

export const noBody: ReplayableBody = { kind: "none" };

export function toReplayable(serialized: unknown): ReplayableBody {
  if (serialized === undefined || serialized === null) return noBody;
  if (typeof serialized === "function") {
    const make = serialized as () => BodyInit;
    return { kind: "factory", make };
  }
  if (isReadableOnce(serialized)) return { kind: "once" };
  return { kind: "value", value: serialized as BodyInit };
}

export const isReplayable = (body: ReplayableBody): boolean => body.kind !== "once";

/** The same request again, unsent. */
export function rebuild(request: Request, body: ReplayableBody): Request {
  switch (body.kind) {
    case "none":
      return request;
    case "clone":
      return body.request.clone();
    case "once":
      throw new TypeError("a stream cannot be sent twice");
    default: {
      const init: RequestInit & { duplex?: "half" } = {
        method: request.method,
        headers: request.headers,
        body: body.kind === "value" ? body.value : body.make(),
        signal: request.signal,
        redirect: request.redirect,
        credentials: request.credentials,
        cache: request.cache,
        keepalive: request.keepalive,
        duplex: "half",
      };
      return new Request(request.url, init);
    }
  }
}

function isReadableOnce(value: unknown): boolean {
  return (
    value instanceof ReadableStream ||
    (typeof value === "object" && value !== null && Symbol.asyncIterator in value && !(value instanceof Blob))
  );
}
