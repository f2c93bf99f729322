/**
 * Remembers the last token endpoint failure and when the next attempt is allowed: after `Retry-After` or a back-off slot, or when the
 * credentials change (refresh-policy.ts). All callers get the same error object.
 */
import type { AuthError } from "../../errors/auth-error.ts";
import type { StoredFailure } from "../../store/token-record.ts";
import { type Clock, createStopwatch, type Stopwatch } from "../../util/clock.ts";
import type { Phase } from "../../vendor.ts";
import { fromDetails, type TokenFailure, toAuthError, toDetails } from "../token-endpoint/token-failure.ts";
import { backOffInMs, credentialRecheckInMs } from "./refresh-policy.ts";
import type { WorkerId } from "./worker-id.ts";

export interface ActiveFailure {
  readonly error: AuthError;
  /** `undefined`: until the credentials change. */
  readonly lastsInMs: number | undefined;
  /** Failures in a row. */
  readonly failures: number;
  ageInMs(): number;
}

export interface FailureTrackerOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly clock: Clock;
  readonly worker: WorkerId;
  /** The credentials come from a function, so they may change. */
  readonly isDynamic: boolean;
}

export interface FailureTracker {
  /** The failure that forbids token requests at the moment. */
  readonly active: ActiveFailure | undefined;
  /** No background refresh at the moment: a refresh token is in doubt, or another worker's attempt failed. */
  readonly isPaused: boolean;
  /** The number of failures in a row, with the next one. */
  readonly nextFailureCount: number;
  /** Makes a failure as callers will see it, without recording it. */
  create(failure: TokenFailure, phase: Phase, failures: number): ActiveFailure;
  /** Returns when the next attempt after this failure is allowed. */
  retryAt(failure: TokenFailure, failures: number): number | undefined;
  record(failure: ActiveFailure): AuthError;
  /** Records that a credentials function failed or returned too little; it gets a back-off slot like a token endpoint. */
  recordCredentialError(error: AuthError): AuthError;
  /** Records a failure that the store holds. @param now the store's time */
  restore(hold: StoredFailure, now: number): AuthError;
  pause(lastsInMs: number): void;
  clear(): void;
}

export function createFailureTracker(options: FailureTrackerOptions): FailureTracker {
  const { vendor, schemeName, clock, worker, isDynamic } = options;
  let last: ActiveFailure | undefined;
  let pause: { readonly lastsInMs: number; readonly since: Stopwatch } | undefined;

  const toActiveFailure = (error: AuthError, lastsInMs: number | undefined, failures: number): ActiveFailure => ({
    error,
    lastsInMs,
    failures,
    ageInMs: createStopwatch(clock).elapsedInMs,
  });
  const endOf = (lastsInMs: number | undefined) => (lastsInMs === undefined ? undefined : clock.now() + lastsInMs);
  const nextFailureCount = () => (last?.failures ?? 0) + 1;
  const record = (failure: ActiveFailure): AuthError => {
    last = failure;
    return failure.error;
  };

  return {
    get active() {
      if (!last) return undefined;
      const lastsInMs = last.lastsInMs ?? (isDynamic ? credentialRecheckInMs : Number.POSITIVE_INFINITY);
      return last.ageInMs() < lastsInMs ? last : undefined;
    },
    get isPaused() {
      return pause !== undefined && pause.since.elapsedInMs() < pause.lastsInMs;
    },
    get nextFailureCount() {
      return nextFailureCount();
    },
    create(failure, phase, failures) {
      const lastsInMs = holdInMs(failure, failures, worker.jitter);
      return toActiveFailure(toAuthError(vendor, failure, phase, schemeName, endOf(lastsInMs)), lastsInMs, failures);
    },
    retryAt: (failure, failures) => endOf(holdInMs(failure, failures, worker.jitter)),
    record,
    recordCredentialError(error) {
      const failures = nextFailureCount();
      const lastsInMs = error.outcome === "transient" ? backOffInMs(failures, worker.jitter) : undefined;
      return record(toActiveFailure(fromDetails(vendor, toDetails(error), endOf(lastsInMs)), lastsInMs, failures));
    },
    restore(hold, now) {
      const lastsInMs = hold.until === undefined ? undefined : hold.until - now;
      const known = lastsInMs === undefined && last?.error.retryAt === undefined ? last?.error : undefined;
      const error = known ?? fromDetails(vendor, hold.error, endOf(lastsInMs));
      return record(toActiveFailure(error, lastsInMs, hold.failures));
    },
    pause(lastsInMs) {
      pause = { lastsInMs, since: createStopwatch(clock) };
    },
    clear() {
      last = undefined;
    },
  };
}

/** How long no token request is sent after this failure; `undefined`: until the credentials change. */
const holdInMs = (failure: TokenFailure, failures: number, jitter: number): number | undefined =>
  isFinal(failure) ? undefined : Math.max(failure.waitInMs ?? 0, backOffInMs(failures, jitter));

/** The same request with the same credentials can never succeed. */
const isFinal = ({ kind, outcome }: TokenFailure): boolean =>
  kind === "invalid_credentials" || outcome === "reauthentication_required";
