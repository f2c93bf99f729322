/**
 * What the token endpoint last refused, and for how long it is left alone: Retry-After, a back-off slot, or until the credentials
 * change. Everybody it concerns gets the same error object.
 */

import { type Clock, createStopwatch } from "../clock.ts";
import type { AuthError } from "../errors/auth-error.ts";
import type { Phase } from "../vendor.ts";
import { backOffInMs } from "./back-off.ts";
import { type TokenFailure, toAuthError } from "./token-error.ts";

export interface Trouble {
  readonly error: AuthError;
  /** `undefined`: until the credentials change. */
  readonly lastsInMs: number | undefined;
  /** In a row. */
  readonly failures: number;
  ageInMs(): number;
}

export interface TroubleContext {
  readonly vendor: string;
  readonly schemeName: string;
  readonly clock: Clock;
  readonly jitter: number;
}

export function toTrouble(failure: TokenFailure, phase: Phase, failures: number, context: TroubleContext): Trouble {
  const { vendor, schemeName, clock, jitter } = context;
  const lastsInMs = holdInMs(failure, failures, jitter);
  const retryAt = lastsInMs === undefined ? undefined : clock.now() + lastsInMs;
  return createTrouble(toAuthError(vendor, failure, phase, schemeName, retryAt), lastsInMs, failures, clock);
}

export const createTrouble = (
  error: AuthError,
  lastsInMs: number | undefined,
  failures: number,
  clock: Clock,
): Trouble => ({ error, lastsInMs, failures, ageInMs: createStopwatch(clock).elapsedInMs });

/** How long nothing is asked after this failure; `undefined`: until the credentials change. */
export const holdInMs = (failure: TokenFailure, failures: number, jitter: number): number | undefined =>
  isFinal(failure) ? undefined : Math.max(failure.waitInMs ?? 0, backOffInMs(failures, jitter));

/** Repeating the same request with the same credentials can never succeed. */
const isFinal = ({ kind, outcome }: TokenFailure): boolean =>
  kind === "invalid_credentials" || outcome === "reauthentication_required";
