/** Access tokens that a resource refused. Compare-and-invalidate: one refused token says nothing of any other. */
import { type Clock, createStopwatch, type Stopwatch } from "../../util/clock.ts";
import type { ErrorKind } from "../../vendor.ts";

/** A 401 to an access token. */
export interface Rejection {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly reason: ErrorKind;
}

export interface RejectedTokens {
  add(accessToken: string): void;
  has(accessToken: string): boolean;
  /** The vendor gave this token again: it says that it is good. */
  remove(accessToken: string): void;
  /** Refused right after it was had: for a while a 401 to it is not a reason to ask for another. */
  markSuspect(accessToken: string, delayInMs: (count: number) => number): void;
  isSuspect(accessToken: string): boolean;
}

/** Late 401s come for tokens replaced a moment ago, not for those of last week. */
const remembered = 16;
/** Refused again so soon after a suspicion is over: in a row. That others take the token is no sign of an end: one operation may refuse every one. */
const inARowInMs = 60_000;

export function createRejectedTokens(clock: Clock): RejectedTokens {
  const rejected = new Set<string>();
  let suspicion: { readonly accessToken: string; readonly since: Stopwatch; readonly lastsInMs: number } | undefined;
  let count = 0;
  /** For so long after the suspicion is over. */
  const isRecent = (afterInMs: number) =>
    suspicion !== undefined && suspicion.since.elapsedInMs() < suspicion.lastsInMs + afterInMs;
  const isSuspect = (accessToken: string) => suspicion?.accessToken === accessToken && isRecent(0);
  return {
    add(accessToken) {
      rejected.add(accessToken);
      const [oldest] = rejected;
      if (rejected.size > remembered && oldest !== undefined) rejected.delete(oldest);
    },
    has: (accessToken) => rejected.has(accessToken),
    remove: (accessToken) => void rejected.delete(accessToken),
    markSuspect(accessToken, delayInMs) {
      // Calls at the same moment are one refusal.
      if (isSuspect(accessToken)) return;
      count = isRecent(inARowInMs) ? count + 1 : 1;
      suspicion = { accessToken, since: createStopwatch(clock), lastsInMs: delayInMs(count) };
    },
    isSuspect,
  };
}
