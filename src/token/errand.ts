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
import { createStopwatch, type Stopwatch } from "../clock.ts";
import { AuthError } from "../errors/auth-error.ts";
import type { RefreshTrigger } from "../events/events.ts";
import { StoreFailure } from "../store/guarded-store.ts";
import type { Snapshot } from "../store/protocol.ts";
import type { TokenRecord } from "../store/record.ts";
import type { Read, RecordStore } from "../store/record-store.ts";
import type { Lifecycle } from "../vendor.ts";
import type { Asker } from "./asker.ts";
import { type Exchanged, exchange } from "./exchange.ts";
import { passGate } from "./gate.ts";
import type { HeldToken } from "./held-token.ts";
import { type Identity, recordKey } from "./identity.ts";
import { createLanding, type LandingOptions } from "./landing.ts";
import { type HeldLease, LeaseLost, leaseInMs, takeLease } from "./lease.ts";
import { emptyRecord } from "./records.ts";
import { localFailure, type TokenFailure } from "./token-error.ts";
import { judge } from "./verdict.ts";
import type { Worker } from "./worker.ts";

export interface ErrandOptions extends LandingOptions {
  readonly lifecycle: Lifecycle;
  readonly asker: Asker;
  readonly endpoint: string;
  readonly worker: Worker;
  readonly deadlineInMs: number;
  readonly store: RecordStore;
  readonly closing: AbortSignal;
}

export interface Errands {
  /** A token: the store's, or the vendor's. */
  bring(trigger: RefreshTrigger): Promise<HeldToken>;
  /** Changes the record outside a refresh. Where another worker holds the lease, or the store fails, its record stands. */
  amend(change: (record: TokenRecord) => TokenRecord): Promise<void>;
}

/** Why a flight set out. */
interface Errand {
  readonly trigger: RefreshTrigger;
  /** What a forced refresh is to replace. */
  superseded: string | undefined;
  readonly waited: Stopwatch;
}

