/**
 * Sends again what may be sent again.
 *
 * | what came | sent again |
 * | --- | --- |
 * | 429 | any method: it says that nothing was processed |
 * | 408, 502, 503, 504, a lost connection, a timeout | what is safe to repeat: idempotent methods (RFC 9110 §9.2.2), and writes with a key |
 * | an answer that breaks off in its body, or does not end in time | the same, but once, as a call of its own: bodies are read outside of here (loss.ts) |
 * | anything else | no |
 *
 * Retry-After where the vendor sends it; its documented schedule elsewhere, where jitter only lengthens; full jitter where there is
 * none. The fast path is one status test; ky counts the attempts on the slow one.
 */
import ky, { isHTTPError } from "ky";
import { type Clock, sleep } from "../util/clock.ts";
import { retryAfterInMs } from "../util/retry-after.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Listener } from "../events/events.ts";
import { type KeyedAuth, tokenKeysOf } from "../events/keys-of.ts";
import type { RetryRules } from "../vendor.ts";
import type { RetryBudget } from "./retry-budget.ts";

export interface RetryOptions {
  readonly vendor: string;
  /** The vendor's own, where it documents one. */
  readonly rules: RetryRules | undefined;
  readonly clock: Clock;
  readonly emit: Listener;
  readonly budget: RetryBudget;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface RetryableCall {
  readonly operation: string;
  readonly appliedAuth: KeyedAuth;
  readonly signal: AbortSignal | undefined;
  /** Sends the request again. */
  send(): Promise<Response>;
  /** A 429 is about to be waited out for so long. */
  onThrottled(delayInMs: number): void;
  /** The body is still there. */
  readonly isReplayable: boolean;
  /** A failure without an answer may be repeated. */
  readonly isSafe: boolean;
  /** Whether the vendor has done it already, asked before it is sent again; its answer then stands. */
  readonly findEarlier?: ((leftInMs: number) => Promise<Response | undefined>) | undefined;
  /** At most so many. @default the schedule's length */
  readonly limit: number | undefined;
  /** No wait may reach beyond this, in milliseconds from now. */
  readonly leftInMs: () => number;
}

export interface Retrier {
  /** Goes on from an attempt that did not succeed: its response or error in the end, or a later one's. */
  (first: AttemptOutcome, attempt: RetryableCall): Promise<Response>;
  /** An attempt succeeded. */
  readonly succeeded: () => void;
}

export type AttemptOutcome = { readonly response: Response } | { readonly error: TransportError };

/** For a 429 where the vendor documents nothing: 1 s, doubling, at most 30 s, five times. */
export const throttleRules: RetryRules = { delaysInSeconds: [1, 2, 4, 8, 16], maxDelayInSeconds: 30 };
/** For failures where the vendor documents nothing, with full jitter. */
export const failureRules: RetryRules = { delaysInSeconds: [0.5, 1, 2], maxDelayInSeconds: 10 };

const jitterShare = 1 / 10;
const failing: ReadonlySet<number> = new Set([408, 502, 503, 504]);
/** ky sees this in place of a failure without an answer. */
const noAnswer = 503;

export function createRetrier({ vendor, rules, clock, emit, budget, random }: RetryOptions): Retrier {
  const rulesFor = (status: number | undefined) => rules ?? (status === 429 ? throttleRules : failureRules);

  const isRetried = (result: AttemptOutcome, attempt: RetryableCall): boolean => {
    if (!attempt.isReplayable || attempt.limit === 0) return false;
    if ("error" in result)
      return attempt.isSafe && (result.error.reason === "network" || result.error.reason === "timed_out");
    return result.response.status === 429 || (attempt.isSafe && failing.has(result.response.status));
  };

  const askedInMs = (result: AttemptOutcome): number | undefined =>
    "response" in result ? retryAfterInMs(result.response.headers, clock.now()) : undefined;

  const waitInMs = (result: AttemptOutcome, asked: number | undefined, count: number): number => {
    if (asked !== undefined) return asked * (1 + (jitterShare / 5) * random());
    const response = "response" in result ? result.response : undefined;
    const { delaysInSeconds, maxDelayInSeconds = 30 } = rulesFor(response?.status);
    const delay = Math.min(delaysInSeconds[count - 1] ?? delaysInSeconds.at(-1) ?? 0, maxDelayInSeconds) * 1000;
    if (!rules && response?.status !== 429) return delay * random();
    return Math.min(delay * (1 + jitterShare * random()), maxDelayInSeconds * 1000);
  };

  const send = async (attempt: RetryableCall): Promise<AttemptOutcome> => {
    try {
      return { response: await attempt.send() };
    } catch (error) {
      if (error instanceof TransportError) return { error };
      throw error;
    }
  };

  const retry = async (first: AttemptOutcome, attempt: RetryableCall) =>
    settle(isRetried(first, attempt) ? await again(attempt, first) : first);
  return Object.assign(retry, { succeeded: budget.earn });

  async function again(attempt: RetryableCall, first: AttemptOutcome): Promise<AttemptOutcome> {
    let last = first;
    let sent = 0;
    let fatal: { readonly error: unknown } | undefined;
    const statusOf = (result: AttemptOutcome) => ("response" in result ? result.response.status : noAnswer);
    const limit =
      attempt.limit ?? rulesFor("response" in first ? first.response.status : undefined).delaysInSeconds.length;
    try {
      await ky("http://attempt.invalid/", {
        // ky sees status lines only: bodies stay with the response that is returned.
        fetch: async () => {
          try {
            if (sent > 0) last = await sendAgain(attempt, last);
          } catch (error) {
            fatal = { error };
          }
          sent += 1;
          return new Response(null, { status: !fatal && isRetried(last, attempt) ? statusOf(last) : 200 });
        },
        retry: { limit, statusCodes: [429, ...failing], afterStatusCodes: [], methods: ["get"], delay: () => 0 },
        throwHttpErrors: true,
        timeout: false,
        hooks: {
          beforeRetry: [
            async ({ retryCount }) => {
              const asked = askedInMs(last);
              const delayInMs = waitInMs(last, asked, retryCount);
              const isThrottled = statusOf(last) === 429;
              // What cannot come in time, or would multiply an outage, is not waited for.
              if (delayInMs > attempt.leftInMs() || (!isThrottled && !budget.spend())) return ky.stop;
              emit({
                type: isThrottled ? "throttle" : "retry",
                vendor,
                keys: tokenKeysOf(attempt.appliedAuth),
                operation: attempt.operation,
                attempt: retryCount,
                reason: asked !== undefined ? "retry_after" : rules ? "vendor_schedule" : "default_schedule",
                waitInMs: delayInMs,
              });
              if (isThrottled) attempt.onThrottled(delayInMs);
              if ("response" in last) await last.response.body?.cancel();
              await sleep(clock, delayInMs, attempt.signal);
              return undefined;
            },
          ],
        },
      });
    } catch (error) {
      if (!isHTTPError(error)) throw error;
    }
    if (fatal) throw fatal.error;
    return last;
  }

  async function sendAgain(attempt: RetryableCall, last: AttemptOutcome): Promise<AttemptOutcome> {
    const isOpen = "error" in last || last.response.status !== 429;
    const earlier = isOpen ? await attempt.findEarlier?.(attempt.leftInMs()) : undefined;
    return earlier ? { response: earlier } : send(attempt);
  }
}

function settle(result: AttemptOutcome): Response {
  if ("error" in result) throw result.error;
  return result.response;
}
