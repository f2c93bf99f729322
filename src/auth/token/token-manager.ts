/**
 * The life of one credential's token: who gets what. Its parts (the flight's errand, windows, clock, exchange, parser, store) know
 * nothing of callers.
 *
 * | the token at hand | a caller gets | and beside |
 * | --- | --- | --- |
 * | fresh | it, at once, with no I/O, timer or promise | – |
 * | in the advisory window | it, at once | one refresh in the background |
 * | in the mandatory window, or over, or none | what the one refresh brings (errand.ts); all callers wait for the same | – |
 * | good, and the refresh failed | it; else everybody gets the same error, until its back-off slot is over | – |
 * | refused by a 401 | what one refresh brings | that token alone is invalid, wherever it turns up |
 * | refused when seconds old and never taken before | it, after a moment: it may not have spread at the vendor yet | – |
 * | refused again right after a refresh | the 401 | no more refreshes for it within its back-off slot |
 */
import { type Clock, sleep } from "../../util/clock.ts";
import { TransportError } from "../../errors/transport-error.ts";
import type { Listener, RefreshTrigger } from "../../events/events.ts";
import { createRecordStore, type StoreOperation } from "../../store/record-store.ts";
import type { TokenStore } from "../../store/token-store.ts";
import type { StoreErrorCode } from "../../store/store-error.ts";
import type { Lifecycle } from "../../vendor.ts";
import { abortable } from "../../util/abortable.ts";
import type { TokenClient } from "../token-endpoint/token-client.ts";
import { backOffInMs } from "./back-off.ts";
import { createTokenRefresher } from "./token-refresher.ts";
import { createSingleFlight } from "../../util/single-flight.ts";
import { createTokenCache } from "./token-cache.ts";
import type { CachedToken } from "./held-token.ts";
import type { TokenIdentity } from "../credentials/token-identity.ts";
import { isSameSession, withoutHold, withoutToken } from "../../store/record-updates.ts";
import { createRejectedTokens, type Rejection } from "./rejected-tokens.ts";
import { createFailureTracker, type ActiveFailure } from "./failure-tracker.ts";
import { createCommitRetry } from "./commit-retry.ts";
import { defaultBufferInMs } from "./refresh-policy.ts";
import type { WorkerId } from "./worker-id.ts";

export interface TokenManagerOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly lifecycle: Lifecycle;
  readonly tokenClient: TokenClient;
  /** Whose token this is; asks a credentials function anew each time. */
  readonly resolveIdentity: (signal: AbortSignal) => Promise<TokenIdentity>;
  /** Whoever shares it takes turns there. */
  readonly endpoint: string;
  /** Credentials come from a function: they may change. */
  readonly isDynamic: boolean;
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly emit: Listener;
  readonly worker: WorkerId;
  /** For one token request, in milliseconds. */
  readonly deadlineInMs: number;
}

export interface TokenManager {
  /** Hash of what makes the token its own, as events have it; empty before the credentials are known. */
  readonly key: string;
  /** The token, at once where it is cached. Rejects with an `AuthError`, a `TransportError` (closed) or the signal's reason. */
  getToken(signal?: AbortSignal | null): CachedToken | Promise<CachedToken>;
  /** After a 401 to this access token: another one, or `undefined` where asking for one is no use now. */
  replaceRejected(
    accessToken: string,
    refusal: Rejection,
    signal?: AbortSignal | null,
  ): Promise<CachedToken | undefined>;
  /** A resource took this access token. */
  markAccepted(accessToken: string): void;
  /** A resource refused this access token right after it was had. */
  markSuspect(accessToken: string): void;
  /** A new token now, whatever the cached one's age, a back-off or a standing refusal. */
  refresh(signal?: AbortSignal | null): Promise<CachedToken>;
  /** Drops the token everywhere: its session ended at the vendor. */
  invalidateSession(): Promise<void>;
  /** Drops the token here: the session goes on for others. */
  clearLocalToken(): void;
  /** By the store, with other processes. */
  readonly isShared: boolean;
  /** The refusal was disproved (`verify`): the next call asks again, here and wherever it was not refused itself. */
  clearFailure(): Promise<void>;
  readonly cachedToken: CachedToken | undefined;
  readonly failure: ActiveFailure | undefined;
  /** The store would not take the token that was granted last: it lives in this process alone. */
  readonly hasUnsavedToken: boolean;
  readonly isClosed: boolean;
  identity(): Promise<TokenIdentity>;
  /** Waiters get a closed error; a refresh that was sent is finished and stored. */
  close(): Promise<void>;
}

/** A token younger than this, and never taken, may be unknown to the vendor's other servers yet. */
const spreadingInMs = 5_000;
const spreadDelayInMs = 2_000;

