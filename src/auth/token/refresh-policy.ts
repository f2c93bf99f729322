/**
 * The three windows of a token's life.
 *
 * | lifetime left | behaviour |
 * | --- | --- |
 * | more than the advisory window | the cached token, no I/O, no timer |
 * | inside the advisory window | the cached token now; one refresh in the background |
 * | inside the mandatory window, or over | callers wait for the one refresh |
 */
export interface RefreshWindows {
  /** Milliseconds before expiry from which a refresh is made in the background. */
  readonly advisoryInMs: number;
  /** Milliseconds before expiry from which callers wait. */
  readonly mandatoryInMs: number;
}

/** The documented five minutes, for a vendor that names no other. */
export const defaultBufferInMs = 300_000;

export type Freshness = "fresh" | "advisory" | "mandatory" | "expired";

/** A buffer of more than a quarter of the life would refresh short tokens on every other call: the window shrinks with the life. */
const advisoryShare = 1 / 4;
const mandatoryShare = 1 / 20;
const maxMandatoryInMs = 30_000;
/** Workers of one credential would else refresh in the same second. Jitter makes it earlier only. */
const jitterShare = 1 / 10;

/** @param jitter 0 to 1, constant per worker. */
export function createRefreshWindows(lifetimeInMs: number, bufferInMs: number, jitter: number): RefreshWindows {
  const advisoryInMs = Math.min(bufferInMs, lifetimeInMs * advisoryShare);
  return {
    advisoryInMs: advisoryInMs * (1 + jitterShare * jitter),
    mandatoryInMs: Math.min(maxMandatoryInMs, lifetimeInMs * mandatoryShare, advisoryInMs),
  };
}

export function freshnessOf(remainingInMs: number, windows: RefreshWindows): Freshness {
  if (remainingInMs <= 0) return "expired";
  if (remainingInMs <= windows.mandatoryInMs) return "mandatory";
  return remainingInMs <= windows.advisoryInMs ? "advisory" : "fresh";
}
