/**
 * Recovers when a response body is truncated or times out. Bodies are read by openapi-fetch, after the retry loop has returned, so no
 * attempt of the call's execution sees such a failure.
 */
import type { Redactor } from "../errors/redactor.ts";
import { toSafeCause } from "../errors/safe-cause.ts";
import { SchemaError } from "../errors/schema-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Retrier, RetryableCall } from "../http/retry.ts";
import { systemErrorCode } from "../util/system-error-code.ts";
import type { CallExecution } from "./call-execution.ts";
import type { ClientContext } from "./client-context.ts";

interface FoundResult {
  readonly data: unknown;
  readonly response: Response;
}

/**
 * Decides what follows a response that could not be read, or not in time. Returns `undefined` if the call is to be made once more, or
 * what the call had created, if a look-up found it.
 *
 * @param retry absent if this already was the second call
 * @param hasMiddleware whether the call passed middleware of the caller's
 * @throws SchemaError, TransportError; or `error` itself if it has another cause
 */
export async function recoverUnreadableResponse(
  { vendor, redactor }: ClientContext,
  execution: CallExecution,
  error: unknown,
  retry: Retrier | undefined,
  hasMiddleware: boolean,
): Promise<FoundResult | undefined> {
  const { operation, response, findEarlier } = execution;
  // openapi-fetch parses a 2xx body as JSON and throws the parser's own error, which quotes the body.
  if (error instanceof SyntaxError && response) throw SchemaError.notJson(vendor.name, operation, response, redactor);
  const isTimeout = error instanceof TransportError && error.reason === "timed_out";
  // The platform throws a bare TypeError for a truncated body; a TypeError of the caller's middleware has no system error code.
  const isTruncated = error instanceof TypeError && !(hasMiddleware && systemErrorCode(error) === undefined);
  const failure = isTimeout ? error : isTruncated ? toInterrupted(vendor.name, error, redactor) : undefined;
  if (!failure || !retry) throw execution.toError(failure ?? error);
  execution.dispose();
  try {
    // Waits as before a retry if one is safe; otherwise this throws the failure.
    const found = await retry({ error: failure }, toRetryableCall(execution, failure));
    return findEarlier && { data: await found.clone().json(), response: found };
  } catch (final) {
    throw execution.toError(final);
  }
}

function toInterrupted(vendor: string, error: unknown, redactor: Redactor): TransportError {
  const code = systemErrorCode(error);
  const message = `its response broke off${code === undefined ? "" : ` (${code})`}`;
  return new TransportError(vendor, "network", message, { code, cause: toSafeCause(error, redactor) });
}

/**
 * Adapts the execution for the retry loop, which here only waits: the caller sends the next attempt as a call of its own. A write that can
 * be looked up is not sent again, because the vendor began to respond; the look-up is repeated instead, as often as attempts are allowed,
 * since what was just created may not be found at once.
 */
const toRetryableCall = (execution: CallExecution, failure: TransportError): RetryableCall => ({
  operation: execution.operation,
  phase: execution.phase,
  scheme: execution.scheme,
  appliedAuth: execution.appliedAuth,
  signal: execution.signal,
  isReplayable: execution.isReplayable,
  limit: execution.limit,
  isSafe: execution.isSafe,
  isInDoubt: true,
  findEarlier: execution.findEarlier,
  get retriesUsed() {
    return execution.retriesUsed;
  },
  set retriesUsed(count) {
    execution.retriesUsed = count;
  },
  async send() {
    if (execution.findEarlier) throw failure;
    return new Response();
  },
  onThrottled: () => {},
  leftInMs: () => execution.leftInMs(),
});
