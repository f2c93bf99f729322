/**
 * Sends again after a 429, for any method: it says that nothing was processed. Retry-After where the vendor sends it, its documented
 * schedule elsewhere; jitter only lengthens. The fast path is one status test; ky counts the attempts on the slow one.
 */
import ky, { isHTTPError } from "ky";
import { type Clock, sleep } from "../clock.ts";
import { retryAfterInMs } from "../errors/retry-after.ts";
import type { Listener } from "../events/events.ts";
import type { RetryRules } from "../vendor.ts";

export interface RetryOptions {
  readonly vendor: string;
  readonly rules: RetryRules;
  readonly clock: Clock;
  readonly emit: Listener;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface Attempt {
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  /** Sends the request, the first time or again. */
  send(): Promise<Response>;
  readonly canSendAgain: boolean;
}

export type Retrier = (attempt: Attempt) => Promise<Response>;

/** Propeller's rule, and a good one: 1 s, doubling, at most 30 s, five times. */
export const defaultRetryRules: RetryRules = { delaysInSeconds: [1, 2, 4, 8, 16], maxDelayInSeconds: 30 };

const jitterShare = 1 / 10;

export function createRetrier({ vendor, rules, clock, emit, random }: RetryOptions): Retrier {
  const limit = rules.delaysInSeconds.length;
  const maxDelayInMs = (rules.maxDelayInSeconds ?? 30) * 1000;

  const waitInMs = (response: Response, count: number): number => {
    const asked = retryAfterInMs(response.headers, clock.now());
    if (asked !== undefined) return asked * (1 + (jitterShare * random()) / limit);
    const delay = (rules.delaysInSeconds[count - 1] ?? 0) * 1000 * (1 + jitterShare * random());
    return Math.min(delay, maxDelayInMs);
  };

  return async (attempt) => {
    const first = await attempt.send();
    if (first.status !== 429 || !attempt.canSendAgain) return first;
    let last = first;
    let sent = 0;
    try {
      await ky("http://attempt.invalid/", {
        // ky sees status lines only: bodies stay with the response that is returned.
        fetch: async () => {
          if (sent > 0) last = await attempt.send();
          sent += 1;
          return new Response(null, { status: last.status });
        },
        retry: { limit, statusCodes: [429], afterStatusCodes: [], methods: ["get"], delay: () => 0 },
        throwHttpErrors: (status) => status === 429,
        timeout: false,
        hooks: {
          beforeRetry: [
            async ({ retryCount }) => {
              const delayInMs = waitInMs(last, retryCount);
              emit({
                type: "throttle",
                vendor,
                operation: attempt.operation,
                attempt: retryCount,
                waitInMs: delayInMs,
              });
              await last.body?.cancel();
              await sleep(clock, delayInMs, attempt.signal);
            },
          ],
        },
      });
    } catch (error) {
      if (!isHTTPError(error)) throw error;
    }
    return last;
  };
}
