/**
 * Performs one call. Every way to call the vendor (methods, paths, pagination, batches) comes here, and passes these stages in order:
 *
 * | stage | file |
 * | --- | --- |
 * | find the operation | client/resolve-operation |
 * | check its options | client/check-options |
 * | serialise parameters that are not plain values | client/parameter-styles |
 * | validate the request body, if asked | client/body-validation |
 * | decide whether the call may be repeated | client/idempotency |
 * | encode a body that is not JSON | http/body/prepare-body |
 * | serialise, the caller's middleware | openapi-fetch |
 * | wait for a slot of the rate limit, start the timeout | client/call-execution |
 * | attach tokens, replay once after a 401 | auth/authorizer, auth/handle-unauthorized |
 * | send, follow redirects within the vendor's origins | http/http-sender |
 * | retry | http/retry |
 * | recover if the body could not be read | client/response-recovery |
 * | decode a body that is not JSON | http/body/decode |
 * | validate the response body, if asked | client/body-validation |
 * | make the result | client/result, errors/to-vendor-error |
 */
import createClient, { defaultBodySerializer, type Middleware } from "openapi-fetch";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { maskedErrorStatuses, setResponseContext } from "../errors/response-context.ts";
import { toVendorError } from "../errors/to-vendor-error.ts";
import { holdsFile } from "../http/body/holds-file.ts";
import { isBodyInit, isSingleUse, OutgoingRequest, toOutgoingRequest } from "../http/outgoing-request.ts";
import { defaultMaxBodyInBytes } from "../http/limit-body.ts";
import type { Retrier } from "../http/retry.ts";
import { isJsonType, toJsonText } from "../util/json.ts";
import { ownProperties } from "../util/own-properties.ts";
import type { Operation } from "../vendor.ts";
import type { Validator } from "./body-validation.ts";
import { CallExecution } from "./call-execution.ts";
import type { CallOptions } from "./call-options.ts";
import { checkCallOptions, missingParameter } from "./check-options.ts";
import type { ClientContext } from "./client-context.ts";
import { assertHeaders } from "./header-values.ts";
import { planIdempotency } from "./idempotency.ts";
import { fetchDefaults, toOwnInit } from "./own-options.ts";
import { setAccept, toLowerCaseNames } from "./accept-header.ts";
import { isPlainCall, type OwnQuerySerializer, serializePlainPath, serializePlainQuery } from "./parameters.ts";
import { createOperationResolver, type ResolvedOperation } from "./resolve-operation.ts";
import { recoverUnreadableResponse } from "./response-recovery.ts";
import { hasLongNumber, isBodiless, keepErrorTexts, parseJsonText, toDocumentedError } from "./response-body.ts";
import { resultClassesFor, type UntypedResult } from "./result.ts";
import type { FetchResult, ForwardedInit, UntypedClient, UntypedInit } from "./untyped-call.ts";

export interface CallerOptions {
  readonly context: ClientContext;
  readonly retry: Retrier;
  readonly validator: Validator;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly defaults: CallOptions;
  /** The caller's own, for every call. */
  readonly querySerializer: OwnQuerySerializer | undefined;
  /** The middleware that calls pass from the start. */
  readonly middleware: readonly Middleware[];
}

export interface Caller {
  call(method: string, path: string, init?: UntypedInit): Promise<UntypedResult>;
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
  readonly middleware: readonly Middleware[];
}

