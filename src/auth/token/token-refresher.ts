/**
 * What the one refresh does, through the store.
 *
 * | the one refresh finds | then |
 * | --- | --- |
 * | another worker's newer token in the store (verdict.ts) | that is adopted, and nothing is sent |
 * | a standing refusal, a throttle, a back-off slot | nothing is sent; a token still good is served, else everybody gets the same error |
 * | too many others at the token endpoint | it waits for its turn (gate.ts), before it takes the lease |
 * | a refresh token that a worker was about to spend when it vanished | the token serves while it is good; then one more attempt, marked |
 * | the lease taken | it waits for the holder, and looks again |
 * | the lease | the exchange (exchange.ts); its result is in the store before a caller sees it (landing.ts) |
 * | the lease lost meanwhile | what another holder wrote is the truth; where nobody did, the result is written under a new lease |
 * | the result, and a store that will not take it | the token serves, the commit is tried again (unsaved.ts), and no refresh token is spent before |
 * | no store | client credentials sign in for this process alone; a one-time refresh token is not spent |
 */
import { createStopwatch, type Stopwatch } from "../../util/clock.ts";
import { AuthError } from "../../errors/auth-error.ts";
import type { RefreshTrigger } from "../../events/events.ts";
import { StoreOperationError } from "../../store/record-store.ts";
import type { Snapshot } from "../../store/token-store.ts";
import type { TokenRecord } from "../../store/token-record.ts";
import type { ParsedSnapshot, RecordStore } from "../../store/record-store.ts";
import type { Lifecycle } from "../../vendor.ts";
import type { TokenClient } from "../token-endpoint/token-client.ts";
import { type RefreshResult, refreshOrSignIn } from "./refresh-or-sign-in.ts";
import { acquireEndpointSlot } from "./endpoint-semaphore.ts";
import type { CachedToken } from "./held-token.ts";
import { type TokenIdentity, storeKeyOf } from "../credentials/token-identity.ts";
import { createResultCommitter, type ResultCommitterOptions } from "./commit-result.ts";
import { type HeldLease, LeaseLostError, leaseDurationInMs, acquireLease } from "../../store/lease.ts";
import { emptyRecord } from "../../store/record-updates.ts";
import { localFailure, type TokenFailure } from "../token-endpoint/token-failure.ts";
import { decideFromRecord } from "./record-decision.ts";
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
  /** A token: the store's, or the vendor's. */
  refresh(trigger: RefreshTrigger): Promise<CachedToken>;
  /** Changes the record outside a refresh. Where another worker holds the lease, or the store fails, its record stands. */
  updateRecord(change: (record: TokenRecord) => TokenRecord): Promise<void>;
}

/** Why a flight set out. */
interface RefreshRequest {
  readonly trigger: RefreshTrigger;
  /** What a forced refresh is to replace. */
  superseded: string | undefined;
  readonly waited: Stopwatch;
}

