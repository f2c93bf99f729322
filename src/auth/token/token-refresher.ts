/**
 * Performs one token refresh: reads the store, takes the lease, calls the token endpoint, and commits the result before any caller
 * sees it.
 *
 * | the refresh finds | result |
 * | --- | --- |
 * | another worker's newer token in the store (record-decision.ts) | that token is adopted, and nothing is sent |
 * | an active failure: a refusal, a throttle, a back-off slot | nothing is sent; a token that has not expired is served, otherwise all callers get the same error |
 * | all slots of the token endpoint in use (endpoint-semaphore.ts) | it waits for a slot before it takes the lease |
 * | another worker holds the lease | it waits for that worker, and reads the store again |
 * | the lease | the token request (refresh-or-sign-in.ts); its result is in the store before a caller sees it (commit-result.ts) |
 * | a refresh token whose use got no response | the access token serves until it expires; then the refresh token is used once more |
 * | the lease lost meanwhile | the other holder's record counts; where there is none, the result is written under a new lease |
 * | a store that does not take the result | the token serves, the commit is retried (commit-retry.ts), and no refresh token is used before |
 * | a store that refuses or forgets commits twice in a row | an event, and then as a store that fails |
 * | a store that fails | client credentials sign in for this process alone; a one-time refresh token is not used |
 */
import { AuthError } from "../../errors/auth-error.ts";
import type { RefreshTrigger } from "../../events/events.ts";
import {
  acquireLease,
  CommitRefusedError,
  type HeldLease,
  LeaseLostError,
  leaseDurationInMs,
} from "../../store/lease.ts";
import { type ParsedSnapshot, type RecordStore, StoreOperationError } from "../../store/record-store.ts";
import { emptyRecord } from "../../store/record-updates.ts";
import type { TokenRecord } from "../../store/token-record.ts";
import type { Snapshot } from "../../store/token-store.ts";
import { createStopwatch, sleep, type Stopwatch } from "../../util/clock.ts";
import type { Lifecycle } from "../../vendor.ts";
import { storeKeyOf, type TokenIdentity } from "../credentials/token-identity.ts";
import type { TokenClient } from "../token-endpoint/token-client.ts";
import { localFailure, type TokenFailure } from "../token-endpoint/token-failure.ts";
import { createResultCommitter, type ResultCommitterOptions } from "./commit-result.ts";
import { acquireEndpointSlot } from "./endpoint-semaphore.ts";
import { type FailureStreak, toStreak } from "./failure-tracker.ts";
import { decideFromRecord } from "./record-decision.ts";
import { type RefreshResult, refreshOrSignIn } from "./refresh-or-sign-in.ts";
import { maxShortWaits, maxStoreLosses, shortWaitInMs, shortWaitPauseInMs } from "./refresh-policy.ts";
import type { CachedToken } from "./token-cache.ts";
import type { WorkerId } from "./worker-id.ts";

export interface TokenRefresherOptions extends ResultCommitterOptions {
  readonly lifecycle: Lifecycle;
  readonly tokenClient: TokenClient;
  readonly endpoint: string;
  readonly worker: WorkerId;
  readonly deadlineInMs: number;
  readonly store: RecordStore;
  readonly closing: AbortSignal;
}

export interface TokenRefresher {
  /** Obtains a token from the store or the vendor. @param ignoresFailure asks even while a failure is active */
  refresh(trigger: RefreshTrigger, ignoresFailure?: boolean): Promise<CachedToken>;
  /** Changes the record outside a refresh. Where another worker holds the lease, or the store fails, the record stays as it is. */
  updateRecord(change: (record: TokenRecord) => TokenRecord): Promise<void>;
}

/** One run of `refresh`. */
interface RefreshRequest {
  readonly trigger: RefreshTrigger;
  readonly ignoresFailure: boolean;
  /** The access token that a forced refresh replaces. */
  superseded: string | undefined;
  readonly waited: Stopwatch;
}