export function createCaller(options: CallerOptions): Caller {
  const { context, retry, validator, defaults } = options;
  const { vendor, server, clock, redactor } = context;
  // Names are compared by case nowhere: the platform keeps one header of each.
  const headers = { headers: { accept: "application/json", ...toLowerCaseNames(options.headers) } };
  assertHeaders(vendor.name, options.headers);
  const { querySerializer: ofClient = serializePlainQuery } = options;
  const bodySerializer = (body: unknown, headers: unknown) => serializeBody(vendor.name, body, headers);
  const fetchOptions = {
    ...fetchDefaults,
    baseUrl: server.url,
    querySerializer: ofClient,
    pathSerializer: serializePlainPath,
    bodySerializer,
    ...headers,
  };
  const client: UntypedClient = Object(createClient(Object(fetchOptions)));
  const middleware: Middleware[] = [...options.middleware];
  client.use(...middleware);
  const resolveOperation = createOperationResolver(context);
  const maskedStatuses = maskedErrorStatuses(vendor.errors);
  const { SuccessResult, ErrorResult } = resultClassesFor(vendor);
  /** Places of responses where integers were rounded, each reported once. */
  const roundedPlaces = new Set<string>();

  /**
   * Kept short on purpose: every local of an async function takes memory for each call.
   *
   * @param earlier made this call before, and could not read its response
   */
  async function call(
    method: string,
    path: string,
    given: UntypedInit = {},
    earlier?: CallExecution,
  ): Promise<UntypedResult> {
    const init = toOwnInit(given);
    const operation = resolveOperation(method, path);
    if (!earlier) checkCallOptions(vendor.name, operation.operation, init);
    const serialized = isPlainCall(operation.parameters, init, options.querySerializer)
      ? init
      : await serialize(operation, init);
    if (init.body !== undefined && init.body !== null) checkMethod(vendor.name, method, operation.operation);
    if (isValidated(init)) await checkOf(operation, init)?.(init.body);
    const plan = ownProperties(planIdempotency(call, vendor.name, method, operation, init));
    const sender = context.createSender(init.fetch, init.allowCrossOriginRedirects);
    const execution = new CallExecution(context, operation, sender, plan, init, defaults, earlier);
    try {
      const forwarded = isJsonOnly(operation, init)
        ? forward(operation, serialized, execution)
        : await forwardEncoded(operation, serialized, execution);
      const result = await client.request(method, operation.parameters.path, forwarded);
      return isPlain(operation, init, result)
        ? new SuccessResult(init.parseAs ? result.data : parseJsonText(result.data), result.response)
        : await finish(operation, init, execution, result);
    } catch (error) {
      const { response } = execution;
      // What the document does not describe is not missed.
      if (response && isBodiless(operation.details, response) && !init.signal?.aborted)
        return new SuccessResult(undefined, response);
      if (!execution.response) throw error instanceof TypeError ? (findHeaderError(init) ?? error) : error;
      const retryOnce = earlier ? undefined : retry;
      const found = await recoverUnreadableResponse(context, execution, error, retryOnce, hasMiddleware(init));
      if (found) return await finish(operation, { ...init, parseAs: "json" }, execution, found);
      return await call(method, path, { ...init, deadlineInMs: execution.leftInMs() }, execution);
    } finally {
      execution.dispose();
    }
  }

  /** Whether the result is a success that needs nothing but parsing. */
  const isPlain = (operation: ResolvedOperation, init: UntypedInit, { response, data }: FetchResult): boolean =>
    response.ok &&
    maskedStatuses.size === 0 &&
    isJsonOnly(operation, init) &&
    !isValidated(init) &&
    operation.details?.bodiless === undefined &&
    !hasLongNumber(data);

  /** The platform refuses a header with an error that quotes its value: this one names the header alone. */
  function findHeaderError({ headers: own, params, idempotencyKey }: UntypedInit): unknown {
    try {
      for (const given of [own, params?.header, { "Idempotency-Key": idempotencyKey }])
        assertHeaders(vendor.name, given);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Returns the options with parameters and serialisers that openapi-fetch can use. */
  async function serialize({ operation, parameters }: ResolvedOperation, init: UntypedInit): Promise<UntypedInit> {
    const { serializeParameters } = await import("./parameter-styles/index.ts");
    const { headers, querySerializer } = options;
    const context = { vendor: vendor.name, operation, parameters, ofClient: querySerializer, headers };
    try {
      return { ...init, ...serializeParameters(context, init) };
    } catch (error) {
      throw missingParameter(vendor.name, operation, parameters.expressions, init.params?.path) ?? error;
    }
  }

  const validationOf = (init: UntypedInit) => init.validate ?? defaults.validate ?? "off";
  const isValidated = (init: UntypedInit): boolean => validationOf(init) !== "off";

  const hasMiddleware = (init: UntypedInit): boolean => middleware.length > 0 || (init.middleware?.length ?? 0) > 0;

  /** Whether neither the request nor the response has a body other than JSON. */
  const isJsonOnly = ({ details }: ResolvedOperation, { body }: UntypedInit): boolean =>
    details?.receives === undefined && (body === undefined || body === null || !isEncoded(body, details));

  /** The function that validates the request, or the response if there is one; with an index, one item of its stream. */
  function checkOf(operation: ResolvedOperation, init: UntypedInit, response?: Response) {
    const mode = validationOf(init);
    if (mode === "off") return undefined;
    return (body: unknown, index?: number) => validator(mode, { operation, init, response, body, index });
  }

  /** The options for openapi-fetch: its `fetch` is the execution. */
  function forward(operation: ResolvedOperation, init: UntypedInit, execution: CallExecution): ForwardedInit {
    const forwarded = hasMiddleware(init) ? forwardThroughMiddleware(init, execution) : forwardDirect(init, execution);
    if (operation.host !== undefined) forwarded.baseUrl ??= operation.host;
    if (operation.details?.accept !== undefined) setAccept(forwarded, operation.details.accept, options.headers);
    if (operation.details?.textErrors) forwarded.fetch = keepErrorTexts(forwarded.fetch);
    return forwarded;
  }

  const forwardDirect = (init: UntypedInit, execution: CallExecution): ForwardedInit => ({
    ...init,
    parseAs: init.parseAs ?? "text",
    fetch: (request: Request | OutgoingRequest) => execution.execute(toOutgoingRequest(request), retry),
    Request: OutgoingRequest,
  });

  /** Middleware gets the platform's `Request`. */
  function forwardThroughMiddleware(init: UntypedInit, execution: CallExecution): ForwardedInit {
    const isOnce = isSerializedOnce(init);
    return {
      ...init,
      parseAs: init.parseAs ?? "text",
      fetch: (request: Request | OutgoingRequest) => execution.execute(toOutgoingRequest(request, isOnce), retry),
      // A `Request` listens to its signal as long as it lives, so it does not get the caller's own, which may live for months.
      ...(init.signal && { signal: AbortSignal.any([init.signal]) }),
    };
  }

  /** Whether a body that is otherwise created for each sending is created only once, because middleware may change it. */
  const isSerializedOnce = (init: UntypedInit): boolean =>
    hasMiddleware(init) && (typeof init.body === "function" || isSingleUse(init.body));

  async function forwardEncoded(
    operation: ResolvedOperation,
    init: UntypedInit,
    execution: CallExecution,
  ): Promise<UntypedInit> {
    const { prepareBody } = await import("../http/body/index.ts");
    const forwarded = forward(operation, init, execution);
    const check = checkOf(operation, init);
    return {
      ...forwarded,
      ...prepareBody(vendor.name, operation, init, isSerializedOnce(init), forwarded.fetch, check),
      ...(isDecoded(operation, init) ? { parseAs: "stream" } : {}),
    };
  }

  const isDecoded = ({ details }: ResolvedOperation, { parseAs }: UntypedInit): boolean =>
    details?.receives !== undefined && parseAs === undefined;

  /** Reads the data of a success as the document says. */
  async function readData(
    operation: ResolvedOperation,
    init: UntypedInit,
    result: FetchResult,
    check: ReturnType<typeof checkOf>,
  ): Promise<void> {
    const { details } = operation;
    const { response, data } = result;
    if (isBodiless(details, response)) {
      result.data = undefined;
      if (data instanceof ReadableStream) await data.cancel().catch(() => {});
    } else if (details && isDecoded(operation, init)) {
      if (!data) return;
      const { decodeBody } = await import("../http/body/index.ts");
      result.data = await decodeBody(vendor.name, operation.operation, details, response, {
        maxItemLength: init.maxBodyInBytes ?? defaults.maxBodyInBytes ?? defaultMaxBodyInBytes,
        signal: init.signal,
        check,
        onText: (text) => reportRounded(operation, init, response, text),
      });
    } else {
      result.data = parseJsonText(data);
      if (typeof data === "string") await reportRounded(operation, init, response, data);
    }
  }

  /** @throws SchemaError in strict mode for an integer that was rounded */
  async function reportRounded(operation: ResolvedOperation, init: UntypedInit, response: Response, text: string) {
    if (!hasLongNumber(text)) return;
    const { reportRoundedIntegers } = await import("./report-rounded-integers.ts");
    const about = { operation: operation.operation, response, validate: validationOf(init) };
    reportRoundedIntegers(text, { context, ...about, reported: roundedPlaces });
  }

  async function finish(
    operation: ResolvedOperation,
    init: UntypedInit,
    execution: CallExecution,
    result: FetchResult,
  ): Promise<UntypedResult> {
    const { details } = operation;
    const { response } = result;
    const check = checkOf(operation, init, response);
    if (init.parseAs === undefined) {
      if (response.ok) await readData(operation, init, result, check);
      else result.error = toDocumentedError(details, response, result.error);
    }
    if (!response.ok || maskedStatuses.has(response.status)) {
      setResponseContext(response, {
        vendor: vendor.name,
        operation: operation.operation,
        details,
        rules: vendor.errors,
        redactor,
        now: clock.now(),
        sent: details?.sensitive && init.body,
        phase: operation.phase,
        scheme: operation.scheme,
        attempts: execution.attempts,
        elapsedInMs: execution.elapsedInMs,
        isInDoubt: execution.isInDoubt,
        wasReplayed: execution.wasReplayed,
      });
    }
    if (check && isJsonType(response.headers.get("content-type")) && !isSingleUse(result.data))
      await check(response.ok ? result.data : result.error);
    if (response.ok) return new SuccessResult(result.data, response);
    // `if (error)` works even for an empty body: `error` is then the mapped VendorError.
    return new ErrorResult(result.error || toVendorError(result), response);
  }

  return {
    call: (method, path, init) => call(method, path, init),
    middleware,
    use(...added) {
      client.use(...added);
      middleware.push(...added);
    },
    eject(...removed) {
      client.eject(...removed);
      for (const one of removed) {
        const at = middleware.indexOf(one);
        if (at >= 0) middleware.splice(at, 1);
      }
    },
  };
}

/** @throws ConfigurationError for a method whose request the platform gives no body (Fetch §5.4, step 34 of the constructor) */
function checkMethod(vendor: string, method: string, operation: string): void {
  if (method !== "GET" && method !== "HEAD") return;
  const message = `${operation}: the platform's fetch sends no body with ${method}; leave it out, or ask the vendor for another method; nothing was sent`;
  throw new ConfigurationError(vendor, message);
}

/** openapi-fetch's own throws for a big integer. */
function serializeBody(vendor: string, body: unknown, headers: unknown): unknown {
  const text = toBodyText(body, headers);
  // JSON has nothing but this for a file.
  if (typeof text !== "string" || !text.includes("{}") || !holdsFile(body)) return text;
  throw new ConfigurationError(
    vendor,
    "body: a file cannot be part of a body of application/json, the only type that fits; give its text; nothing was sent",
  );
}

function toBodyText(body: unknown, headers: unknown): unknown {
  try {
    return Reflect.apply(defaultBodySerializer, undefined, [body, headers]);
  } catch {
    return toJsonText(body);
  }
}

/** Whether a body needs another encoding than openapi-fetch's JSON. */
const isEncoded = (body: unknown, details: Operation | undefined): boolean =>
  details?.sends !== undefined || typeof body === "function" || isBodyInit(body);
