/**
 * The life of one credential's token: the policy. Its parts (flight, windows, clock, exchange, parser, store) know nothing of it.
 *
 * | the token at hand | a caller gets | and beside |
 * | --- | --- | --- |
 * | fresh | it, at once, with no I/O, timer or promise | – |
 * | in the advisory window | it, at once | one refresh in the background |
 * | in the mandatory window, or over, or none | what the one refresh brings; all callers wait for the same | – |
 * | refused by a 401 | what one refresh brings | that token alone is invalid, wherever it turns up |
 * | refused when seconds old and never taken before | it, after a moment: it may not have spread at the vendor yet | – |
 * | refused again right after a refresh | the 401 | no more refreshes for it within its back-off slot |
 *
 * | the one refresh finds | then |
 * | --- | --- |
 * | another worker's newer token in the store | that is adopted, and nothing is sent |
 * | a standing refusal, a throttle, a back-off slot | nothing is sent; a token still good is served, else everybody gets the same error |
 * | too many others at the token endpoint | it waits for its turn (gate.ts), before it takes the lease |
 * | a refresh token that a worker was about to spend when it vanished | the token serves while it is good; then one more attempt, marked |
 * | the lease taken | it waits for the holder, and looks again |
 * | the lease | the exchange (exchange.ts); its result is in the store before a caller sees it |
 * | the lease lost meanwhile | what another holder wrote is the truth; where nobody did, the result is written under a new lease |
 * | the result, and a store that will not take it | the token serves, the commit is tried again, and no refresh token is spent before |
 * | no store | client credentials sign in for this process alone; a one-time refresh token is not spent |
 */
import { type Clock, createStopwatch, type Stopwatch, sleep } from "../clock.ts";
import { AuthError } from "../errors/auth-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Listener, RefreshTrigger } from "../events/events.ts";
import { createGuardedStore, type StoreAction, StoreFailure } from "../store/guarded-store.ts";
import type { Snapshot, TokenStore } from "../store/protocol.ts";
import type { StoredToken, TokenRecord } from "../store/record.ts";
import type { Read } from "../store/record-store.ts";
import type { StoreErrorCode } from "../store/store-error.ts";
import type { Lifecycle, Phase } from "../vendor.ts";
import { waitUnder } from "../wait-under.ts";
import type { Asker } from "./asker.ts";
import { backOffInMs } from "./back-off.ts";
import { type Exchanged, exchange } from "./exchange.ts";
import { createFlight } from "./flight.ts";
import { passGate } from "./gate.ts";
import { type HeldToken, holdToken } from "./held-token.ts";
import { type Identity, recordKey } from "./identity.ts";
import { type HeldLease, LeaseLost, leaseInMs, takeLease } from "./lease.ts";
import { emptyRecord, isOfSession, withGrant, withHold, withoutHold, withoutToken } from "./records.ts";
import { createRejections } from "./rejections.ts";
import { fromDetails, localFailure, type TokenFailure, toDetails } from "./token-error.ts";
import { createTrouble, holdInMs, type Trouble, toTrouble } from "./trouble.ts";
import { defaultBufferInMs } from "./windows.ts";
import type { Worker } from "./worker.ts";

export interface ManagerOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly lifecycle: Lifecycle;
  readonly asker: Asker;
  /** Whose token this is; asks a credentials function anew each time. */
  readonly identify: (signal: AbortSignal) => Promise<Identity>;
  /** Whoever shares it takes turns there. */
  readonly endpoint: string;
  /** Credentials come from a function: they may change. */
  readonly isDynamic: boolean;
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly emit: Listener;
  readonly worker: Worker;
  /** For one token request, in milliseconds. */
  readonly deadlineInMs: number;
}

