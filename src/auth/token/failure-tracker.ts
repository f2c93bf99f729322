/**
 * What the token endpoint last refused, and for how long it is left alone: Retry-After, a back-off slot, or until the credentials
 * change. Everybody it concerns gets the same error object.
 */

import { type Clock, createStopwatch, type Stopwatch } from "../../util/clock.ts";
import type { AuthError } from "../../errors/auth-error.ts";
import type { StoredFailure } from "../../store/token-record.ts";
import type { Phase } from "../../vendor.ts";
import { backOffInMs } from "./back-off.ts";
import { fromDetails, type TokenFailure, toAuthError, toDetails } from "../token-endpoint/token-failure.ts";
import type { WorkerId } from "./worker-id.ts";

export interface ActiveFailure {
  readonly error: AuthError;
  /** `undefined`: until the credentials change. */
  readonly lastsInMs: number | undefined;
  /** In a row. */
  readonly failures: number;
  ageInMs(): number;
}

export interface FailureTrackerOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly clock: Clock;
  readonly worker: WorkerId;
  /** Credentials come from a function: they may change. */
  readonly isDynamic: boolean;
}

/** What one process remembers of it. */
export interface FailureTracker {
  /** While it stands, nothing is asked. */
  readonly active: ActiveFailure | undefined;
  /** A refresh token is in doubt, or another worker was refused: nothing is asked in the background. */
  readonly isPaused: boolean;
  /** With the next one, in a row. */
  readonly nextFailureCount: number;
  /** A failure as everybody is to see it; not remembered yet. */
  create(failure: TokenFailure, phase: Phase, failures: number): ActiveFailure;
  /** When it is followed by another attempt. */
  retryAt(failure: TokenFailure, failures: number): number | undefined;
  record(trouble: ActiveFailure): AuthError;
  /** A credentials function that fails, or gives what does not suffice, is left alone like a token endpoint. */
  recordCredentialError(error: AuthError): AuthError;
  /** What the store says of it. @param now the store's time. */
  restore(hold: StoredFailure, now: number): AuthError;
  pause(lastsInMs: number): void;
  clear(): void;
}

/** How often a credentials function is asked whether refused credentials have changed. */
const askAgainInMs = 60_000;

export function createFailureTracker(options: FailureTrackerOptions): FailureTracker {
  const { vendor, schemeName, clock, worker, isDynamic } = options;
  let trouble: ActiveFailure | undefined;
  let pause: { readonly lastsInMs: number; readonly since: Stopwatch } | undefined;

  const toTrouble = (error: AuthError, lastsInMs: number | undefined, failures: number): ActiveFailure => ({
    error,
    lastsInMs,
    failures,
    ageInMs: createStopwatch(clock).elapsedInMs,
  });
  const endOf = (lastsInMs: number | undefined) => (lastsInMs === undefined ? undefined : clock.now() + lastsInMs);
  const nextFailures = () => (trouble?.failures ?? 0) + 1;
  const remember = (next: ActiveFailure): AuthError => {
    trouble = next;
    return next.error;
  };

  return {
    get active() {
      if (!trouble) return undefined;
      const lastsInMs = trouble.lastsInMs ?? (isDynamic ? askAgainInMs : Number.POSITIVE_INFINITY);
      return trouble.ageInMs() < lastsInMs ? trouble : undefined;
    },
    get isPaused() {
      return pause !== undefined && pause.since.elapsedInMs() < pause.lastsInMs;
    },
    get nextFailureCount() {
      return nextFailures();
    },
    create(failure, phase, failures) {
      const lastsInMs = holdInMs(failure, failures, worker.jitter);
      return toTrouble(toAuthError(vendor, failure, phase, schemeName, endOf(lastsInMs)), lastsInMs, failures);
    },
    retryAt: (failure, failures) => endOf(holdInMs(failure, failures, worker.jitter)),
    record: remember,
    recordCredentialError(error) {
      const failures = nextFailures();
      const lastsInMs = error.outcome === "transient" ? backOffInMs(failures, worker.jitter) : undefined;
      return remember(toTrouble(fromDetails(vendor, toDetails(error), endOf(lastsInMs)), lastsInMs, failures));
    },
    restore(hold, now) {
      const lastsInMs = hold.until === undefined ? undefined : hold.until - now;
      const same = lastsInMs === undefined && trouble?.error.retryAt === undefined ? trouble?.error : undefined;
      const error = same ?? fromDetails(vendor, hold.error, endOf(lastsInMs));
      return remember(toTrouble(error, lastsInMs, hold.failures));
    },
    pause(lastsInMs) {
      pause = { lastsInMs, since: createStopwatch(clock) };
    },
    clear() {
      trouble = undefined;
    },
  };
}

/** How long nothing is asked after this failure; `undefined`: until the credentials change. */
const holdInMs = (failure: TokenFailure, failures: number, jitter: number): number | undefined =>
  isFinal(failure) ? undefined : Math.max(failure.waitInMs ?? 0, backOffInMs(failures, jitter));

/** Repeating the same request with the same credentials can never succeed. */
const isFinal = ({ kind, outcome }: TokenFailure): boolean =>
  kind === "invalid_credentials" || outcome === "reauthentication_required";
