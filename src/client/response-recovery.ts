/**
 * Recovers when a response body is truncated or times out. Bodies are read by openapi-fetch, after the retry loop has returned, so no
 * attempt of the call's execution sees such a failure.
 */
import { SchemaError } from "../errors/schema-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Retrier, RetryableCall } from "../http/retry.ts";
import { systemErrorCode } from "../util/system-error-code.ts";
import type { CallExecution } from "./call-execution.ts";
import type { ClientContext } from "./client-context.ts";
import { describeUncertainty } from "./idempotency.ts";

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
  const { operation, response, isSafe, findEarlier } = execution;
  // openapi-fetch parses a 2xx body as JSON and throws the parser's own error, which quotes the body.
  if (error instanceof SyntaxError && response) throw SchemaError.notJson(vendor.name, operation, response, redactor);
  const isTimeout = error instanceof TransportError && error.reason === "timed_out";
  // The platform throws a bare TypeError for a truncated body; a TypeError of the caller's middleware has no system error code.
  const isTruncated = error instanceof TypeError && !(hasMiddleware && systemErrorCode(error) === undefined);
  if (!isTimeout && !isTruncated) throw error;
  const rule = findEarlier && vendor.operations[operation]?.idempotency;
  const uncertainty = isSafe && !findEarlier ? undefined : describeUncertainty(rule);
  const what = `the response to ${operation}`;
  const failure = isTimeout
    ? toTimeoutError(vendor.name, what, error, rule && uncertainty)
    : TransportError.interrupted(vendor.name, what, error, uncertainty);
  if (!retry) throw failure;
  execution.dispose();
  // Waits as before a retry if one is safe; otherwise this throws the failure.
  const found = await retry({ error: failure }, toRetryableCall(execution, failure));
  return findEarlier && { data: await found.clone().json(), response: found };
}

/** The timeout's message already says that the call may have been processed, but not how to look it up. */
const toTimeoutError = (
  vendor: string,
  what: string,
  error: TransportError,
  uncertainty: string | undefined,
): TransportError =>
  uncertainty === undefined
    ? error
    : new TransportError(vendor, "timed_out", `${what} did not end in time; ${uncertainty}`);

/**
 * Adapts the execution for the retry loop, which here only waits: the caller sends the next attempt as a call of its own. A write that can
 * be looked up is not sent again, because the vendor began to respond; the look-up is repeated instead, as often as attempts are allowed,
 * since what was just created may not be found at once.
 */
const toRetryableCall = (execution: RetryableCall, failure: TransportError): RetryableCall => ({
  operation: execution.operation,
  appliedAuth: execution.appliedAuth,
  signal: execution.signal,
  isReplayable: execution.isReplayable,
  limit: execution.limit,
  retriesUsed: 0,
  isSafe: execution.isSafe,
  findEarlier: execution.findEarlier,
  async send() {
    if (execution.findEarlier) throw failure;
    return new Response();
  },
  onThrottled: () => {},
  leftInMs: () => execution.leftInMs(),
});
