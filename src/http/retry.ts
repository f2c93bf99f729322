/**
 * Retries calls that failed.
 *
 * | failure | retried |
 * | --- | --- |
 * | the kind `rate_limited`: 429, and what the vendor's error table maps to it | every method: nothing was processed |
 * | a connection that was never made | every method: nothing was sent |
 * | the kind `unavailable` (408, 502, 503, 504, and what the table maps to it), a lost connection, a timeout | calls that are safe to repeat: idempotent methods (RFC 9110 §9.2.2), and writes with an idempotency key |
 * | a response body that breaks off or does not end in time | the same calls, once; bodies are read outside the retry loop, see client/response-recovery |
 * | a `Retry-After` of more than `maxRetryAfterInMs` | no: the answer comes back at once |
 * | anything else | no |
 *
 * The wait is the vendor's `Retry-After`, else its documented schedule with a little jitter added, else our schedule with full jitter
 * (for a 429, with a little jitter added).
 */
import { type Clock, sleep } from "../util/clock.ts";
import { maxRetryAfterInMs, retryAfterInMs } from "../util/retry-after.ts";
import { createRetryClassifier } from "../errors/error-kinds.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type KeyedAuth, type Listener, tokenKeysOf } from "../events/events.ts";
import type { ErrorRules, Phase, RetryRules } from "../vendor.ts";
import type { RetryBudget } from "./retry-budget.ts";

export interface RetryOptions {
  readonly vendor: string;
  /** The vendor's own schedule, where it documents one. */
  readonly rules: RetryRules | undefined;
  readonly errors: ErrorRules;
  readonly clock: Clock;
  readonly emit: Listener;
  readonly budget: RetryBudget;
  /** A random number from 0 to 1, for jitter. */
  readonly random: () => number;
}

export interface RetryableCall {
  readonly operation: string;
  readonly phase: Phase;
  readonly scheme: string | undefined;
  readonly appliedAuth: KeyedAuth;
  readonly signal: AbortSignal | undefined;
  /** Retries so far. Failed attempts at a token endpoint that the call waited through count, too. */
  retriesUsed: number;
  /** Sends the request again. */
  send(): Promise<Response>;
  /** Called before the wait that follows a 429. */
  onThrottled(delayInMs: number, response: Response): void;
  /** True while the body can be sent again. */
  readonly isReplayable: boolean;
  /** True for a call that may be repeated even though its first request may have been processed. */
  readonly isSafe: boolean;
  /** True once a request of the call may have been processed. */
  readonly isInDoubt: boolean;
  /** Looks up, before a retry, whether the vendor has processed the call already; if so, resolves with that response. */
  readonly findEarlier?: ((leftInMs: number) => Promise<Response | undefined>) | undefined;
  /** The maximum number of retries. @default the schedule's length */
  readonly limit: number | undefined;
  /** Milliseconds until the call's deadline; a wait beyond it is not started. */
  readonly leftInMs: () => number;
}

export interface Retrier {
  /** Continues after a failed first attempt: returns the response or throws the error of the last attempt. */
  (first: AttemptOutcome, call: RetryableCall): Promise<Response>;
  /** Records a successful attempt. */
  readonly succeeded: () => void;
  /** The 2xx statuses under which this vendor may report a failure that is retried. */
  readonly maskedStatuses: ReadonlySet<number>;
}

export type AttemptOutcome = { readonly response: Response } | { readonly error: TransportError };

/** The schedule after a 429 for a vendor that documents none: 1 s, doubling, five times. */
export const throttleRules: RetryRules = { delaysInSeconds: [1, 2, 4, 8, 16], maxDelayInSeconds: 30 };
/** The schedule after other failures for a vendor that documents none, with full jitter. */
export const failureRules: RetryRules = { delaysInSeconds: [0.5, 1, 2], maxDelayInSeconds: 10 };

/** Returns the most retries of a call, or of a wait for a token. @param rules the vendor's own schedule */
export const retryLimit = (retries: number | false | undefined, rules: RetryRules | undefined): number =>
  retries === false ? 0 : (retries ?? (rules ?? failureRules).delaysInSeconds.length);

const jitterShare = 1 / 10;

