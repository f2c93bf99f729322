/**
 * One call, from the outside in: validate → openapi-fetch (serialise, the caller's middleware) → retry → deadline → authorizer → guard → fetch.
 * Every way to call the vendor (methods, paging, batches) goes through here.
 */
import createClient, { type Middleware } from "openapi-fetch";
import { decodeBody, isStream } from "./bodies/decode.ts";
import { type Encoded, encodeBody } from "./bodies/encode.ts";
import { type CallOptions, defaultTimeoutInMs } from "./call-options.ts";
import { describe, rememberCall } from "./errors/describe.ts";
import { disguises } from "./errors/failure.ts";
import { SchemaError } from "./errors/schema-error.ts";
import { ConfigurationError } from "./errors/transport-error.ts";
import { createIdempotency } from "./idempotency.ts";
import { resultsOf, type UntypedResult } from "./result.ts";
import { createRoutes } from "./routes.ts";
import type { Session } from "./session.ts";
import type { Fetch } from "./transport/guard.ts";
import { isBodyInit, isReadOnce, Outgoing, toOutgoing } from "./transport/outgoing.ts";
import type { Retrier } from "./transport/retry.ts";
import { Trip } from "./trip.ts";
import type { Validator } from "./validation.ts";

export interface CallerOptions {
  readonly session: Session;
  readonly retry: Retrier;
  readonly validator: Validator;
  readonly headers: Readonly<Record<string, string>>;
  readonly defaults: CallOptions;
  /** Middleware that calls pass from the start. */
  readonly middleware: readonly Middleware[];
}

export interface Caller {
  call(method: string, path: string, init?: UntypedInit): Promise<UntypedResult>;
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
  readonly middleware: readonly Middleware[];
}

export interface UntypedInit extends CallOptions, Record<string, unknown> {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly baseUrl?: string;
  readonly fetch?: Fetch;
  readonly parseAs?: string;
  readonly signal?: AbortSignal | undefined;
  readonly middleware?: readonly Middleware[];
  readonly params?: {
    readonly path?: Readonly<Record<string, unknown>>;
    readonly query?: Readonly<Record<string, unknown>>;
  };
}

/** openapi-fetch's client without its types: they are given back by `Client<T>`. */
interface UntypedClient {
  request(method: string, path: string, init: object): Promise<{ data?: unknown; error?: unknown; response: Response }>;
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
}

