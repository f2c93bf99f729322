/** A token in this process's hands: it knows how long it still lives, by its own stopwatch. */

import { type Clock, createStopwatch } from "../../util/clock.ts";
import type { StoredToken } from "../../store/token-record.ts";
import { createRefreshWindows, type RefreshWindows, type Freshness, freshnessOf } from "./refresh-policy.ts";
import type { WorkerId } from "./worker-id.ts";

export interface CachedToken {
  readonly token: StoredToken;
  readonly windows: RefreshWindows;
  /** A resource has taken it: a 401 to it is news. */
  wasAccepted: boolean;
  ageInMs(): number;
  remainingInMs(): number;
  freshness(): Freshness;
}

export interface CachedTokenOptions {
  readonly clock: Clock;
  readonly bufferInMs: number;
  readonly worker: WorkerId;
}

/** @param now the store's time. */
export function createCachedToken(
  token: StoredToken,
  now: number,
  { clock, bufferInMs, worker }: CachedTokenOptions,
): CachedToken {
  // The store's clock may have been set back since: a token never lives longer than it was given.
  const left = Math.min(token.expiresAt - now, token.expiresAt - token.obtainedAt);
  const watch = createStopwatch(clock);
  const windows = createRefreshWindows(token.expiresAt - token.obtainedAt, bufferInMs, worker.jitter);
  const advised =
    token.refreshAt === undefined
      ? windows
      : // The server's word, for whom it spreads refreshes as it likes.
        { ...windows, advisoryInMs: Math.max(windows.mandatoryInMs, token.expiresAt - token.refreshAt) };
  const remainingInMs = () => left - watch.elapsedInMs();
  return {
    token,
    windows: advised,
    wasAccepted: false,
    ageInMs: () => now - token.obtainedAt + watch.elapsedInMs(),
    remainingInMs,
    freshness: () => freshnessOf(remainingInMs(), advised),
  };
}
