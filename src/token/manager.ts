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
 * | the lease taken | it waits for the holder, and looks again |
 * | the lease | the exchange (exchange.ts); its result is in the store before a caller sees it |
 * | no store | client credentials sign in for this process alone; a one-time refresh token is not spent |
 */
import { type Clock, createStopwatch, type Stopwatch, sleep } from "../clock.ts";
import { AuthError } from "../errors/auth-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Listener, RefreshTrigger } from "../events/events.ts";
import { createGuardedStore, StoreFailure } from "../store/guarded-store.ts";
import type { Lease, Snapshot, TokenStore } from "../store/protocol.ts";
import type { TokenRecord } from "../store/record.ts";
import type { Read } from "../store/record-store.ts";
import type { Lifecycle, Phase } from "../vendor.ts";
import type { Asker } from "./asker.ts";
import { backOffInMs } from "./back-off.ts";
import { type Exchanged, exchange } from "./exchange.ts";
import { createFlight, waitUnder } from "./flight.ts";
import { passGate } from "./gate.ts";
import { type HeldToken, holdToken } from "./held-token.ts";
import type { Identity } from "./identity.ts";
import { emptyRecord, withGrant, withHold, withoutHold } from "./records.ts";
import { createRejections } from "./rejections.ts";
import { fromDetails, localFailure, type TokenFailure, toDetails } from "./token-error.ts";
import { createTrouble, holdInMs, type Trouble, toTrouble } from "./trouble.ts";
import { defaultBufferInMs } from "./windows.ts";

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
  /** Names this worker to the store. */
  readonly owner: string;
  /** 0 to 1, constant for this worker. */
  readonly jitter: number;
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
  /** The refusal was disproved (`verify`): the next call asks again, here and on every worker. */
  clearTrouble(): Promise<void>;
  readonly held: HeldToken | undefined;
  readonly trouble: Trouble | undefined;
  readonly isClosed: boolean;
  identity(): Promise<Identity>;
  /** Waiters get a closed error; a refresh that was sent is finished and stored. */
  close(): Promise<void>;
}

/** One lease covers at most a refresh, a sign-in, and a second one with credentials asked anew. */
const requestsPerLease = 3;
/** How often a credentials function is asked whether refused credentials have changed. */
const askAgainInMs = 60_000;
/** A token younger than this, and never taken, may be unknown to the vendor's other servers yet. */
const spreadingInMs = 5_000;
const spreadDelayInMs = 2_000;