export function createCaller(options: CallerOptions): Caller {
  const { session, retry, validator, defaults } = options;
  const { vendor, server, clock } = session;
  const inner: UntypedClient = Object(createClient({ baseUrl: server.url, headers: options.headers }));
  const middleware: Middleware[] = [...options.middleware];
  inner.use(...middleware);
  const findRoute = createRoutes(session);
  const disguised = disguises(vendor.errors);
  const { success, refusal } = resultsOf(vendor);
  const idempotency = createIdempotency((method, path, init) => call(method, path, init));

  /** @param isRepeat an answer to it broke off before. */
  async function call(method: string, path: string, init: UntypedInit = {}, isRepeat = false): Promise<UntypedResult> {
    const validate = init.validate ?? defaults.validate ?? "off";
    const route = findRoute(method, path);
    const { operation, details } = route;
    checkPathParameters(vendor.name, operation, path, init.params?.path);
    if (validate !== "off") await validator(validate, { operation, direction: "request", body: init.body });

    const isTouched = middleware.length > 0 || (init.middleware?.length ?? 0) > 0;
    // Middleware may change a body, so one that is made anew for each sending is made once before it.
    const isOnce = isTouched && (typeof init.body === "function" || isReadOnce(init.body));
    const { timeoutInMs = defaults.timeoutInMs ?? defaultTimeoutInMs, deadlineInMs = defaults.deadlineInMs } = init;
    const trip = new Trip(
      session,
      route,
      session.guard(init.fetch),
      idempotency.plan(method, details, init.body, init.idempotencyKey),
      timeoutInMs,
      { deadlineInMs, retries: init.retries ?? defaults.retries },
    );
    try {
      const fetch = (request: Request | Outgoing) =>
        trip.run(request instanceof Outgoing ? request : toOutgoing(request, isOnce), retry);
      // Middleware is given the platform's Request; without any, a lighter one serves.
      const forwarded = isTouched ? { ...init, fetch } : { ...init, fetch, Request: Outgoing };
      // The platform's keeps a listener on its signal for as long as it lives: not on the caller's, which may live for months.
      if (isTouched && init.signal instanceof AbortSignal)
        Object.assign(forwarded, { signal: AbortSignal.any([init.signal]) });
      if (init.baseUrl === undefined && route.host !== undefined) Object.assign(forwarded, { baseUrl: route.host });
      const encoded =
        init.bodySerializer === undefined &&
        details?.sends &&
        encodeBody(vendor.name, operation, details, init.body, contentTypeOf(init));
      if (encoded) Object.assign(forwarded, asEncoded(init, encoded, isOnce));
      else if (typeof init.body === "function" || isBodyInit(init.body)) Object.assign(forwarded, asItIs(init, isOnce));
      const isDecoded = details?.receives !== undefined && init.parseAs === undefined;
      if (isDecoded) Object.assign(forwarded, { parseAs: "stream" });
      const result = await inner.request(method, path, forwarded);
      if (isDecoded && result.response.ok && result.data)
        result.data = await decodeBody(vendor.name, operation, details, result.response, init.signal);
      const { response, data } = result;
      const { status } = response;
      if (!response.ok || disguised.has(status)) {
        rememberCall(response, {
          vendor: vendor.name,
          operation,
          details,
          rules: vendor.errors,
          scrubber: session.scrubber,
          now: clock.now(),
          sent: details?.sensitive && init.body,
          phase: route.phase,
          scheme: route.scheme,
        });
      }
      if (validate !== "off" && isJson(response) && !isStream(data)) {
        await validator(validate, {
          operation,
          direction: "response",
          status,
          body: response.ok ? data : result.error,
        });
      }
      // A refusal with an empty body is one all the same, and `if (error)` must see it.
      return response.ok ? new success(data, response) : new refusal(result.error || describe(result), response);
    } catch (error) {
      // openapi-fetch parses a 2xx body as JSON and lets the parser's error, which quotes the body, out.
      if (error instanceof SyntaxError)
        throw new SchemaError(vendor.name, operation, "response", [{ path: "", message: "it is not JSON" }]);
      const loss = trip.toLoss(error, isTouched);
      if (!loss || isRepeat) throw loss ?? error;
      trip.end();
      // Asked for once more, where that is safe: else the loss is thrown here.
      await retry({ error: loss }, trip.waiting());
      return await call(method, path, { ...init, deadlineInMs: trip.leftInMs() }, true);
    } finally {
      trip.end();
    }
  }

  return {
    call: (method, path, init) => call(method, path, init),
    middleware,
    use(...added) {
      inner.use(...added);
      middleware.push(...added);
    },
    eject(...removed) {
      inner.eject(...removed);
      for (const one of removed) {
        const at = middleware.indexOf(one);
        if (at >= 0) middleware.splice(at, 1);
      }
    },
  };
}

/** A body that needs no serialising. Where it knows its own type, that is sent. */
const asItIs = ({ body, headers }: UntypedInit, isOnce: boolean): object => ({
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
const asEncoded = ({ headers }: UntypedInit, { body, contentType }: Encoded, isOnce: boolean): object => ({
  body,
  bodySerializer: () => (isOnce && typeof body === "function" ? body() : body),
  ...(isOnce || isReadOnce(body) ? { duplex: "half" } : {}),
  headers: { ...toPlain(headers), "content-type": contentType },
});

const contentTypeOf = ({ headers }: UntypedInit): string | undefined =>
  headers === undefined ? undefined : (new Headers(toPlain(headers)).get("content-type") ?? undefined);

const toPlain = (headers: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers instanceof Headers ? Object.fromEntries(headers) : Object(headers)).flatMap(
      ([name, value]) => (value === undefined || value === null ? [] : [[name.toLowerCase(), String(value)]]),
    ),
  );

const isJson = (response: Response): boolean => /\bjson\b/u.test(response.headers.get("content-type") ?? "");

/** `..` is the one segment that encoding does not disarm (RFC 3986 §5.2.4), whatever parameters it is made of. */
function checkPathParameters(
  vendor: string,
  operation: string,
  path: string,
  values: Readonly<Record<string, unknown>> | undefined,
): void {
  for (const name in values) {
    const value = values[name];
    if (value === "")
      throw new ConfigurationError(vendor, `${operation}: params.path.${name} must be a name, not empty`);
    // Only a value that begins with a dot, or is written in a style of its own, can be part of one.
    if (typeof value === "number" || (typeof value === "string" && !value.startsWith("."))) continue;
    if (!/\/\.{1,2}(?:\/|$)/u.test(fillTemplate(path, values))) continue;
    throw new ConfigurationError(vendor, `${operation}: params.path.${name} must be a name, not a dot segment`);
  }
}

const fillTemplate = (path: string, values: Readonly<Record<string, unknown>>): string =>
  path.replace(/\{([.;]?)([^{}*]+)\*?\}/gu, (_, style: string, name: string) =>
    // A slash inside a value is encoded, and divides nothing.
    Object.hasOwn(values, name) ? style + String(values[name]).replaceAll("/", "%2F") : "-",
  );
