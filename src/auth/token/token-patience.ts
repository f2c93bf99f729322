/**
 * How long a caller waits for a token while its token endpoint fails for the moment. The wait follows the rules of the caller's own
 * retries, so that a failing token endpoint is treated as a failing API.
 */
import { AuthError } from "../../errors/auth-error.ts";
import type { Outcome } from "../../errors/latchkey-error.ts";
import { type Clock, createStopwatch, sleep } from "../../util/clock.ts";

/** Without a patience, a caller waits for one attempt and for no back-off slot. */
export interface TokenPatience {
  /** How many more back-off slots the caller waits for. */
  readonly retriesLeft: number;
  /** The longest wait for one token, in milliseconds. */
  readonly timeoutInMs: number;
  /** Milliseconds until the caller's deadline. A wait that does not end before it is not started. */
  leftInMs(): number;
  /** Counts one failed attempt of the token endpoint, whose back-off slot the caller now waits for, as one retry. */
  countRetry(waitInMs: number): void;
}

export interface TokenPatienceOptions {
  readonly clock: Clock;
  readonly retries: number;
  readonly timeoutInMs: number;
  /** @default none */
  readonly deadlineInMs?: number | undefined;
}

/** Creates the patience of a caller that sends no request of its own: `auth.refresh()`, `auth.verify()`. */
export function createTokenPatience(options: TokenPatienceOptions): TokenPatience {
  const { clock, timeoutInMs, deadlineInMs = Number.POSITIVE_INFINITY } = options;
  const stopwatch = createStopwatch(clock);
  let retriesLeft = options.retries;
  return {
    get retriesLeft() {
      return retriesLeft;
    },
    timeoutInMs,
    leftInMs: () => deadlineInMs - stopwatch.elapsedInMs(),
    countRetry() {
      retriesLeft -= 1;
    },
  };
}

/** The failures after which the next attempt may succeed without a change by anybody. */
const passingOutcomes: ReadonlySet<Outcome> = new Set(["transient", "throttled", "timed_out", "in_doubt"]);

export interface SlotWaitOptions {
  readonly clock: Clock;
  readonly patience: TokenPatience | undefined;
  /** The signals that end the wait: the caller's own, the client's. */
  readonly signals: readonly AbortSignal[];
}

/**
 * Waits until a back-off slot is over.
 *
 * @param leftInMs of the slot; `undefined` where no next attempt is known
 * @throws the error, where it does not pass by itself or the caller may not wait so long; a signal's reason
 */
export type SlotWait = (error: unknown, leftInMs: number | undefined) => Promise<void>;

/** Creates the waits of one caller for one token. The errors of one attempt count once, even if its slot was found longer. */
export function createSlotWait({ clock, patience, signals }: SlotWaitOptions): SlotWait {
  // Like the timer of an attempt, this does not count a host's sleep.
  const began = clock.monotonic();
  let counted: unknown;
  return async (error, leftInMs) => {
    if (!patience || leftInMs === undefined || !isPassing(error)) throw error;
    if (leftInMs >= Math.min(patience.leftInMs(), patience.timeoutInMs - (clock.monotonic() - began))) throw error;
    if (error !== counted) {
      if (patience.retriesLeft <= 0) throw error;
      patience.countRetry(leftInMs);
      counted = error;
    }
    await sleep(clock, leftInMs, AbortSignal.any([...signals]));
  };
}

const isPassing = (error: unknown): boolean => error instanceof AuthError && passingOutcomes.has(error.outcome);