export function createTokenRefresher(options: TokenRefresherOptions): TokenRefresher {
  const { vendor, schemeName, lifecycle, tokenClient: asker, clock, emit, worker, deadlineInMs, endpoint } = options;
  const {
    store,
    cache: hand,
    rejectedTokens: rejections,
    failures: trouble,
    commitRetry: unsaved,
    emitStoreEvent: tellOfStore,
    closing,
  } = options;
  const land = createResultCommitter(options);
  const patienceInMs = leaseDurationInMs(deadlineInMs) + deadlineInMs;
  /** The newest version of the record that was seen: a store that shows an older one has lost commits. */
  let newest: { readonly key: string; readonly version: number } | undefined;

  async function bring(trigger: RefreshTrigger): Promise<CachedToken> {
    const errand = { trigger, superseded: hand.current?.token.accessToken, waited: createStopwatch(clock) };
    const who = await hand.resolveIdentity().catch((error: unknown) => {
      throw error instanceof AuthError ? trouble.recordCredentialError(error) : error;
    });
    try {
      return await bringThroughStore(who, errand);
    } catch (error) {
      const { message } = tellOf(error);
      if (!lifecycle.rotates) return bringAlone(who, errand);
      throw failHere(`${message}, and a one-time refresh token is not spent without it; fix the store`);
    }
  }

  async function bringThroughStore(first: TokenIdentity, errand: RefreshRequest): Promise<CachedToken> {
    for (let who = first; ; who = hand.identity ?? who) {
      closing.throwIfAborted();
      const key = storeKeyOf(who);
      const snapshot = await store.read(key);
      noteVersion(key, snapshot.version);
      // With none at hand, a forced refresh is to replace what the store holds.
      errand.superseded ??= snapshot.record?.token?.accessToken;
      const known = unsaved.isStillPending(key, snapshot.record) ? undefined : take(snapshot, who, errand);
      if (known) return known;
      const left = patienceInMs - errand.waited.elapsedInMs();
      if (left <= 0) throw failHere("another worker holds the refresh and does not finish; it is tried again later");
      const leave = await acquireEndpointSlot(endpoint, closing);
      try {
        const lease = await leaseOf(who);
        if (lease) return await underLease(lease, who, errand);
      } catch (error) {
        if (!(error instanceof LeaseLostError)) throw error;
        continue;
      } finally {
        leave();
      }
      await store.wait(key, snapshot.version, left, closing);
    }
  }

  const leaseOf = (who: TokenIdentity) =>
    acquireLease(store, { key: storeKeyOf(who), owner: worker.owner, deadlineInMs, clock });

  const recordOf = (who: TokenIdentity, found: TokenRecord | undefined): TokenRecord =>
    found?.fingerprint === who.fingerprint ? found : emptyRecord(who.fingerprint);

  /** @throws whatever is no failure of the store */
  function tellOf(error: unknown): StoreOperationError {
    if (!(error instanceof StoreOperationError)) throw error;
    tellOfStore(error.action, error.reason);
    return error;
  }

  const failHere = (message: string): AuthError =>
    trouble.record(trouble.create(localFailure(message), "obtain", trouble.nextFailureCount));

  /** Whether the store may have lost the news that the record's refresh token is spent: it shows less than it did. */
  function noteVersion(key: string, version: number): boolean {
    const isOld = newest?.key === key && version < newest.version;
    if (!isOld) newest = { key, version };
    return isOld;
  }

  /** What a record gives is taken: its token, its refusal (thrown), or nothing. */
  function take(
    snapshot: ParsedSnapshot<Snapshot>,
    { key, fingerprint }: TokenIdentity,
    errand: RefreshRequest,
  ): CachedToken | undefined {
    const { trigger, waited } = errand;
    const { current: held, toCachedToken: weigh } = hand;
    const verdict = decideFromRecord(snapshot, {
      ...errand,
      fingerprint,
      cached: held,
      toCachedToken: weigh,
      isRejected: rejections.has,
    });
    if (verdict.gives === "nothing") return undefined;
    if (verdict.gives === "refusal") throw trouble.restore(verdict.hold, snapshot.now);
    // Who serves it beside a doubt or a refusal looks again after a while: not at every call.
    trouble.pause(Math.min(verdict.pauseInMs, patienceInMs));
    if (verdict.isNew) {
      trouble.clear();
      emit({ type: "adoption", vendor, scheme: schemeName, key, trigger, waitedInMs: waited.elapsedInMs() });
    }
    return hand.set(verdict.token);
  }

  async function underLease(lease: HeldLease, who: TokenIdentity, errand: RefreshRequest): Promise<CachedToken> {
    const { snapshot } = lease;
    const key = storeKeyOf(who);
    try {
      const isOld = noteVersion(key, snapshot.version);
      if (unsaved.isStillPending(key, snapshot.record)) {
        await unsaved.commitUnder(lease);
        // Read again, as any other worker's, it is judged by its age.
        throw new LeaseLostError();
      }
      const known = take(snapshot, who, errand);
      if (known) return known;
      const record = recordOf(who, snapshot.record);
      const failures = (record.hold?.failures ?? 0) + 1;
      const mayBeStale = isOld || snapshot.mayBeStale === true;
      const result = await trade({ record, mayBeStale }, who, errand, failures, lease);
      return await land(result, who, failures, lease);
    } finally {
      // Who could not write its grant down keeps the others out as long as it can: their refresh token is spent.
      const { grant } = unsaved;
      if (grant?.key !== key || grant.fence !== snapshot.fence) await lease.release().catch(() => {});
    }
  }

  /** Nothing is sent once the client is closed; what was sent is seen through. @param lease none: for this process alone. */
  function trade(
    found: { readonly record: TokenRecord; readonly mayBeStale?: boolean },
    who: TokenIdentity,
    { trigger, waited }: RefreshRequest,
    failures: number,
    lease: HeldLease | undefined,
  ): Promise<RefreshResult> {
    closing.throwIfAborted();
    const storeNow = () => lease?.now() ?? clock.now();
    const retryAt = (failure: TokenFailure) => trouble.retryAt(failure, failures);
    return refreshOrSignIn(
      { ...found, identity: who, trigger, storeNow, waitedInMs: waited.elapsedInMs, retryAt },
      {
        lifecycle,
        tokenClient: asker,
        identifyAgain: hand.resolveIdentity,
        save: async (intended) => lease?.save(intended),
        check: () => lease?.assertTimeLeft(),
      },
    );
  }

  /** Without a store: a sign-in for this process, held back by the same memory of failures. */
  async function bringAlone(who: TokenIdentity, errand: RefreshRequest): Promise<CachedToken> {
    const leave = await acquireEndpointSlot(endpoint, closing);
    try {
      const { nextFailureCount: failures } = trouble;
      const result = await trade({ record: emptyRecord(who.fingerprint) }, who, errand, failures, undefined);
      if (!result.ok) throw trouble.record(trouble.create(result.failure, result.phase, failures));
      trouble.clear();
      return hand.set(hand.toCachedToken(result.token, clock.now()));
    } finally {
      leave();
    }
  }

  return {
    refresh: bring,
    async updateRecord(change) {
      const who = hand.identity ?? (await hand.resolveIdentity());
      try {
        const lease = await leaseOf(who);
        await lease?.commit(change(recordOf(who, lease.snapshot.record)));
      } catch (error) {
        tellOf(error);
      }
    },
  };
}
