/**
 * One call, from the outside in: validate → openapi-fetch (serialise, the caller's middleware) → retry → deadline → authorizer → guard → fetch.
 * Every way to call the vendor (methods, paging, batches) goes through here.
 */
import createClient, { createQuerySerializer, type Middleware } from "openapi-fetch";
import { preloadedModule, lazyModule } from "../util/lazy-module.ts";
import type { CallOptions } from "./call-options.ts";
import { maskedErrorStatuses, setResponseContext } from "../errors/response-context.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { planFromMethod } from "./repeat-plan.ts";
import { readingHeaders, resultClassesFor, type UntypedResult } from "./result.ts";
import { createOperationResolver, type ResolvedOperation } from "./resolve-operation.ts";
import type { ClientContext } from "./client-context.ts";
import type { Fetch } from "../http/http-sender.ts";
import { isBodyInit, isSingleUse, OutgoingRequest, toOutgoingRequest } from "../http/outgoing-request.ts";
import type { Retrier } from "../http/retry.ts";
import { CallExecution } from "./call-execution.ts";
import type { Validator } from "./body-validation.ts";
import type { Operation } from "../vendor.ts";

export interface CallerOptions {
  readonly session: ClientContext;
  readonly retry: Retrier;
  readonly validator: Validator;
  readonly headers: Readonly<Record<string, string>> | undefined;
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
  readonly baseUrl?: string | undefined;
  readonly fetch?: Fetch | undefined;
  readonly parseAs?: string;
  readonly signal?: AbortSignal | undefined;
  readonly middleware?: readonly Middleware[];
  readonly params?: {
    readonly path?: Readonly<Record<string, unknown>>;
    readonly query?: Readonly<Record<string, unknown>>;
  };
}

/** As openapi-fetch takes it. */
interface Forwarded extends UntypedInit {
  baseUrl?: string | undefined;
  readonly fetch: Fetch;
}

interface Answer {
  data?: unknown;
  error?: unknown;
  readonly response: Response;
}

/** openapi-fetch's client without its types: they are given back by `Client<T>`. */
interface UntypedClient {
  request(method: string, path: string, init: object): Promise<Answer>;
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
}

const unwelcome = preloadedModule(() => import("./unwelcome.ts"));
const repeating = preloadedModule(() => import("./idempotency.ts"));
export const bodies = lazyModule(() => import("../http/body/index.ts"));

