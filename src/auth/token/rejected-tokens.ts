/**
 * Remembers access tokens that a resource rejected with a 401. Each entry is about one token: a rejected token says nothing about
 * another. The limits stand in refresh-policy.ts.
 */
import { type Clock, createStopwatch, type Stopwatch } from "../../util/clock.ts";
import type { ErrorKind } from "../../vendor.ts";
import { maxRejectedTokens, suspicionMemoryInMs } from "./refresh-policy.ts";

/** A 401 to an access token. */
export interface Rejection {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly reason: ErrorKind;
}

export interface RejectedTokens {
  add(accessToken: string): void;
  has(accessToken: string): boolean;
  /** Forgets a token that the vendor has issued again. */
  remove(accessToken: string): void;
  /** Marks a token that was rejected right after it was obtained: for a while, a 401 to it causes no refresh. */
  markSuspect(accessToken: string, delayInMs: (count: number) => number): void;
  isSuspect(accessToken: string): boolean;
  /** No token was suspect of late. */
  readonly isCalm: boolean;
}

export function createRejectedTokens(clock: Clock): RejectedTokens {
  const rejected = new Set<string>();
  let suspicion: { readonly accessToken: string; readonly since: Stopwatch; readonly lastsInMs: number } | undefined;
  let count = 0;
  const isWithin = (extraInMs: number) =>
    suspicion !== undefined && suspicion.since.elapsedInMs() < suspicion.lastsInMs + extraInMs;
  const isSuspect = (accessToken: string) => suspicion?.accessToken === accessToken && isWithin(0);
  return {
    add(accessToken) {
      rejected.add(accessToken);
      const [oldest] = rejected;
      if (rejected.size > maxRejectedTokens && oldest !== undefined) rejected.delete(oldest);
    },
    has: (accessToken) => rejected.has(accessToken),
    remove: (accessToken) => void rejected.delete(accessToken),
    markSuspect(accessToken, delayInMs) {
      // Calls that were rejected at the same moment count once.
      if (isSuspect(accessToken)) return;
      // A call that succeeds in between does not reset the count: one operation may reject every token.
      count = isWithin(suspicionMemoryInMs) ? count + 1 : 1;
      suspicion = { accessToken, since: createStopwatch(clock), lastsInMs: delayInMs(count) };
    },
    isSuspect,
    get isCalm() {
      return !isWithin(suspicionMemoryInMs);
    },
  };
}