export interface TokenManager {
  /** The token, at once where it is cached. Rejects with an `AuthError`, a `TransportError` (closed) or the signal's reason. */
  token(signal?: AbortSignal | null): HeldToken | Promise<HeldToken>;
  /** After a 401 to this access token: another one, or `undefined` where asking for one is no use now. */
  replace(accessToken: string, operation: string, signal?: AbortSignal | null): Promise<HeldToken | undefined>;
  /** A resource took this access token. */
  accepted(accessToken: string): void;
  /** A resource refused this access token right after it was had. */
  suspected(accessToken: string): void;
  /** A new token now, whatever the cached one's age, a back-off or a standing refusal. */
  refresh(signal?: AbortSignal | null): Promise<HeldToken>;
  /** Drops the token everywhere: its session ended at the vendor. */
  forget(): Promise<void>;
  /** Drops the token here: the session goes on for others. */
  leave(): void;
  /** By the store, with other processes. */
  readonly isShared: boolean;
  /** The refusal was disproved (`verify`): the next call asks again, here and on every worker. */
  clearTrouble(): Promise<void>;
  readonly held: HeldToken | undefined;
  readonly trouble: Trouble | undefined;
  /** The store would not take the token that was granted last: it lives in this process alone. */
  readonly isUndurable: boolean;
  readonly isClosed: boolean;
  identity(): Promise<Identity>;
  /** Waiters get a closed error; a refresh that was sent is finished and stored. */
  close(): Promise<void>;
}

/** How often a credentials function is asked whether refused credentials have changed. */
const askAgainInMs = 60_000;
/** A token younger than this, and never taken, may be unknown to the vendor's other servers yet. */
const spreadingInMs = 5_000;
const spreadDelayInMs = 2_000;
/** How often a commit that failed is tried again before the next refresh does: some minutes. */
const maxSaves = 8;

