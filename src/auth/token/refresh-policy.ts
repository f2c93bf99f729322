/**
 * The refresh policy: when a token is refreshed, how long a failing token endpoint is left alone, and what is remembered for how long.
 *
 * | rule | value | applied in |
 * | --- | --- | --- |
 * | advisory window: callers get the cached token, and one refresh runs in the background | the last 5 minutes of a token's life, or the vendor's own buffer; at most a quarter of the life; up to 10 % earlier by jitter | token-manager |
 * | mandatory window: callers wait for the one refresh | the last 30 seconds; at most a twentieth of the life and the advisory window | token-manager |
 * | back-off slot after failures in a row: no token request | 1 second, doubled with each failure up to 60 seconds; up to 25 % longer by jitter | failure-tracker, commit-retry, rejected-tokens |
 * | back-off slot where the vendor sends `Retry-After` | at least that long | failure-tracker |
 * | the sign-in was refused | no token request for 5 minutes, 15 minutes after the second refusal in a row, then 1 hour, or until the credentials change; after 60 seconds a call looks at the store and a credentials function again | failure-tracker |
 * | a call without a token, while the endpoint fails for the moment | waits for the next back-off slot, within its own retries, timeout and deadline | token-patience |
 * | propagation window: a 401 to a new token that no resource has accepted may only mean that it has not spread yet | 5 seconds; the call waits 2 seconds before its replay | token-manager |
 * | a token that was rejected right after a refresh is suspect: no further refresh for it | one back-off slot; the count starts again 60 seconds after the last slot | rejected-tokens |
 * | rejected access tokens are remembered | the newest 16 | rejected-tokens |
 * | a one-time refresh token is sent | once; a second and last time where the first request got no response | refresh-or-sign-in |
 * | a commit that the store did not take is retried | 8 times, after back-off slots | commit-retry |
 * | a store that refuses commits, or keeps none of them | counts as no store at the second loss in a row | token-refresher |
 * | a store whose waits end at once | is asked once a second after the third | token-refresher |
 * | token requests of one process to one endpoint at the same time | 32 | endpoint-semaphore |
 * | a record stays in the store | until its tokens and its failure have expired, and an hour more | store/token-record |
 */
import { maxRetryAfterInMs } from "../../util/retry-after.ts";

export interface RefreshWindows {
  /** Milliseconds before expiry from which a refresh runs in the background. */
  readonly advisoryInMs: number;
  /** Milliseconds before expiry from which callers wait. */
  readonly mandatoryInMs: number;
}

/** The advisory window where the vendor's document names no buffer. */
export const defaultBufferInMs = 300_000;

/** A larger share would refresh short-lived tokens on every other call. */
const maxAdvisoryShare = 1 / 4;
const maxMandatoryShare = 1 / 20;
const maxMandatoryInMs = 30_000;
/** Without jitter, all workers of one credential would refresh in the same second. */
const windowJitterShare = 1 / 10;

/** @param jitter 0 to 1, constant per worker; it starts the advisory window earlier, never later */
export function createRefreshWindows(lifetimeInMs: number, bufferInMs: number, jitter: number): RefreshWindows {
  const advisoryInMs = Math.min(bufferInMs, lifetimeInMs * maxAdvisoryShare);
  return {
    advisoryInMs: advisoryInMs * (1 + windowJitterShare * jitter),
    mandatoryInMs: Math.min(maxMandatoryInMs, lifetimeInMs * maxMandatoryShare, advisoryInMs),
  };
}

export type Freshness = "fresh" | "advisory" | "mandatory" | "expired";

export function freshnessOf(remainingInMs: number, windows: RefreshWindows): Freshness {
  if (remainingInMs <= 0) return "expired";
  if (remainingInMs <= windows.mandatoryInMs) return "mandatory";
  return remainingInMs <= windows.advisoryInMs ? "advisory" : "fresh";
}

const firstBackOffInMs = 1_000;
const maxBackOffInMs = 60_000;
const backOffJitterShare = 1 / 4;

/**
 * Returns the length of a back-off slot in whole milliseconds.
 *
 * @param failures in a row, from 1
 * @param jitter 0 to 1; it lengthens the slot, never shortens it
 */
export function backOffInMs(failures: number, jitter: number): number {
  const delay = Math.min(maxBackOffInMs, firstBackOffInMs * 2 ** Math.min(failures - 1, 16));
  return Math.ceil(delay * (1 + backOffJitterShare * jitter));
}

/** No token endpoint is left alone for longer, whatever it answers. */
export const maxPauseInMs = maxRetryAfterInMs;
const refusalPausesInMs = [300_000, 900_000];

/** Returns for how long a refusal is remembered. @param refusals in a row, from 1 */
export const refusalPauseInMs = (refusals: number): number => refusalPausesInMs[refusals - 1] ?? maxPauseInMs;

/** How often it is looked whether a refusal was lifted by another process, or refused credentials have changed. */
export const refusalRecheckInMs = 60_000;

export const propagationWindowInMs = 5_000;
export const propagationDelayInMs = 2_000;

/** Suspicions count as in a row when the next one comes within this time after the last slot. */
export const suspicionMemoryInMs = 60_000;
/** Late 401s concern tokens that were replaced a moment ago, so few tokens are enough. */
export const maxRejectedTokens = 16;

export const maxRefreshTokenUses = 2;
/** A worker that was suspended may lose one lease to another worker. */
export const maxStoreLosses = 2;
/** A shorter wait for another worker is one that the store did not make. */
export const shortWaitInMs = 100;
export const maxShortWaits = 3;
export const shortWaitPauseInMs = 1_000;
/** Some minutes in all; after that, the next refresh commits. */
export const maxCommitRetries = 8;
/** The advisory window is long enough for thousands of credentials to pass a few at a time. */
export const maxConcurrentTokenRequests = 32;