export function createTokenManager(options: ManagerOptions): TokenManager {
  const { vendor, schemeName, lifecycle, asker, clock, emit, jitter, deadlineInMs } = options;
  const store = createGuardedStore(options.store, clock, deadlineInMs);
  const bufferInMs = lifecycle.bufferInSeconds === undefined ? defaultBufferInMs : lifecycle.bufferInSeconds * 1000;
  const leaseInMs = 2 * (requestsPerLease + 1) * deadlineInMs;
  const holding = { clock, bufferInMs, jitter };
  const flight = createFlight<HeldToken>();
  const rejections = createRejections(clock);
  const closing = new AbortController();
  let held: HeldToken | undefined;
  let identity: Identity | undefined;
  let trouble: Trouble | undefined;
  /** Granted, but the store would not take it. */
  let unsaved: TokenRecord | undefined;

  function token(signal?: AbortSignal | null): HeldToken | Promise<HeldToken> {
    if (held) {
      const zone = held.zone();
      if (zone === "fresh") return held;
      if (zone === "advisory") {
        if (!flight.running && !standing()) fly("advisory").catch(() => {});
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
        // A flight that began before the refusal may land with the refused token: one more, then take what the vendor gives.
        if (got.token.accessToken !== unwanted || isSecond) return got;
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
      emitStoreFailure(error, who.key);
      if (lifecycle.rotates)
        throw fail(localFailure("the token store cannot be reached; a one-time refresh token is not spent without it"));
      return bringAlone(who, errand);
    }
  }

  async function bringThroughStore(who: Identity, errand: Errand): Promise<HeldToken> {
    const { waited } = errand;
    for (;;) {
      closing.signal.throwIfAborted();
      const snapshot = await store.read(who.key);
      // With none at hand, a forced refresh is to replace what the store holds.
      if (errand.trigger === "forced") errand.superseded ??= snapshot.record?.token?.accessToken;
      const known = judge(snapshot, who, errand);
      if (known) return known;
      const leave = await passGate(options.endpoint, closing.signal);
      try {
        const lease = await store.acquire(who.key, { owner: options.owner, ttlInMs: leaseInMs });
        if (lease) return await underLease(lease, who, errand);
      } finally {
        leave();
      }
      const left = leaseInMs + deadlineInMs - waited.elapsedInMs();
      if (left <= 0)
        throw fail(localFailure("another worker holds the refresh and does not finish; it is tried again later"));
      await store.wait(who.key, snapshot.version, left, closing.signal);
    }
  }

  /** What a record gives without asking the vendor: its token, its refusal (thrown), or nothing. */
  function judge({ record, now }: Read<Snapshot>, who: Identity, errand: Errand | undefined): HeldToken | undefined {
    if (!record || record.fingerprint !== who.fingerprint) return undefined;
    const { token: stored, hold } = record;
    const isForced = errand?.trigger === "forced";
    const isSuperseded = isForced && stored?.accessToken === errand.superseded;
    const isUsable = stored && !isSuperseded && !rejections.has(stored.accessToken);
    const candidate = isUsable ? holdToken(stored, now, holding) : undefined;
    const zone = candidate?.zone() ?? "expired";
    const isNews = candidate?.token.accessToken !== held?.token.accessToken;
    const isHeld = !isForced && hold !== undefined && (hold.until === undefined || hold.until > now);
    if (candidate && (zone === "fresh" || (zone === "advisory" && isNews) || (zone !== "expired" && isHeld))) {
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

  async function underLease(lease: Read<Lease>, who: Identity, errand: Errand): Promise<HeldToken> {
    const since = createStopwatch(clock);
    const storeNow = () => lease.now + since.elapsedInMs();
    let isReleased = false;
    const write = async (key: string, record: TokenRecord, release: boolean) => {
      const isKept = await store.commit(key, lease.fence, record, { release, now: storeNow() });
      isReleased = isReleased || (isKept && release);
      return isKept;
    };
    try {
      const known = judge(lease, who, errand);
      if (known) return known;
      const record =
        unsaved ?? (lease.record?.fingerprint === who.fingerprint ? lease.record : emptyRecord(who.fingerprint));
      const failures = (record.hold?.failures ?? 0) + 1;
      const save = async (intended: TokenRecord) => {
        if (!(await write(who.key, intended, false))) throw new StoreFailure("commit", "failed");
      };
      const result = await trade(record, who, errand, failures, storeNow, save);
      return await land(result, storeNow, failures, write);
    } finally {
      if (!isReleased) await store.release(who.key, lease.fence).catch(() => {});
    }
  }

  /** Nothing is sent once the client is closed; what was sent is seen through. */
  function trade(
    record: TokenRecord,
    who: Identity,
    { trigger, waited }: Errand,
    failures: number,
    storeNow: () => number,
    save: (record: TokenRecord) => Promise<void>,
  ): Promise<Exchanged> {
    closing.signal.throwIfAborted();
    const retryAt = (failure: TokenFailure) => {
      const lastsInMs = holdInMs(failure, failures, jitter);
      return lastsInMs === undefined ? undefined : clock.now() + lastsInMs;
    };
    return exchange(
      { record, who, trigger, storeNow, waitedInMs: waited.elapsedInMs, retryAt },
      { lifecycle, asker, isDynamic: options.isDynamic, identifyAgain: whoAmI, save },
    );
  }

  /** Durable before visible: what the exchange brought is in the store before a caller sees it. */
  async function land(
    result: Exchanged,
    storeNow: () => number,
    failures: number,
    write: (key: string, record: TokenRecord, release: boolean) => Promise<boolean>,
  ): Promise<HeldToken> {
    const { who } = result;
    identity = who;
    if (!result.ok) {
      const { error, lastsInMs } = settleTrouble(
        toTrouble(result.failure, result.phase, failures, { vendor, schemeName, clock, jitter }),
      );
      const hold = {
        failures,
        error: toDetails(error),
        ...(lastsInMs === undefined ? {} : { until: storeNow() + lastsInMs }),
      };
      await write(who.key, withHold({ ...result.record, fingerprint: who.fingerprint }, hold), true).catch(() => false);
      throw error;
    }
    const record = withGrant(who.fingerprint, result.token);
    const mine = holdToken(result.token, storeNow(), holding);
    const isKept = await write(who.key, record, true).catch(() => undefined);
    if (isKept === undefined) {
      // Alarm: the token is good, and lives in this process alone until the store takes it.
      emitStoreFailure(new StoreFailure("commit", "failed"), who.key);
      unsaved = record;
    } else if (isKept) unsaved = undefined;
    else {
      // The lease was outlived: what the newer holder committed is the truth.
      const newer = judge(await store.read(who.key), who, undefined);
      if (newer) return newer;
    }
    const { accessToken, refreshExpiresAt, expiresAt } = result.token;
    if (refreshExpiresAt !== undefined && refreshExpiresAt < expiresAt - mine.windows.advisoryInMs) {
      const endsAt = clock.now() + refreshExpiresAt - storeNow();
      emit({ type: "refresh_token_ending", vendor, scheme: schemeName, key: who.key, endsAt });
    }
    rejections.pardon(accessToken);
    trouble = undefined;
    return keep(mine);
  }

  /** Without a store: a sign-in for this process, held back by the same memory of failures. */
  async function bringAlone(who: Identity, errand: Errand): Promise<HeldToken> {
    const leave = await passGate(options.endpoint, closing.signal);
    try {
      const record = emptyRecord(who.fingerprint);
      const result = await trade(
        record,
        who,
        errand,
        failuresHere(),
        () => clock.now(),
        async () => {},
      );
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
    settleTrouble(toTrouble(failure, phase, failuresHere(), { vendor, schemeName, clock, jitter })).error;

  /** A credentials function that fails, or gives what does not suffice, is left alone like a token endpoint. */
  function rememberAsking(error: AuthError): AuthError {
    const failures = failuresHere();
    const lastsInMs = error.outcome === "transient" ? backOffInMs(failures, jitter) : undefined;
    const retryAt = lastsInMs === undefined ? undefined : clock.now() + lastsInMs;
    return settleTrouble(createTrouble(fromDetails(vendor, toDetails(error), retryAt), lastsInMs, failures, clock))
      .error;
  }

  const emitStoreFailure = ({ action }: StoreFailure, key: string) =>
    emit({ type: "store", vendor, scheme: schemeName, key, action });

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
    const { key, fingerprint } = identity ?? (await whoAmI());
    try {
      const lease = await store.acquire(key, { owner: options.owner, ttlInMs: leaseInMs });
      if (!lease) return;
      const record = lease.record?.fingerprint === fingerprint ? lease.record : emptyRecord(fingerprint);
      await store.commit(key, lease.fence, change(record), { release: true, now: lease.now });
    } catch (error) {
      if (error instanceof StoreFailure) emitStoreFailure(error, key);
    }
  }

  async function replace(
    accessToken: string,
    operation: string,
    signal?: AbortSignal | null,
  ): Promise<HeldToken | undefined> {
    const isCurrent = held?.token.accessToken === accessToken;
    if (held && isCurrent && !held.proven && held.ageInMs() < spreadingInMs && rejections.isFirst(accessToken)) {
      rejections.notice(accessToken);
      await sleep(clock, spreadDelayInMs, signal ? AbortSignal.any([signal, closing.signal]) : closing.signal);
      return held;
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
    suspected: (accessToken) => rejections.suspect(accessToken, (count) => backOffInMs(count, jitter)),
    refresh: (signal) => waitFor("forced", held?.token.accessToken, signal),
    async forget() {
      if (held) rejections.add(held.token.accessToken);
      held = undefined;
      unsaved = undefined;
      await amend(({ fingerprint }) => emptyRecord(fingerprint));
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
    get isClosed() {
      return closing.signal.aborted;
    },
    identity: async () => identity ?? whoAmI(),
    async close() {
      closing.abort(new TransportError(vendor, "closed", "this client is closed; connect() makes a new one"));
      held = undefined;
      await flight.running?.catch(() => {});
    },
  };
}

/** Why a flight set out. */
interface Errand {
  readonly trigger: RefreshTrigger;
  /** What a forced refresh is to replace. */
  superseded: string | undefined;
  readonly waited: Stopwatch;
}

const raise = (error: unknown): never => {
  throw error;
};