export function createTokenRefresher(options: TokenRefresherOptions): TokenRefresher {
  const { vendor, schemeName, lifecycle, tokenClient, clock, emit, worker, deadlineInMs, endpoint } = options;
  const { store, cache, rejectedTokens, failures, commitRetry, emitStoreEvent, closing } = options;
  const commitResult = createResultCommitter(options);
  const maxWaitInMs = leaseDurationInMs(deadlineInMs) + deadlineInMs;
  /** The newest version of the record that was read: a store that returns an older one has lost commits. */
  let newest: { readonly key: string; readonly version: number } | undefined;
  /** The version that the last acknowledged commit of this worker replaced. */
  let committedOver: { readonly key: string; readonly version: number } | undefined;
  /** Acknowledged commits in a row that the store did not keep. */
  let losses = 0;

  async function refresh(trigger: RefreshTrigger, ignoresFailure = false): Promise<CachedToken> {
    const superseded = cache.current?.token.accessToken;
    const request = { trigger, ignoresFailure, superseded, waited: createStopwatch(clock) };
    const before = cache.identity?.fingerprint;
    const identity = await cache.resolveIdentity().catch((error: unknown) => {
      throw error instanceof AuthError ? failures.recordCredentialError(error) : error;
    });
    try {
      return await refreshThroughStore(identity, request);
    } catch (error) {
      const { message } = reportStoreError(error);
      const pending = commitRetry.grant;
      // A token was granted, though the store does not keep it. A forced refresh asks for another one.
      const isOld = trigger === "forced" && pending?.cachedToken.token.accessToken === superseded;
      if (!isOld && pending?.key === storeKeyOf(identity) && pending.cachedToken.remainingInMs() > 0) {
        commitRetry.retry().catch(() => {});
        failures.clear();
        return cache.set(pending.cachedToken);
      }
      const isKnown = before === identity.fingerprint;
      if (!lifecycle.rotates) return refreshWithoutStore(identity, request, isKnown);
      throw recordLocalFailure(`${message}; a one-time refresh token is not used without the store; fix the store`);
    }
  }

  async function refreshThroughStore(first: TokenIdentity, request: RefreshRequest): Promise<CachedToken> {
    /** Since the lease was first found with another worker: a host may sleep before that. */
    let waited: Stopwatch | undefined;
    let refusals = 0;
    let shortWaits = 0;
    for (let identity = first; ; identity = cache.identity ?? identity) {
      closing.throwIfAborted();
      const key = storeKeyOf(identity);
      const snapshot = await store.read(key);
      trackVersion(key, snapshot.version);
      assertKept(key, snapshot.version);
      // Without a cached token, a forced refresh replaces the token in the store.
      request.superseded ??= snapshot.record?.token?.accessToken;
      const known = commitRetry.isStillPending(key, snapshot.record)
        ? undefined
        : applyRecord(snapshot, identity, request);
      if (known) return known;
      const releaseSlot = await acquireEndpointSlot(endpoint, closing);
      try {
        const lease = await acquireLeaseFor(identity);
        if (lease) return await refreshUnderLease(lease, identity, request);
      } catch (error) {
        if (!(error instanceof LeaseLostError)) throw error;
        if (error instanceof CommitRefusedError) refusals += 1;
        if (refusals >= maxStoreLosses) throw new StoreOperationError("commit", "lost");
        continue;
      } finally {
        releaseSlot();
      }
      waited ??= createStopwatch(clock);
      const remainingInMs = maxWaitInMs - waited.elapsedInMs();
      if (remainingInMs <= 0) {
        throw recordLocalFailure("another worker's refresh did not finish in time; check whether that worker hangs");
      }
      const sinceWait = createStopwatch(clock);
      await store.wait(key, snapshot.version, remainingInMs, closing);
      if (sinceWait.elapsedInMs() < shortWaitInMs) shortWaits += 1;
      if (shortWaits > maxShortWaits) await sleep(clock, shortWaitPauseInMs, closing);
    }
  }

  /** Throws where the store has lost what it acknowledged, at the second loss in a row: a store may be emptied once. */
  function assertKept(key: string, version: number): void {
    if (committedOver?.key !== key) return;
    const isLost = version <= committedOver.version;
    committedOver = undefined;
    losses = isLost ? losses + 1 : 0;
    if (losses >= maxStoreLosses) throw new StoreOperationError("commit", "lost");
  }

  const acquireLeaseFor = (identity: TokenIdentity) =>
    acquireLease(store, { key: storeKeyOf(identity), owner: worker.owner, deadlineInMs, clock });

  const recordOf = (identity: TokenIdentity, found: TokenRecord | undefined): TokenRecord =>
    found?.fingerprint === identity.fingerprint ? found : emptyRecord(identity.fingerprint);

  /** Emits an event for a failure of the store. @throws every other error */
  function reportStoreError(error: unknown): StoreOperationError {
    if (!(error instanceof StoreOperationError)) throw error;
    emitStoreEvent(error.action, error.reason);
    return error;
  }

  const recordLocalFailure = (message: string): AuthError =>
    failures.record(failures.create(localFailure(message), "obtain", failures.last));

  /** Tells whether the store returned an older version than before, so that it may no longer know that a refresh token was used. */
  function trackVersion(key: string, version: number): boolean {
    const isOld = newest?.key === key && version < newest.version;
    if (!isOld) newest = { key, version };
    return isOld;
  }

  /** Returns the record's token where it serves, throws its active failure, or returns `undefined`. */
  function applyRecord(
    snapshot: ParsedSnapshot<Snapshot>,
    { key, fingerprint }: TokenIdentity,
    request: RefreshRequest,
  ): CachedToken | undefined {
    const { trigger, ignoresFailure, superseded, waited } = request;
    const { current, toCachedToken } = cache;
    const isRejected = rejectedTokens.has;
    const input = { trigger, ignoresFailure, superseded, fingerprint, cached: current, toCachedToken, isRejected };
    const decision = decideFromRecord(snapshot, input);
    if (decision.type === "none") return undefined;
    if (decision.type === "failure") throw failures.restore(decision.hold, snapshot.now);
    // While a token serves beside a failure or a doubt, the store is read again after a pause, not at every call.
    failures.pause(Math.min(decision.pauseInMs, maxWaitInMs));
    if (decision.isNew) {
      decision.token.isAdopted = true;
      failures.clear();
      emit({ type: "adoption", vendor, scheme: schemeName, key, trigger, waitedInMs: waited.elapsedInMs() });
    }
    return cache.set(decision.token);
  }

  async function refreshUnderLease(
    lease: HeldLease,
    identity: TokenIdentity,
    request: RefreshRequest,
  ): Promise<CachedToken> {
    const { snapshot } = lease;
    const key = storeKeyOf(identity);
    try {
      const isOld = trackVersion(key, snapshot.version);
      if (commitRetry.isStillPending(key, snapshot.record)) {
        await commitRetry.commitUnder(lease);
        // The record is read again and decided on like any other worker's: by its age.
        throw new LeaseLostError();
      }
      const known = applyRecord(snapshot, identity, request);
      if (known) return known;
      const record = recordOf(identity, snapshot.record);
      const previous = toStreak(record.hold);
      const mayBeStale = isOld || snapshot.mayBeStale === true;
      const result = await requestUnderLease({ record, mayBeStale }, identity, request, previous, lease);
      const cachedToken = await commitResult(result, identity, previous, lease);
      if (commitRetry.grant === undefined) committedOver = { key, version: snapshot.version };
      return cachedToken;
    } finally {
      // With a token that is not in the store, the lease is kept as long as it lasts: the refresh token that others read is used up.
      const { grant } = commitRetry;
      if (grant?.key !== key || grant.fence !== snapshot.fence) await lease.release().catch(() => {});
    }
  }

  /**
   * Sends nothing once the client is closed; a request that was sent is finished.
   *
   * @param lease `undefined`: the token is for this process alone
   */
  async function requestUnderLease(
    found: { readonly record: TokenRecord; readonly mayBeStale?: boolean },
    identity: TokenIdentity,
    { trigger, waited }: RefreshRequest,
    previous: FailureStreak | undefined,
    lease: HeldLease | undefined,
  ): Promise<RefreshResult> {
    closing.throwIfAborted();
    const storeNow = () => lease?.now() ?? clock.now();
    const retryAt = (failure: TokenFailure) => failures.retryAt(failure, previous);
    return refreshOrSignIn(
      { ...found, identity, trigger, storeNow, waitedInMs: waited.elapsedInMs, retryAt },
      {
        lifecycle,
        tokenClient,
        resolveIdentityAgain: cache.resolveIdentity,
        save: async (record) => lease?.save(record),
        assertTimeLeft: () => lease?.assertTimeLeft(),
      },
    );
  }

  /**
   * Signs in for this process alone, held back by its own memory of failures.
   *
   * @param isKnown the credentials are those of the last refresh
   */
  async function refreshWithoutStore(
    identity: TokenIdentity,
    request: RefreshRequest,
    isKnown: boolean,
  ): Promise<CachedToken> {
    const { last } = failures;
    if (isKnown && !request.ignoresFailure && last && last.remainingInMs() > 0) throw failures.record(last);
    const releaseSlot = await acquireEndpointSlot(endpoint, closing);
    try {
      const found = { record: emptyRecord(identity.fingerprint) };
      const result = await requestUnderLease(found, identity, request, last, undefined);
      if (!result.ok) throw failures.record(failures.create(result.failure, result.phase, last));
      failures.clear();
      return cache.set(cache.toCachedToken(result.token, clock.now()));
    } finally {
      releaseSlot();
    }
  }

  return {
    refresh,
    async updateRecord(change) {
      const identity = cache.identity ?? (await cache.resolveIdentity());
      try {
        const lease = await acquireLeaseFor(identity);
        await lease?.commit(change(recordOf(identity, lease.snapshot.record)));
      } catch (error) {
        reportStoreError(error);
      }
    },
  };
}