export function createCaller(options: CallerOptions): Caller {
  const { session, retry, validator, defaults } = options;
  const { vendor, server, clock } = session;
  const own = options.headers && { headers: options.headers };
  // Its own serialiser, which it would make anew for every call.
  const querySerializer = createQuerySerializer();
  const inner: UntypedClient = Object(createClient({ baseUrl: server.url, querySerializer, ...own }));
  const middleware: Middleware[] = [...options.middleware];
  inner.use(...middleware);
  const findRoute = createOperationResolver(session);
  const disguised = maskedErrorStatuses(vendor.errors);
  const { success, refusal } = resultClassesFor(vendor);

  /**
   * Kept short: what a frame of it has room for is allocated for every call.
   *
   * @param isRepeat an answer to it broke off before
   */
  async function call(method: string, path: string, init: UntypedInit = {}, isRepeat = false): Promise<UntypedResult> {
    const route = findRoute(method, path);
    checkPathParameters(vendor.name, route.operation, path, init.params?.path);
    if (isValidated(init)) await checkOf(route, init)?.(init.body);
    const plan =
      planFromMethod(method, route.details?.idempotency, init.idempotencyKey) ?? (await planLater(route, init));
    const trip = new CallExecution(session, route, session.createSender(init.fetch), plan, init, defaults);
    try {
      const forwarded = isPlain(route, init) ? forward(route, init, trip) : await forwardBody(route, init, trip);
      const result = await inner.request(method, path, forwarded);
      const { data, response } = result;
      const isDone =
        response.ok && disguised.size === 0 && isPlain(route, init) && !isValidated(init) && canMakeResult();
      return isDone ? new success(data, response) : await finish(route, init, result);
    } catch (error) {
      if (!trip.response) throw error;
      const { recover } = await unwelcome.load();
      const found = await recover(session, trip, error, isRepeat ? undefined : retry, isTouched(init));
      if (found) return await finish(route, init, found);
      return await call(method, path, { ...init, deadlineInMs: trip.leftInMs() }, true);
    } finally {
      trip.dispose();
    }
  }

  const canMakeResult = () => vendor.headers === undefined || readingHeaders.loaded !== undefined;
  const modeOf = (init: UntypedInit) => init.validate ?? defaults.validate ?? "off";
  const isValidated = (init: UntypedInit): boolean => modeOf(init) !== "off";

  /** By the caller's middleware. */
  const isTouched = (init: UntypedInit): boolean => middleware.length > 0 || (init.middleware?.length ?? 0) > 0;

  /** No body but JSON, either way. */
  const isPlain = ({ details }: ResolvedOperation, { body }: UntypedInit): boolean =>
    details?.receives === undefined && (body === undefined || body === null || !isSpecial(body, details));

  /** What checks the request, or the response; by index, an item of it. */
  function checkOf(route: ResolvedOperation, init: UntypedInit, response?: Response) {
    const mode = modeOf(init);
    if (mode === "off") return undefined;
    return (body: unknown, index?: number) => validator(mode, { route, init, response, body, index });
  }

  const planLater = async (route: ResolvedOperation, init: UntypedInit) =>
    (await repeating.load()).planFromIdempotencyRule(call, vendor.name, route, init);

  /** What openapi-fetch is given. */
  function forward(route: ResolvedOperation, init: UntypedInit, trip: CallExecution): Forwarded {
    const forwarded = isTouched(init) ? forwardTouched(init, trip) : forwardLight(init, trip);
    if (route.host !== undefined) forwarded.baseUrl ??= route.host;
    return forwarded;
  }

  const forwardLight = (init: UntypedInit, trip: CallExecution): Forwarded => ({
    ...init,
    fetch: (request: Request | OutgoingRequest) => trip.execute(toOutgoingRequest(request), retry),
    Request: OutgoingRequest,
  });

  /** Middleware is given the platform's Request. */
  function forwardTouched(init: UntypedInit, trip: CallExecution): Forwarded {
    const isOnce = isMadeOnce(init);
    return {
      ...init,
      fetch: (request: Request | OutgoingRequest) => trip.execute(toOutgoingRequest(request, isOnce), retry),
      // The platform's keeps a listener on its signal for as long as it lives: not on the caller's, which may live for months.
      ...(init.signal && { signal: AbortSignal.any([init.signal]) }),
    };
  }

  /** Middleware may change a body, so one that is made anew for each sending is made once before it. */
  const isMadeOnce = (init: UntypedInit): boolean =>
    isTouched(init) && (typeof init.body === "function" || isSingleUse(init.body));

  async function forwardBody(route: ResolvedOperation, init: UntypedInit, trip: CallExecution): Promise<UntypedInit> {
    const { prepareBody } = await bodies.load();
    const forwarded = forward(route, init, trip);
    return {
      ...forwarded,
      ...prepareBody(vendor.name, route, init, isMadeOnce(init), forwarded.fetch, checkOf(route, init)),
      ...(isDecoded(route, init) ? { parseAs: "stream" } : {}),
    };
  }

  const isDecoded = ({ details }: ResolvedOperation, { parseAs }: UntypedInit): boolean =>
    details?.receives !== undefined && parseAs === undefined;

  async function finish(route: ResolvedOperation, init: UntypedInit, result: Answer): Promise<UntypedResult> {
    const { operation, details, phase, scheme } = route;
    const { response } = result;
    const { status } = response;
    if (!canMakeResult()) await readingHeaders.load();
    const check = checkOf(route, init, response);
    if (details && isDecoded(route, init) && response.ok && result.data) {
      const { decodeBody } = await bodies.load();
      result.data = await decodeBody(vendor.name, operation, details, response, init.signal, check);
    }
    if (!response.ok || disguised.has(status)) {
      const { scrubber } = session;
      const sent = details?.sensitive && init.body;
      const rules = vendor.errors;
      const context = {
        vendor: vendor.name,
        operation,
        details,
        rules,
        redactor: scrubber,
        now: clock.now(),
        sent,
        phase,
        scheme,
      };
      setResponseContext(response, context);
    }
    if (check && isJson(response) && !isSingleUse(result.data)) await check(response.ok ? result.data : result.error);
    if (response.ok) return new success(result.data, response);
    // A refusal with an empty body is one all the same, and `if (error)` must see it.
    return new refusal(result.error || (await unwelcome.load()).toVendorError(result), response);
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

/** A body that openapi-fetch's JSON does not serve for. */
const isSpecial = (body: unknown, details: Operation | undefined): boolean =>
  details?.sends !== undefined || typeof body === "function" || isBodyInit(body);

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
