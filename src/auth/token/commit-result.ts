/** Commits the result of a token request. A granted token is in the store before any caller sees it. */
import type { Listener } from "../../events/events.ts";
import { CommitRefusedError, type HeldLease, LeaseLostError } from "../../store/lease.ts";
import { type StoreOperation, StoreOperationError } from "../../store/record-store.ts";
import { emptyRecord, withGrant, withHold } from "../../store/record-updates.ts";
import type { StoreErrorCode } from "../../store/store-error.ts";
import type { Clock } from "../../util/clock.ts";
import { storeKeyOf, type TokenIdentity } from "../credentials/token-identity.ts";
import { toDetails } from "../token-endpoint/token-failure.ts";
import type { CommitRetry } from "./commit-retry.ts";
import type { FailureStreak, FailureTracker } from "./failure-tracker.ts";
import type { RefreshResult } from "./refresh-or-sign-in.ts";
import type { RejectedTokens } from "./rejected-tokens.ts";
import type { CachedToken, TokenCache } from "./token-cache.ts";

export interface ResultCommitterOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly clock: Clock;
  readonly emit: Listener;
  readonly cache: TokenCache;
  readonly rejectedTokens: RejectedTokens;
  readonly failures: FailureTracker;
  readonly commitRetry: CommitRetry;
  /** @param reason `undefined`: the operation works again */
  readonly emitStoreEvent: (action: StoreOperation, reason: StoreErrorCode | undefined) => void;
}

/**
 * @param requested the identity that the token was requested for
 * @param previous the failures before this result
 * @throws AuthError for a failed result; LeaseLostError where another holder's record counts
 */
export type CommitResult = (
  result: RefreshResult,
  requested: TokenIdentity,
  previous: FailureStreak | undefined,
  lease: HeldLease,
) => Promise<CachedToken>;

type Granted = Extract<RefreshResult, { ok: true }>;
type Failed = Extract<RefreshResult, { ok: false }>;

export function createResultCommitter(options: ResultCommitterOptions): CommitResult {
  const { vendor, schemeName, clock, emit, cache, rejectedTokens, failures, commitRetry, emitStoreEvent } = options;

  async function commitFailure(
    result: Failed,
    requested: TokenIdentity,
    previous: FailureStreak | undefined,
    lease: HeldLease,
  ): Promise<never> {
    const failure = failures.create(result.failure, result.phase, previous);
    const until = lease.now() + failure.lastsInMs;
    const isSame = result.identity.fingerprint === requested.fingerprint;
    const record = isSame ? result.record : emptyRecord(requested.fingerprint);
    const hold = { until, failures: failure.failures, error: toDetails(failure.error) };
    const isKept = await lease.commit(withHold(record, hold)).catch(reasonOf);
    if (isKept === false) throw new CommitRefusedError();
    if (isKept !== true) emitStoreEvent("commit", isKept);
    throw failures.record(failure, until);
  }

  async function commitGrant(result: Granted, requested: TokenIdentity, lease: HeldLease): Promise<CachedToken> {
    const { token, record, identity } = result;
    const isSame = identity.fingerprint === requested.fingerprint;
    const cachedToken = cache.toCachedToken(token, lease.now());
    const grant = {
      cachedToken,
      record: withGrant(record, token),
      base: record.token,
      fence: isSame ? lease.snapshot.fence : 0,
      key: storeKeyOf(identity),
    };
    // Credentials that changed during the request have a record of their own: the token is written there, under that record's lease.
    const isKept = isSame ? await lease.commit(grant.record).catch(reasonOf) : false;
    if (isKept !== true) commitRetry.add(grant);
    if (isKept === false) throw isSame ? new CommitRefusedError() : new LeaseLostError();
    if (isKept !== true) {
      // The token is good, but lives in this process alone until the store takes it.
      emitStoreEvent("commit", isKept);
      commitRetry.retry().catch(() => {});
    }
    warnOfRefreshTokenExpiry(cachedToken, identity.key, lease.now());
    rejectedTokens.remove(token.accessToken);
    failures.clear();
    return cache.set(cachedToken);
  }

  function warnOfRefreshTokenExpiry({ token, windows }: CachedToken, key: string, storeNow: number): void {
    const { refreshExpiresAt, expiresAt } = token;
    if (refreshExpiresAt === undefined || refreshExpiresAt >= expiresAt - windows.advisoryInMs) return;
    const endsAt = clock.now() + refreshExpiresAt - storeNow;
    emit({ type: "refresh_token_expiring", vendor, scheme: schemeName, key, endsAt });
  }

  return async (result, requested, previous, lease) => {
    cache.identity = result.identity;
    return result.ok ? commitGrant(result, requested, lease) : commitFailure(result, requested, previous, lease);
  };
}

const reasonOf = (error: unknown): StoreErrorCode => (error instanceof StoreOperationError ? error.reason : "failed");
