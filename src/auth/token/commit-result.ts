/** What becomes of an exchange's result. Durable before visible: what was granted is in the store before a caller sees it. */
import type { Clock } from "../../util/clock.ts";
import type { Listener } from "../../events/events.ts";
import { type StoreOperation, StoreOperationError } from "../../store/record-store.ts";
import type { StoredToken } from "../../store/token-record.ts";
import type { StoreErrorCode } from "../../store/store-error.ts";
import type { RefreshResult } from "./refresh-or-sign-in.ts";
import type { TokenCache } from "./token-cache.ts";
import type { CachedToken } from "./held-token.ts";
import { type TokenIdentity, storeKeyOf } from "../credentials/token-identity.ts";
import { type HeldLease, LeaseLostError } from "../../store/lease.ts";
import { emptyRecord, withGrant, withHold } from "../../store/record-updates.ts";
import type { RejectedTokens } from "./rejected-tokens.ts";
import { toDetails } from "../token-endpoint/token-failure.ts";
import type { FailureTracker } from "./failure-tracker.ts";
import type { CommitRetry } from "./commit-retry.ts";

export interface ResultCommitterOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly clock: Clock;
  readonly emit: Listener;
  readonly cache: TokenCache;
  readonly rejectedTokens: RejectedTokens;
  readonly failures: FailureTracker;
  readonly commitRetry: CommitRetry;
  /** @param reason none: it works again. */
  readonly emitStoreEvent: (action: StoreOperation, reason: StoreErrorCode | undefined) => void;
}

/** @param failures in a row, were this one. @throws LeaseLost where the record under another holder is the truth. */
export type CommitResult = (
  result: RefreshResult,
  asked: TokenIdentity,
  failures: number,
  lease: HeldLease,
) => Promise<CachedToken>;

export function createResultCommitter(options: ResultCommitterOptions): CommitResult {
  const {
    vendor,
    schemeName,
    clock,
    emit,
    cache: hand,
    rejectedTokens: rejections,
    failures: trouble,
    commitRetry: unsaved,
    emitStoreEvent: tellOfStore,
  } = options;

  type Of<Ok extends boolean> = Extract<RefreshResult, { ok: Ok }>;

  async function landFailure(
    result: Of<false>,
    isSame: boolean,
    asked: TokenIdentity,
    failures: number,
    lease: HeldLease,
  ) {
    const next = trouble.create(result.failure, result.phase, failures);
    const until = next.lastsInMs === undefined ? {} : { until: lease.now() + next.lastsInMs };
    const record = isSame ? result.record : emptyRecord(asked.fingerprint);
    const hold = { failures, error: toDetails(next.error), ...until };
    const isKept = await lease.commit(withHold(record, hold)).catch(reasonOf);
    if (isKept === false) throw new LeaseLostError();
    if (isKept !== true) tellOfStore("commit", isKept);
    return trouble.record(next);
  }

  async function landGrant(
    { token, record, identity: who }: Of<true>,
    isSame: boolean,
    lease: HeldLease,
  ): Promise<CachedToken> {
    const grant = {
      record: withGrant(record, token),
      base: record.token,
      fence: isSame ? lease.snapshot.fence : 0,
      key: storeKeyOf(who),
    };
    const mine = hand.toCachedToken(token, lease.now());
    // Credentials that were asked anew have a record of their own: the grant goes there, under its lease.
    const isKept = isSame ? await lease.commit(grant.record).catch(reasonOf) : false;
    if (isKept !== true) unsaved.add({ ...grant, isReported: isKept !== false });
    if (isKept === false) throw new LeaseLostError();
    if (isKept !== true) {
      // Alarm: the token is good, and lives in this process alone until the store takes it.
      tellOfStore("commit", isKept);
      unsaved.retry().catch(() => {});
    }
    warnOfEnd(token, mine, who.key, lease.now());
    rejections.remove(token.accessToken);
    trouble.clear();
    return hand.set(mine);
  }

  function warnOfEnd(
    { refreshExpiresAt, expiresAt }: StoredToken,
    { windows }: CachedToken,
    key: string,
    storeNow: number,
  ): void {
    if (refreshExpiresAt === undefined || refreshExpiresAt >= expiresAt - windows.advisoryInMs) return;
    const endsAt = clock.now() + refreshExpiresAt - storeNow;
    emit({ type: "refresh_token_expiring", vendor, scheme: schemeName, key, endsAt });
  }

  return async (result, asked, failures, lease) => {
    const { identity: who } = result;
    const isSame = who.fingerprint === asked.fingerprint;
    hand.identity = who;
    if (result.ok) return landGrant(result, isSame, lease);
    throw await landFailure(result, isSame, asked, failures, lease);
  };
}

const reasonOf = (error: unknown): StoreErrorCode => (error instanceof StoreOperationError ? error.reason : "failed");
