/** An answer that cannot be read to its end, which no attempt of a trip sees: bodies are read outside of it. Loaded ahead of need. */
import { SchemaError } from "../errors/schema-error.ts";
import { systemErrorCode } from "../util/system-error-code.ts";
import { TransportError } from "../errors/transport-error.ts";
import { describeUncertainty } from "./idempotency.ts";
import type { ClientContext } from "./client-context.ts";
import type { RetryableCall, Retrier } from "../http/retry.ts";
import type { CallExecution } from "./call-execution.ts";

interface Found {
  readonly data: unknown;
  readonly response: Response;
}

/**
 * What to do where an answer could not be read, or not in time: make the call once more (`undefined`), or take what it has made, which was looked up.
 *
 * @param retry absent where the call was made once more already
 * @param isTouched by the caller's middleware
 * @throws SchemaError, TransportError; the error itself where it tells of something else
 */
export async function recoverUnreadableResponse(
  { vendor, scrubber }: ClientContext,
  trip: CallExecution,
  error: unknown,
  retry: Retrier | undefined,
  isTouched: boolean,
): Promise<Found | undefined> {
  const { operation, response: answer, isSafe, findEarlier } = trip;
  // openapi-fetch parses a 2xx body as JSON and lets the parser's error, which quotes the body, out.
  if (error instanceof SyntaxError && answer) throw SchemaError.notJson(vendor.name, operation, answer, scrubber);
  const isLate = error instanceof TransportError && error.reason === "timed_out";
  // The platform throws a bare TypeError; a mistake in somebody's middleware names no system's code.
  const isBroken = error instanceof TypeError && !(isTouched && systemErrorCode(error) === undefined);
  if (!isLate && !isBroken) throw error;
  const rule = findEarlier && vendor.operations[operation]?.idempotency;
  const doubt = isSafe && !findEarlier ? undefined : describeUncertainty(rule);
  const what = `the answer to ${operation}`;
  const loss = isLate
    ? toLate(vendor.name, what, error, rule && doubt)
    : TransportError.interrupted(vendor.name, what, error, doubt);
  if (!retry) throw loss;
  trip.dispose();
  // Waits as for another attempt, where one is safe: else the loss is thrown here.
  const response = await retry({ error: loss }, toAttempt(trip, loss));
  return findEarlier && { data: await response.clone().json(), response };
}

/** The deadline's own words say already that it may have been processed, but not how to look it up. */
const toLate = (vendor: string, what: string, error: TransportError, doubt: string | undefined): TransportError =>
  doubt === undefined ? error : new TransportError(vendor, "timed_out", `${what} did not end in time; ${doubt}`);

/**
 * The next attempt is the caller's to make, as a call of its own. What a vendor looks up is not sent again, since it has begun to answer: it
 * is looked up as often as there may be attempts, for what was just made may not be found at once.
 */
const toAttempt = (attempt: RetryableCall, loss: TransportError): RetryableCall => ({
  operation: attempt.operation,
  appliedAuth: attempt.appliedAuth,
  signal: attempt.signal,
  isReplayable: attempt.isReplayable,
  limit: attempt.limit,
  isSafe: attempt.isSafe,
  findEarlier: attempt.findEarlier,
  async send() {
    if (attempt.findEarlier) throw loss;
    return new Response();
  },
  onThrottled: () => {},
  leftInMs: () => attempt.leftInMs(),
});