export function createErrands(options: ErrandOptions): Errands {
  const { vendor, schemeName, lifecycle, asker, clock, emit, worker, deadlineInMs, endpoint } = options;
  const { store, hand, rejections, trouble, unsaved, tellOfStore, closing } = options;
  const land = createLanding(options);
  const patienceInMs = leaseInMs(deadlineInMs) + deadlineInMs;
  /** The newest version of the record that was seen: a store that shows an older one has lost commits. */
  let newest: { readonly key: string; readonly version: number } | undefined;

  async function bring(trigger: RefreshTrigger): Promise<HeldToken> {
    const errand = { trigger, superseded: hand.held?.token.accessToken, waited: createStopwatch(clock) };
    const who = await hand.whoAmI().catch((error: unknown) => {
      throw error instanceof AuthError ? trouble.rememberAsking(error) : error;
    });
    try {
      return await bringThroughStore(who, errand);
    } catch (error) {
      const { message } = tellOf(error);
      if (!lifecycle.rotates) return bringAlone(who, errand);
      throw failHere(`${message}, and a one-time refresh token is not spent without it; mend the store`);
    }
  }

  async function bringThroughStore(first: Identity, errand: Errand): Promise<HeldToken> {
    for (let who = first; ; who = hand.identity ?? who) {
      closing.throwIfAborted();
      const key = recordKey(who);
      const snapshot = await store.read(key);
      noteVersion(key, snapshot.version);
      // With none at hand, a forced refresh is to replace what the store holds.
      errand.superseded ??= snapshot.record?.token?.accessToken;
      const known = unsaved.review(key, snapshot.record) ? undefined : take(snapshot, who, errand);
      if (known) return known;
      const left = patienceInMs - errand.waited.elapsedInMs();
      if (left <= 0) throw failHere("another worker holds the refresh and does not finish; it is tried again later");
      const leave = await passGate(endpoint, closing);
      try {
        const lease = await leaseOf(who);
        if (lease) return await underLease(lease, who, errand);
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
        continue;
      } finally {
        leave();
      }
      await store.wait(key, snapshot.version, left, closing);
    }
  }

  const leaseOf = (who: Identity) =>
    takeLease(store, { key: recordKey(who), owner: worker.owner, deadlineInMs, clock });

  const recordOf = (who: Identity, found: TokenRecord | undefined): TokenRecord =>
    found?.fingerprint === who.fingerprint ? found : emptyRecord(who.fingerprint);

  /** @throws whatever is no failure of the store */
  function tellOf(error: unknown): StoreFailure {
    if (!(error instanceof StoreFailure)) throw error;
    tellOfStore(error.action, error.reason);
    return error;
  }

  const failHere = (message: string): AuthError =>
    trouble.remember(trouble.of(localFailure(message), "obtain", trouble.failures));

  /** Whether the store may have lost the news that the record's refresh token is spent: it shows less than it did. */
  function noteVersion(key: string, version: number): boolean {
    const isOld = newest?.key === key && version < newest.version;
    if (!isOld) newest = { key, version };
    return isOld;
  }

  /** What a record gives is taken: its token, its refusal (thrown), or nothing. */
  function take(snapshot: Read<Snapshot>, { key, fingerprint }: Identity, errand: Errand): HeldToken | undefined {
    const { trigger, waited } = errand;
    const { held, weigh } = hand;
    const verdict = judge(snapshot, { ...errand, fingerprint, held, weigh, isRefused: rejections.has });
    if (verdict.gives === "nothing") return undefined;
    if (verdict.gives === "refusal") throw trouble.recall(verdict.hold, snapshot.now);
    // Who serves it beside a doubt or a refusal looks again after a while: not at every call.
    trouble.rest(Math.min(verdict.restsInMs, patienceInMs));
    if (verdict.isNews) {
      trouble.clear();
      emit({ type: "adoption", vendor, scheme: schemeName, key, trigger, waitedInMs: waited.elapsedInMs() });
    }
    return hand.keep(verdict.token);
  }

  async function underLease(lease: HeldLease, who: Identity, errand: Errand): Promise<HeldToken> {
    const { snapshot } = lease;
    const key = recordKey(who);
    try {
      const isOld = noteVersion(key, snapshot.version);
      if (unsaved.review(key, snapshot.record)) {
        await unsaved.saveUnder(lease);
        // Read again, as any other worker's, it is judged by its age.
        throw new LeaseLost();
      }
      const known = take(snapshot, who, errand);
      if (known) return known;
      const record = recordOf(who, snapshot.record);
      const failures = (record.hold?.failures ?? 0) + 1;
      const mayBeOld = isOld || snapshot.mayBeOld === true;
      const result = await trade({ record, mayBeOld }, who, errand, failures, lease);
      return await land(result, who, failures, lease);
    } finally {
      // Who could not write its grant down keeps the others out as long as it can: their refresh token is spent.
      const { grant } = unsaved;
      if (grant?.key !== key || grant.fence !== snapshot.fence) await lease.end().catch(() => {});
    }
  }

  /** Nothing is sent once the client is closed; what was sent is seen through. @param lease none: for this process alone. */
  function trade(
    found: { readonly record: TokenRecord; readonly mayBeOld?: boolean },
    who: Identity,
    { trigger, waited }: Errand,
    failures: number,
    lease: HeldLease | undefined,
  ): Promise<Exchanged> {
    closing.throwIfAborted();
    const storeNow = () => lease?.now() ?? clock.now();
    const retryAt = (failure: TokenFailure) => trouble.retryAt(failure, failures);
    return exchange(
      { ...found, who, trigger, storeNow, waitedInMs: waited.elapsedInMs, retryAt },
      {
        lifecycle,
        asker,
        identifyAgain: hand.whoAmI,
        save: async (intended) => lease?.save(intended),
        check: () => lease?.check(),
      },
    );
  }

  /** Without a store: a sign-in for this process, held back by the same memory of failures. */
  async function bringAlone(who: Identity, errand: Errand): Promise<HeldToken> {
    const leave = await passGate(endpoint, closing);
    try {
      const { failures } = trouble;
      const result = await trade({ record: emptyRecord(who.fingerprint) }, who, errand, failures, undefined);
      if (!result.ok) throw trouble.remember(trouble.of(result.failure, result.phase, failures));
      trouble.clear();
      return hand.keep(hand.weigh(result.token, clock.now()));
    } finally {
      leave();
    }
  }

  return {
    bring,
    async amend(change) {
      const who = hand.identity ?? (await hand.whoAmI());
      try {
        const lease = await leaseOf(who);
        await lease?.commit(change(recordOf(who, lease.snapshot.record)));
      } catch (error) {
        tellOf(error);
      }
    },
  };
}
