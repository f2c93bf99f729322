/**
 * One call, from the outside in: validate → openapi-fetch (serialise, the caller's middleware) → retry → deadline → authorizer → guard → fetch.
 * Every way to call the vendor (methods, paging, batches) goes through here.
 */
import createClient, { type Middleware } from "openapi-fetch";
import { type CallOptions, defaultTimeoutInMs } from "./call-options.ts";
import { createStopwatch } from "./clock.ts";
import { rememberCall } from "./errors/describe.ts";
import { disguises } from "./errors/failure.ts";
import { SchemaError } from "./errors/schema-error.ts";
import { ConfigurationError, TransportError } from "./errors/transport-error.ts";
import { createIdempotency } from "./idempotency.ts";
import type { Carried } from "./middleware/authorizer.ts";
import type { Session } from "./session.ts";
import { createDeadline, type Deadline, timedOut } from "./transport/deadline.ts";
import type { Fetch } from "./transport/guard.ts";
import { isBodyInit, isReadOnce, Outgoing, toOutgoing } from "./transport/outgoing.ts";
import type { Result, Retrier } from "./transport/retry.ts";
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

export interface UntypedResult {
  data?: unknown;
  error?: unknown;
  response: Response;
  status: number;
}

export interface UntypedInit extends CallOptions, Record<string, unknown> {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly baseUrl?: string;
  readonly fetch?: Fetch;
  readonly parseAs?: string;
  readonly middleware?: readonly Middleware[];
  readonly params?: {
    readonly path?: Readonly<Record<string, unknown>>;
    readonly query?: Readonly<Record<string, unknown>>;
  };
}

/** openapi-fetch's client without its types: they are given back by `Client<T>`. */
interface UntypedClient {
  request(method: string, path: string, init: object): Promise<Omit<UntypedResult, "status"> & { status?: number }>;
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
}

export function createCaller(options: CallerOptions): Caller {
  const { session, retry, validator, defaults } = options;
  const { vendor, server, clock } = session;
  const inner: UntypedClient = Object(createClient({ baseUrl: server.url, headers: options.headers }));
  const middleware: Middleware[] = [...options.middleware];
  inner.use(...middleware);
  const disguised = disguises(vendor.errors);
  const idempotency = createIdempotency((method, path, init) => call(method, path, init));

  async function call(method: string, path: string, init: UntypedInit = {}): Promise<UntypedResult> {
    const { timeoutInMs = defaults.timeoutInMs ?? defaultTimeoutInMs, deadlineInMs = defaults.deadlineInMs } = init;
    const { retries = defaults.retries, validate = defaults.validate ?? "off", idempotencyKey } = init;
    const operation = `${method} ${path}`;
    const details = Object.hasOwn(vendor.operations, operation) ? vendor.operations[operation] : undefined;
    const role = session.roleOf(operation);
    checkPathParameters(vendor.name, operation, path, init.params?.path);
    if (validate !== "off") await validator(validate, { operation, direction: "request", body: init.body });

    const watch = deadlineInMs === undefined ? undefined : createStopwatch(clock);
    const leftInMs = () =>
      watch && deadlineInMs !== undefined ? deadlineInMs - watch.elapsedInMs() : Number.POSITIVE_INFINITY;
    const isTouched = middleware.length > 0 || (init.middleware?.length ?? 0) > 0;
    // Middleware may change a body, so one that is made anew for each sending is made once before it.
    const isOnce = isTouched && (typeof init.body === "function" || isReadOnce(init.body));
    const authorized = { operation, security: session.securityOf(details), phase: role.phase, scheme: role.scheme };
    const guard = session.watch(session.guard(init.fetch), operation, role.phase);
    let carried: readonly Carried[] | undefined;
    let deadline: Deadline | undefined;

    const sendOnce = async (outgoing: Outgoing, signal: AbortSignal | undefined): Promise<Response> => {
      deadline?.letGo();
      const limitInMs = watch ? Math.min(timeoutInMs, leftInMs()) : timeoutInMs;
      deadline = createDeadline(clock, limitInMs, signal, () => timedOut(vendor.name, operation, limitInMs));
      outgoing.signal = deadline.signal;
      const sent = await session.authorizer.send(outgoing, authorized, guard, carried);
      carried = sent.carried;
      return sent.response;
    };
    const send = async (request: Request | Outgoing): Promise<Response> => {
      const outgoing = request instanceof Outgoing ? request : toOutgoing(request, isOnce);
      const repeat = idempotency.plan(method, details, init.body, idempotencyKey);
      if (repeat.header) outgoing.headers.set(repeat.header.name, repeat.header.value);
      const { signal } = outgoing;
      const first = await sendOnce(outgoing, signal).then(toResponse, toError);
      if ("response" in first && first.response.status < 400) {
        retry.succeeded();
        if (role.phase !== "resource") await session.noticeEnd(role);
        return first.response;
      }
      return retry(first, {
        operation,
        signal,
        send: () => sendOnce(outgoing, signal),
        canSendAgain: outgoing.isReplayable,
        isSafe: repeat.isSafe,
        findEarlier: repeat.findEarlier,
        limit: retries === false ? 0 : retries,
        leftInMs,
      });
    };

    const host = details?.host === undefined ? undefined : server.hosts[details.host];
    try {
      const result = await inner.request(method, path, {
        ...init,
        ...(init.baseUrl === undefined && host !== undefined ? { baseUrl: host } : {}),
        ...(typeof init.body === "function" || isBodyInit(init.body) ? asItIs(init, isOnce) : {}),
        // Middleware is given the platform's Request; without any, a lighter one serves.
        ...(isTouched ? {} : { Request: Outgoing }),
        fetch: send,
      });
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
          ...role,
        });
      }
      if (validate !== "off" && isJson(response)) {
        await validator(validate, {
          operation,
          direction: "response",
          status,
          body: response.ok ? data : result.error,
        });
      }
      return Object.assign(result, { status });
    } catch (error) {
      // openapi-fetch parses a 2xx body as JSON and lets the parser's error, which quotes the body, out.
      if (!(error instanceof SyntaxError)) throw error;
      throw new SchemaError(vendor.name, operation, "response", [{ path: "", message: "it is not JSON" }]);
    } finally {
      deadline?.letGo();
    }
  }

  return {
    call,
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

const toResponse = (response: Response): Result => ({ response });

function toError(error: unknown): Result {
  if (error instanceof TransportError) return { error };
  throw error;
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

const isJson = (response: Response): boolean => /\bjson\b/u.test(response.headers.get("content-type") ?? "");

/** `..` is the one segment that encoding does not disarm (RFC 3986 §5.2.4), whatever parameters it is made of. */
function checkPathParameters(
  vendor: string,
  operation: string,
  path: string,
  values: Readonly<Record<string, unknown>> | undefined,
): void {
  if (!values) return;
  const refuse = (name: string, what: string) => {
    throw new ConfigurationError(vendor, `${operation}: params.path.${name} must be a name, not ${what}`);
  };
  for (const name in values) if (values[name] === "") refuse(name, "empty");
  const filled = path.replace(/\{([.;]?)([^{}*]+)\*?\}/gu, (_, style: string, name: string) =>
    // A slash inside a value is encoded, and divides nothing.
    Object.hasOwn(values, name) ? style + String(values[name]).replaceAll("/", "%2F") : "-",
  );
  if (/\/\.{1,2}(?:\/|$)/u.test(filled)) refuse(Object.keys(values).join(" and "), "a dot segment");
}
