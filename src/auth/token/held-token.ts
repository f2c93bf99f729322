/** A token in this process's hands: it knows how long it still lives, by its own stopwatch. */

import { type Clock, createStopwatch } from "../../util/clock.ts";
import type { StoredToken } from "../../store/token-record.ts";
import { createWindows, type Windows, type Zone, zoneOf } from "./refresh-policy.ts";
import type { Worker } from "./worker-id.ts";

export interface HeldToken {
  readonly token: StoredToken;
  readonly windows: Windows;
  /** A resource has taken it: a 401 to it is news. */
  proven: boolean;
  ageInMs(): number;
  remainingInMs(): number;
  zone(): Zone;
}

export interface HoldOptions {
  readonly clock: Clock;
  readonly bufferInMs: number;
  readonly worker: Worker;
}

/** @param now the store's time. */
export function holdToken(token: StoredToken, now: number, { clock, bufferInMs, worker }: HoldOptions): HeldToken {
  // The store's clock may have been set back since: a token never lives longer than it was given.
  const left = Math.min(token.expiresAt - now, token.expiresAt - token.obtainedAt);
  const watch = createStopwatch(clock);
  const windows = createWindows(token.expiresAt - token.obtainedAt, bufferInMs, worker.jitter);
  const advised =
    token.refreshAt === undefined
      ? windows
      : // The server's word, for whom it spreads refreshes as it likes.
        { ...windows, advisoryInMs: Math.max(windows.mandatoryInMs, token.expiresAt - token.refreshAt) };
  const remainingInMs = () => left - watch.elapsedInMs();
  return {
    token,
    windows: advised,
    proven: false,
    ageInMs: () => now - token.obtainedAt + watch.elapsedInMs(),
    remainingInMs,
    zone: () => zoneOf(remainingInMs(), advised),
  };
}
