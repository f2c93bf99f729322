/**
 * Remembers the last token endpoint failure and when the next attempt is allowed: after `Retry-After`, a back-off slot or the pause
 * after a refusal, or when the credentials change (refresh-policy.ts). All callers get the same error object.
 */
import type { AuthError } from "../../errors/auth-error.ts";
import type { StoredFailure } from "../../store/token-record.ts";
import { type Clock, createStopwatch, type Stopwatch } from "../../util/clock.ts";
import type { Phase } from "../../vendor.ts";
import { fromDetails, isRefusal, type TokenFailure, toAuthError, toDetails } from "../token-endpoint/token-failure.ts";
import { backOffInMs, refusalPauseInMs, refusalRecheckInMs } from "./refresh-policy.ts";
import type { WorkerId } from "./worker-id.ts";

/** Failures of one sort in a row: refusals, or others. */
export interface FailureStreak {
  readonly failures: number;
  readonly isRefusal: boolean;
}

export interface ActiveFailure extends FailureStreak {
  readonly error: AuthError;
  readonly lastsInMs: number;
  /** Milliseconds until the next attempt is allowed. */
  remainingInMs(): number;
}

export interface FailureTrackerOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly clock: Clock;
  readonly worker: WorkerId;
}

export interface FailureTracker {
  /** The failure that forbids token requests at the moment. */
  readonly active: ActiveFailure | undefined;
  /** No background refresh at the moment: a refresh token is in doubt, or another worker's attempt failed. */
  readonly isPaused: boolean;
  /** The last failure, even where its pause is over, or credentials may have changed since. */
  readonly last: ActiveFailure | undefined;
  /** Makes a failure as callers will see it, without recording it. @param previous the failures before it */
  create(failure: TokenFailure, phase: Phase, previous: FailureStreak | undefined): ActiveFailure;
  /** Returns when the next attempt after this failure is allowed. */
  retryAt(failure: TokenFailure, previous: FailureStreak | undefined): number;
  /** @param until the end of its pause in the store's time, where the store holds it */
  record(failure: ActiveFailure, until?: number): AuthError;
  /** Records that a credentials function failed or returned too little; it gets a back-off slot like a token endpoint. */
  recordCredentialError(error: AuthError): AuthError;
  /** Records a failure that the store holds. @param now the store's time */
  restore(hold: ActiveHold, now: number): AuthError;
  pause(lastsInMs: number): void;
  clear(): void;
}

/** A failure in the store whose pause is not over. */
export type ActiveHold = StoredFailure & { readonly until: number };

export const toStreak = (hold: StoredFailure | undefined): FailureStreak | undefined =>
  hold && {
    failures: hold.failures,
    isRefusal: isRefusal({ kind: hold.error.kind, outcome: hold.error.outcome }),
  };

export function createFailureTracker(options: FailureTrackerOptions): FailureTracker {
  const { vendor, schemeName, clock, worker } = options;
  let last: ActiveFailure | undefined;
  let lastUntil: number | undefined;
  /** Since the failure was recorded here: another process may have lifted a refusal, and credentials may have changed. */
  let checked: Stopwatch = createStopwatch(clock);
  let pause: { readonly lastsInMs: number; readonly since: Stopwatch } | undefined;

  function toActiveFailure(error: AuthError, lastsInMs: number, failures: number): ActiveFailure {
    const since = createStopwatch(clock);
    const remainingInMs = () => lastsInMs - since.elapsedInMs();
    return { error, lastsInMs, failures, isRefusal: isRefusal(error), remainingInMs };
  }

  const record = (failure: ActiveFailure, until?: number): AuthError => {
    last = failure;
    lastUntil = until;
    checked = createStopwatch(clock);
    return failure.error;
  };

  return {
    get active() {
      if (!last || last.remainingInMs() <= 0) return undefined;
      return last.isRefusal && checked.elapsedInMs() >= refusalRecheckInMs ? undefined : last;
    },
    get isPaused() {
      return pause !== undefined && pause.since.elapsedInMs() < pause.lastsInMs;
    },
    get last() {
      return last;
    },
    create(failure, phase, previous) {
      const failures = countOf(failure, previous);
      const lastsInMs = pauseInMs(failure, failures, worker.jitter);
      const now = clock.now();
      const remembered = isRefusal(failure) ? remember(failure, now, lastsInMs) : failure;
      return toActiveFailure(toAuthError(vendor, remembered, phase, schemeName, now + lastsInMs), lastsInMs, failures);
    },
    retryAt: (failure, previous) => clock.now() + pauseInMs(failure, countOf(failure, previous), worker.jitter),
    record,
    recordCredentialError(error) {
      const failures = countOf(error, last);
      const lastsInMs = pauseInMs(error, failures, worker.jitter);
      return record(
        toActiveFailure(fromDetails(vendor, toDetails(error), clock.now() + lastsInMs), lastsInMs, failures),
      );
    },
    restore(hold, now) {
      const lastsInMs = hold.until - now;
      // A failure that is known already keeps its error: who waited for it, waits for it still.
      const known = lastUntil === hold.until ? last?.error : undefined;
      const error = known ?? fromDetails(vendor, hold.error, clock.now() + lastsInMs);
      return record(toActiveFailure(error, lastsInMs, hold.failures), hold.until);
    },
    pause(lastsInMs) {
      pause = { lastsInMs, since: createStopwatch(clock) };
    },
    clear() {
      last = undefined;
      lastUntil = undefined;
    },
  };
}

type FailureSort = Pick<TokenFailure, "kind" | "outcome"> & { readonly waitInMs?: number | undefined };

/** A refusal after an outage is the first of its row, and so is an outage after a refusal. */
const countOf = (failure: FailureSort, previous: FailureStreak | undefined): number =>
  previous?.isRefusal === isRefusal(failure) ? previous.failures + 1 : 1;

/** How long no token request is sent after this failure. */
const pauseInMs = (failure: FailureSort, failures: number, jitter: number): number =>
  isRefusal(failure) ? refusalPauseInMs(failures) : Math.max(failure.waitInMs ?? 0, backOffInMs(failures, jitter));

function remember(failure: TokenFailure, now: number, lastsInMs: number): TokenFailure {
  const [since, until] = [now, now + lastsInMs].map((at) => new Date(at).toISOString());
  const message = `${failure.message}; remembered since ${since}, until ${until}. Call client.auth.refresh() to try now`;
  return { ...failure, message };
}