/** Why a call is sent again. */
type RetryReason = "throttled" | "failed";

export function createRetrier({ vendor, rules, errors, clock, emit, budget, random }: RetryOptions): Retrier {
  const classifier = createRetryClassifier(errors);
  const rulesFor = (reason: RetryReason) => rules ?? (reason === "throttled" ? throttleRules : failureRules);

  /** Decides whether a call is sent again, by the kind of its failure. */
  async function reasonToRetry(result: AttemptOutcome, call: RetryableCall): Promise<RetryReason | undefined> {
    if (!call.isReplayable || call.limit === 0) return undefined;
    if ("error" in result) {
      const { reason } = result.error;
      const isRetried = reason === "network" ? call.isSafe || !call.isInDoubt : reason === "timed_out" && call.isSafe;
      return isRetried ? "failed" : undefined;
    }
    const kind = await classifier.kindOf(result.response, call);
    if (kind === "rate_limited") return "throttled";
    return kind === "unavailable" && call.isSafe ? "failed" : undefined;
  }

  const requestedWaitInMs = (result: AttemptOutcome): number | undefined =>
    "response" in result ? retryAfterInMs(result.response.headers, clock.now()) : undefined;

  const waitInMs = (reason: RetryReason, requested: number | undefined, count: number): number => {
    if (requested !== undefined) return requested * (1 + (jitterShare / 5) * random());
    const { delaysInSeconds, maxDelayInSeconds = 30 } = rulesFor(reason);
    const delay = Math.min(delaysInSeconds[count - 1] ?? delaysInSeconds.at(-1) ?? 0, maxDelayInSeconds) * 1000;
    if (!rules && reason === "failed") return delay * random();
    return Math.min(delay * (1 + jitterShare * random()), maxDelayInSeconds * 1000);
  };

  const send = async (call: RetryableCall): Promise<AttemptOutcome> => {
    try {
      return { response: await call.send() };
    } catch (error) {
      if (error instanceof TransportError) return { error };
      throw error;
    }
  };

  const retry = async (first: AttemptOutcome, call: RetryableCall) => responseOf(await retryLoop(call, first));
  return Object.assign(retry, { succeeded: budget.earn, maskedStatuses: classifier.maskedStatuses });

  async function retryLoop(call: RetryableCall, first: AttemptOutcome): Promise<AttemptOutcome> {
    let last = first;
    let limit = call.limit;
    for (;;) {
      const retryReason = await reasonToRetry(last, call);
      if (!retryReason) return last;
      limit ??= rulesFor(retryReason).delaysInSeconds.length;
      if (call.retriesUsed >= limit) return last;
      const requested = requestedWaitInMs(last);
      const attempt = call.retriesUsed + 1;
      const delayInMs = waitInMs(retryReason, requested, attempt);
      const isThrottled = retryReason === "throttled";
      if (requested !== undefined && requested > maxRetryAfterInMs) {
        // The vendor asks for a longer wait than anybody should hang for: the answer says until when.
        if (isThrottled && "response" in last) call.onThrottled(requested, last.response);
        return last;
      }
      // Stop where the deadline would pass first, or the retry budget is spent.
      if (delayInMs > call.leftInMs() || (!isThrottled && !budget.spend())) return last;
      call.retriesUsed = attempt;
      emit({
        type: isThrottled ? "throttle" : "retry",
        vendor,
        keys: tokenKeysOf(call.appliedAuth),
        operation: call.operation,
        attempt,
        reason: requested !== undefined ? "retry_after" : rules ? "vendor_schedule" : "default_schedule",
        waitInMs: delayInMs,
      });
      if (isThrottled && "response" in last) call.onThrottled(delayInMs, last.response);
      if ("response" in last) await last.response.body?.cancel();
      await sleep(clock, delayInMs, call.signal);
      const existing = isThrottled || !call.isInDoubt ? undefined : await call.findEarlier?.(call.leftInMs());
      last = existing ? { response: existing } : await send(call);
    }
  }
}

/** @throws the outcome's error */
function responseOf(result: AttemptOutcome): Response {
  if ("error" in result) throw result.error;
  return result.response;
}