export function createTokenManager(options: TokenManagerOptions): TokenManager {
  const { vendor, schemeName, lifecycle, clock, emit, worker, deadlineInMs } = options;
  const bufferInMs = lifecycle.bufferInSeconds === undefined ? defaultBufferInMs : lifecycle.bufferInSeconds * 1000;
  const store = createRecordStore(options.store, clock, deadlineInMs);
  const closing = new AbortController();
  const common = { ...options, store, bufferInMs, closing: closing.signal };
  const flight = createSingleFlight<CachedToken>();
  const rejections = createRejectedTokens(clock);
  const trouble = createFailureTracker(common);
  const hand = createTokenCache(common);
  const unsaved = createCommitRetry({
    ...common,
    onSaved: () => tellOfStore("commit", undefined),
    takeAnotherLease: () => fly("advisory"),
  });
  const errands = createTokenRefresher({
    ...common,
    cache: hand,
    rejectedTokens: rejections,
    failures: trouble,
    commitRetry: unsaved,
    emitStoreEvent: tellOfStore,
  });

  function token(signal?: AbortSignal | null): CachedToken | Promise<CachedToken> {
    const { current: held } = hand;
    if (held) {
      const zone = held.freshness();
      if (zone === "fresh") return held;
      if (zone === "advisory") {
        if (!flight.running && !trouble.active && !trouble.isPaused) fly("advisory").catch(() => {});
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
      const refusal = trigger === "forced" ? undefined : trouble.active?.error;
      if (refusal) return hand.unexpired ?? raise(refusal);
      const isOlder = flight.running !== undefined;
      try {
        const got = await abortable(abortable(fly(trigger), closing.signal), signal);
        // A flight that began before the refusal may land with the refused token, and one that took long with a token that is over: one
        // more, then take what the vendor gives.
        if ((got.token.accessToken !== unwanted && got.remainingInMs() > 0) || isSecond) return got;
      } catch (error) {
        signal?.throwIfAborted();
        if (trigger !== "forced") return hand.unexpired ?? raise(error);
        // The flight that failed began before this caller's wish: one of its own.
        if (!isOlder || isSecond) throw error;
      }
    }
  }

  const fly = (trigger: RefreshTrigger) => flight.join(() => errands.refresh(trigger));

  async function replace(
    accessToken: string,
    refusal: Rejection,
    signal?: AbortSignal | null,
  ): Promise<CachedToken | undefined> {
    const { current: held } = hand;
    const isCurrent = held?.token.accessToken === accessToken;
    if (held && isCurrent && !held.wasAccepted && held.ageInMs() < spreadingInMs) {
      await sleep(clock, spreadDelayInMs, signal ? AbortSignal.any([signal, closing.signal]) : closing.signal);
      return token(signal);
    }
    if (rejections.isSuspect(accessToken)) return undefined;
    rejections.add(accessToken);
    if (isCurrent) {
      hand.clear();
      emit({ type: "invalidation", vendor, scheme: schemeName, key: keyOf(), ...refusal, ageInMs: held.ageInMs() });
    } else if (hand.unexpired) return held; // A late 401, to a token that was replaced since.
    return waitFor("rejected", accessToken, signal);
  }

  const keyOf = () => hand.identity?.key ?? "";

  function tellOfStore(action: StoreOperation, reason: StoreErrorCode | undefined): void {
    const isUndurable = unsaved.grant !== undefined;
    emit({ type: "store", vendor, scheme: schemeName, key: keyOf(), action, reason, isUndurable });
  }

  return {
    get key() {
      return keyOf();
    },
    getToken: token,
    replaceRejected: replace,
    markAccepted(accessToken) {
      const { current: held } = hand;
      if (held?.token.accessToken === accessToken) held.wasAccepted = true;
    },
    markSuspect: (accessToken) => rejections.markSuspect(accessToken, (count) => backOffInMs(count, worker.jitter)),
    refresh: (signal) => waitFor("forced", hand.current?.token.accessToken, signal),
    isShared: options.store.isShared === true,
    clearLocalToken: hand.clear,
    async invalidateSession() {
      const ended = hand.current?.token;
      if (ended) rejections.add(ended.accessToken);
      hand.clear();
      unsaved.discard();
      // Another worker's newer session stands.
      await errands.updateRecord((record) =>
        ended && record.token && !isSameSession(record.token, ended) ? record : withoutToken(record),
      );
    },
    async clearFailure() {
      trouble.clear();
      await errands.updateRecord(withoutHold);
    },
    get cachedToken() {
      return hand.unexpired;
    },
    get failure() {
      return trouble.active;
    },
    get hasUnsavedToken() {
      return unsaved.grant !== undefined;
    },
    get isClosed() {
      return closing.signal.aborted;
    },
    identity: async () => hand.identity ?? hand.resolveIdentity(),
    async close() {
      closing.abort(new TransportError(vendor, "closed", "this client is closed; connect() makes a new one"));
      hand.clear();
      await flight.running?.catch(() => {});
      await unsaved.flush();
    },
  };
}

const raise = (error: unknown): never => {
  throw error;
};