export function createTokenManager(options: ManagerOptions): TokenManager {
  const { vendor, schemeName, lifecycle, asker, clock, emit, worker, deadlineInMs } = options;
  const store = createGuardedStore(options.store, clock, deadlineInMs);
  const bufferInMs = lifecycle.bufferInSeconds === undefined ? defaultBufferInMs : lifecycle.bufferInSeconds * 1000;
  const patienceInMs = leaseInMs(deadlineInMs) + deadlineInMs;
  const holding = { clock, bufferInMs, worker };
  const flight = createFlight<HeldToken>();
  const rejections = createRejections(clock);
  const closing = new AbortController();
  let held: HeldToken | undefined;
  let identity: Identity | undefined;
  let trouble: Trouble | undefined;
  let unsaved: Unsaved | undefined;
  /** A refresh token is in doubt: no refresh in the background for so long. */
  let rest: { readonly lastsInMs: number; readonly since: Stopwatch } | undefined;
  /** The newest version of the record that was seen: a store that shows an older one has lost commits. */
  let newest = { key: "", version: 0 };

  function token(signal?: AbortSignal | null): HeldToken | Promise<HeldToken> {
    if (held) {
      const zone = held.zone();
      if (zone === "fresh") return held;
      if (zone === "advisory") {
        if (!flight.running && !standing() && !isResting()) fly("advisory").catch(() => {});
        return held;
      }
    }
    return waitFor(held ? "expired" : "cold", undefined, signal);
  }

  /** @param unwanted an access token that will not do. */
  async function waitFor(
    trigger: RefreshTrigger,
    unwanted: string | undefined,
    signal: AbortSignal | null | undefined,
  ) {
    for (let isSecond = false; ; isSecond = true) {
      closing.signal.throwIfAborted();
      signal?.throwIfAborted();
      const refusal = trigger === "forced" ? undefined : standing();
      if (refusal) return stillGood() ?? raise(refusal);
      const isOlder = flight.running !== undefined;
      try {
        const got = await waitUnder(waitUnder(fly(trigger), closing.signal), signal);
        // A flight that began before the refusal may land with the refused token, and one that took long with a token that is over: one
        // more, then take what the vendor gives.
        if ((got.token.accessToken !== unwanted && got.remainingInMs() > 0) || isSecond) return got;
      } catch (error) {
        signal?.throwIfAborted();
        if (trigger !== "forced") return stillGood() ?? raise(error);
        // The flight that failed began before this caller's wish: one of its own.
        if (!isOlder || isSecond) throw error;
      }
    }
  }

  const stillGood = () => (held && held.remainingInMs() > 0 ? held : undefined);

  function standing(): AuthError | undefined {
    if (!trouble) return undefined;
    const age = trouble.ageInMs();
    const isOver =
      trouble.lastsInMs === undefined ? options.isDynamic && age >= askAgainInMs : age >= trouble.lastsInMs;
    return isOver ? undefined : trouble.error;
  }

  const isResting = () => rest !== undefined && rest.since.elapsedInMs() < rest.lastsInMs;

  const fly = (trigger: RefreshTrigger) => flight.join(() => bring(trigger));

  async function bring(trigger: RefreshTrigger): Promise<HeldToken> {
    const errand = { trigger, superseded: held?.token.accessToken, waited: createStopwatch(clock) };
    const who = await whoAmI().catch((error: unknown) => {
      throw error instanceof AuthError ? rememberAsking(error) : error;
    });
    try {
      return await bringThroughStore(who, errand);
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      tellOfStore(error.action, error.reason);
      if (lifecycle.rotates) {
        const why = `the token store failed (${error.action}: ${error.reason})`;
        throw fail(localFailure(`${why}, and a one-time refresh token is not spent without it; mend the store`));
      }
      return bringAlone(who, errand);
    }
  }

  async function bringThroughStore(first: Identity, errand: Errand): Promise<HeldToken> {
    for (let who = first; ; who = identity ?? who) {
      closing.signal.throwIfAborted();
      const key = recordKey(who);
      const snapshot = await store.read(key);
      noteVersion(key, snapshot.version);
      // With none at hand, a forced refresh is to replace what the store holds.
      if (errand.trigger === "forced") errand.superseded ??= snapshot.record?.token?.accessToken;
      const known = reviewUnsaved(snapshot) ? undefined : judge(snapshot, who, errand);
      if (known) return known;
      const left = patienceInMs - errand.waited.elapsedInMs();
      if (left <= 0)
        throw fail(localFailure("another worker holds the refresh and does not finish; it is tried again later"));
      const leave = await passGate(options.endpoint, closing.signal);
      try {
        const lease = await takeLease(store, { key, owner: worker.owner, deadlineInMs, clock });
        if (lease) return await underLease(lease, who, errand);
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
        continue;
      } finally {
        leave();
      }
      await store.wait(key, snapshot.version, left, closing.signal);
    }
  }

  /** Whether the store may have lost the news that the record's refresh token is spent: it shows less than it did. */
  function noteVersion(key: string, version: number): boolean {
    const isOld = newest.key === key && version < newest.version;
    if (!isOld) newest = { key, version };
    return isOld;
  }

  /** Whether a grant is still to be written: not where another worker has gone on meanwhile. */
  function reviewUnsaved({ record }: Read<Snapshot>): boolean {
    if (unsaved && record?.token && !isOfSession(record.token, unsaved.base)) unsaved = undefined;
    return unsaved !== undefined;
  }

  /** What a record gives without asking the vendor: its token, its refusal (thrown), or nothing. */
  function judge({ record, now }: Read<Snapshot>, who: Identity, errand: Errand | undefined): HeldToken | undefined {
    if (!record || record.fingerprint !== who.fingerprint) return undefined;
    const { token: stored, hold } = record;
    const isForced = errand?.trigger === "forced";
    const isSuperseded = isForced && stored?.accessToken === errand.superseded;
    const isUsable = stored && !isSuperseded && !rejections.has(stored.accessToken);
    const isNews = stored?.accessToken !== held?.token.accessToken || stored?.expiresAt !== held?.token.expiresAt;
    // A token in hand knows its age by its own stopwatch, wherever the store's clock was set since.
    const candidate = !isUsable ? undefined : isNews || !held ? holdToken(stored, now, holding) : held;
    const zone = candidate?.zone() ?? "expired";
    const isHeld = !isForced && hold !== undefined && (hold.until === undefined || hold.until > now);
    // With strict reuse detection the attempt may end the session: not while its token is good.
    const isInDoubt = zone === "advisory" && errand?.trigger === "advisory" && record.intent !== undefined;
    if (isInDoubt) rest = { lastsInMs: patienceInMs, since: createStopwatch(clock) };
    const isWanted =
      zone === "fresh" || (zone === "advisory" && (isNews || isInDoubt)) || (zone !== "expired" && isHeld);
    if (candidate && isWanted) {
      if (!isNews) return held ?? keep(candidate);
      emit({ type: "adoption", vendor, scheme: schemeName, key: who.key });
      if (!isHeld) trouble = undefined;
      return keep(candidate);
    }
    if (!isHeld || !hold) return undefined;
    const lastsInMs = hold.until === undefined ? undefined : hold.until - now;
    const retryAt = lastsInMs === undefined ? undefined : clock.now() + lastsInMs;
    const known = trouble?.error.retryAt === undefined && lastsInMs === undefined ? trouble?.error : undefined;
    trouble = createTrouble(known ?? fromDetails(vendor, hold.error, retryAt), lastsInMs, hold.failures, clock);
    throw trouble.error;
  }

  async function underLease(lease: HeldLease, who: Identity, errand: Errand): Promise<HeldToken> {
    try {
      const { snapshot } = lease;
      const isOld = noteVersion(recordKey(who), snapshot.version);
      if (reviewUnsaved(snapshot)) {
        await saveUnder(lease);
        // Read again, as any other worker's, it is judged by its age.
        throw new LeaseLost();
      }
      const known = judge(snapshot, who, errand);
      if (known) return known;
      const record = snapshot.record?.fingerprint === who.fingerprint ? snapshot.record : emptyRecord(who.fingerprint);
      const failures = (record.hold?.failures ?? 0) + 1;
      const mayBeOld = isOld || snapshot.mayBeOld === true;
      const result = await trade({ record, mayBeOld }, who, errand, failures, lease);
      return await land(result, who, failures, lease);
    } finally {
      // Who could not write its grant down keeps the others out as long as it can: their refresh token is spent.
      if (unsaved?.fence !== lease.snapshot.fence) await lease.end().catch(() => {});
    }
  }

  async function saveUnder(lease: HeldLease): Promise<void> {
    const grant = unsaved;
    if (grant && (await lease.commit(grant.record)) && unsaved === grant) {
      unsaved = undefined;
      tellOfStore("commit", undefined);
    }
  }

  /** Nothing is sent once the client is closed; what was sent is seen through. @param lease none: for this process alone. */
  function trade(
    found: { readonly record: TokenRecord; readonly mayBeOld: boolean },
    who: Identity,
    { trigger, waited }: Errand,
    failures: number,
    lease: HeldLease | undefined,
  ): Promise<Exchanged> {
    closing.signal.throwIfAborted();
    const storeNow = () => lease?.now() ?? clock.now();
    const retryAt = (failure: TokenFailure) => {
      const lastsInMs = holdInMs(failure, failures, worker.jitter);
      return lastsInMs === undefined ? undefined : clock.now() + lastsInMs;
    };
    return exchange(
      { ...found, who, trigger, storeNow, waitedInMs: waited.elapsedInMs, retryAt },
      {
        lifecycle,
        asker,
        isDynamic: options.isDynamic,
        identifyAgain: whoAmI,
        save: async (intended) => lease?.save(intended),
        check: () => lease?.check(),
      },
    );
  }

  /** Durable before visible: what the exchange brought is in the store before a caller sees it. */
  async function land(result: Exchanged, asked: Identity, failures: number, lease: HeldLease): Promise<HeldToken> {
    const { who } = result;
    const isSame = who.fingerprint === asked.fingerprint && who.key === asked.key;
    identity = who;
    if (!result.ok) {
      const next = toTrouble(result.failure, result.phase, failures, context());
      const until = next.lastsInMs === undefined ? {} : { until: lease.now() + next.lastsInMs };
      const record = isSame ? result.record : emptyRecord(asked.fingerprint);
      const hold = { failures, error: toDetails(next.error), ...until };
      const isKept = await lease.commit(withHold(record, hold)).catch(reasonOf);
      if (isKept === false) throw new LeaseLost();
      if (isKept !== true) tellOfStore("commit", isKept);
      throw settleTrouble(next).error;
    }
    const { token: granted } = result;
    const grant: Unsaved = {
      record: withGrant(result.record, granted),
      base: result.record.token,
      fence: isSame ? lease.snapshot.fence : 0,
      key: recordKey(who),
    };
    const mine = holdToken(granted, lease.now(), holding);
    // Credentials that were asked anew have a record of their own: the grant goes there, under its lease.
    const isKept = isSame ? await lease.commit(grant.record).catch(reasonOf) : false;
    if (isKept !== true) unsaved = grant;
    if (isKept === false) throw new LeaseLost();
    if (isKept !== true) {
      // Alarm: the token is good, and lives in this process alone until the store takes it.
      tellOfStore("commit", isKept);
      persist(grant).catch(() => {});
    }
    warnOfEnd(granted, mine, lease.now());
    rejections.pardon(granted.accessToken);
    trouble = undefined;
    return keep(mine);
  }

  /** A commit that failed is tried again, less and less often. */
  async function persist(grant: Unsaved): Promise<void> {
    for (let failures = 1; failures <= maxSaves; failures += 1) {
      await sleep(clock, backOffInMs(failures, worker.jitter), closing.signal);
      if (unsaved !== grant) return;
      const isKept = await trySave(grant);
      if (isKept === true) return;
      // The lease is over: under a new one, if nobody has gone on meanwhile.
      if (isKept === false) return void (await fly("advisory"));
    }
  }

  async function trySave(grant: Unsaved): Promise<boolean | undefined> {
    const now = clock.now();
    const isKept = await store
      .commit(grant.key, grant.fence, grant.record, { release: true, now })
      .catch(() => undefined);
    if (isKept && unsaved === grant) {
      unsaved = undefined;
      tellOfStore("commit", undefined);
    }
    return isKept;
  }

  function warnOfEnd({ refreshExpiresAt, expiresAt }: StoredToken, { windows }: HeldToken, storeNow: number): void {
    if (refreshExpiresAt === undefined || refreshExpiresAt >= expiresAt - windows.advisoryInMs) return;
    const endsAt = clock.now() + refreshExpiresAt - storeNow;
    emit({ type: "refresh_token_ending", vendor, scheme: schemeName, key: identity?.key ?? "", endsAt });
  }

  /** Without a store: a sign-in for this process, held back by the same memory of failures. */
  async function bringAlone(who: Identity, errand: Errand): Promise<HeldToken> {
    const leave = await passGate(options.endpoint, closing.signal);
    try {
      const found = { record: emptyRecord(who.fingerprint), mayBeOld: false };
      const result = await trade(found, who, errand, failuresHere(), undefined);
      if (!result.ok) throw fail(result.failure, result.phase);
      trouble = undefined;
      return keep(holdToken(result.token, clock.now(), holding));
    } finally {
      leave();
    }
  }

  const settleTrouble = (next: Trouble): Trouble => {
    trouble = next;
    return next;
  };

  const failuresHere = () => (trouble?.failures ?? 0) + 1;

  const fail = (failure: TokenFailure, phase: Phase = "obtain"): AuthError =>
    settleTrouble(toTrouble(failure, phase, failuresHere(), context())).error;

  const context = () => ({ vendor, schemeName, clock, jitter: worker.jitter });

  /** A credentials function that fails, or gives what does not suffice, is left alone like a token endpoint. */
  function rememberAsking(error: AuthError): AuthError {
    const failures = failuresHere();
    const lastsInMs = error.outcome === "transient" ? backOffInMs(failures, worker.jitter) : undefined;
    const retryAt = lastsInMs === undefined ? undefined : clock.now() + lastsInMs;
    return settleTrouble(createTrouble(fromDetails(vendor, toDetails(error), retryAt), lastsInMs, failures, clock))
      .error;
  }

  /** @param reason none: it works again. */
  const tellOfStore = (action: StoreAction, reason: StoreErrorCode | undefined) =>
    emit({
      type: "store",
      vendor,
      scheme: schemeName,
      key: identity?.key ?? "",
      action,
      reason,
      isUndurable: unsaved !== undefined,
    });

  const keep = (mine: HeldToken): HeldToken => {
    if (!closing.signal.aborted) held = mine;
    return mine;
  };

  async function whoAmI(): Promise<Identity> {
    if (identity === undefined || options.isDynamic) identity = await options.identify(closing.signal);
    return identity;
  }

  /** Changes the record outside a refresh. Where another worker holds the lease, or the store fails, its record stands. */
  async function amend(change: (record: TokenRecord) => TokenRecord): Promise<void> {
    const who = identity ?? (await whoAmI());
    try {
      const lease = await takeLease(store, { key: recordKey(who), owner: worker.owner, deadlineInMs, clock });
      const record = lease?.snapshot.record;
      await lease?.commit(change(record?.fingerprint === who.fingerprint ? record : emptyRecord(who.fingerprint)));
    } catch (error) {
      if (error instanceof StoreFailure) tellOfStore(error.action, error.reason);
    }
  }

  async function replace(
    accessToken: string,
    operation: string,
    signal?: AbortSignal | null,
  ): Promise<HeldToken | undefined> {
    const isCurrent = held?.token.accessToken === accessToken;
    if (held && isCurrent && !held.proven && held.ageInMs() < spreadingInMs) {
      await sleep(clock, spreadDelayInMs, signal ? AbortSignal.any([signal, closing.signal]) : closing.signal);
      return token(signal);
    }
    if (rejections.isSuspect(accessToken)) return undefined;
    rejections.add(accessToken);
    if (isCurrent) {
      held = undefined;
      emit({ type: "invalidation", vendor, scheme: schemeName, key: (await (identity ?? whoAmI())).key, operation });
    } else if (stillGood()) return held; // A late 401, to a token that was replaced since.
    return waitFor("rejected", accessToken, signal);
  }

  return {
    token,
    replace,
    accepted(accessToken) {
      if (held && !held.proven && held.token.accessToken === accessToken) {
        held.proven = true;
        rejections.clearSuspicion();
      }
    },
    suspected: (accessToken) => rejections.suspect(accessToken, (count) => backOffInMs(count, worker.jitter)),
    refresh: (signal) => waitFor("forced", held?.token.accessToken, signal),
    isShared: options.store.isShared === true,
    leave() {
      held = undefined;
    },
    async forget() {
      const ended = held?.token;
      if (ended) rejections.add(ended.accessToken);
      held = undefined;
      unsaved = undefined;
      // Another worker's newer session stands.
      await amend((record) =>
        ended && record.token && !isOfSession(record.token, ended) ? record : withoutToken(record),
      );
    },
    async clearTrouble() {
      trouble = undefined;
      await amend(withoutHold);
    },
    get held() {
      return stillGood();
    },
    get trouble() {
      return standing() ? trouble : undefined;
    },
    get isUndurable() {
      return unsaved !== undefined;
    },
    get isClosed() {
      return closing.signal.aborted;
    },
    identity: async () => identity ?? whoAmI(),
    async close() {
      closing.abort(new TransportError(vendor, "closed", "this client is closed; connect() makes a new one"));
      held = undefined;
      await flight.running?.catch(() => {});
      if (unsaved) await trySave(unsaved);
    },
  };
}

/** Granted, and not in the store. */
interface Unsaved {
  readonly record: TokenRecord;
  /** What the record held when the grant was asked for. */
  readonly base: StoredToken | undefined;
  readonly key: string;
  readonly fence: number;
}

/** Why a flight set out. */
interface Errand {
  readonly trigger: RefreshTrigger;
  /** What a forced refresh is to replace. */
  superseded: string | undefined;
  readonly waited: Stopwatch;
}

const reasonOf = (error: unknown): StoreErrorCode => (error instanceof StoreFailure ? error.reason : "failed");

const raise = (error: unknown): never => {
  throw error;
};
