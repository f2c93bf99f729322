/**
 * Manages the token of one scheme: decides who gets which token. Its parts (cache, refresher, windows, store) know nothing of callers.
 *
 * | the cached token | a caller gets | in addition |
 * | --- | --- | --- |
 * | fresh | the token, at once, without I/O, timer or promise | – |
 * | in the advisory window | the token, at once | one refresh in the background |
 * | in the mandatory window, expired, or none | the result of the one refresh (token-refresher.ts), which all callers share | – |
 * | not expired, and the refresh failed | the token | no token request until the back-off slot is over |
 * | expired or none, and the refresh failed for the moment | a wait for the next attempt, as far as its patience goes (token-patience.ts); then the same error as all callers | one token request when the back-off slot is over, for all that wait |
 * | expired or none, and the sign-in was refused | the same error as all callers | no token request until the pause is over, and then only for a caller |
 *
 * After a 401 (`replaceRejected`; handle-unauthorized.ts holds the whole policy):
 *
 * | the rejected token | a caller gets | in addition |
 * | --- | --- | --- |
 * | cached, in its propagation window, accepted by no resource yet | the token or its successor, after the propagation delay | – |
 * | replaced since (a late 401) | the cached token | – |
 * | suspect: rejected right after a refresh | nothing, so that the 401 stands | no refresh until the back-off slot is over |
 * | adopted from the store, and rejected by the replay, too | nothing | the first in a while is rejected everywhere, so that the next call gets a new one |
 * | cached, otherwise | the result of the one refresh | the token is rejected everywhere, event `invalidation` |
 */
import { AuthError } from "../../errors/auth-error.ts";
import type { Listener, RefreshTrigger } from "../../events/events.ts";
import { TransportError } from "../../errors/transport-error.ts";
import { createRecordStore, type StoreOperation } from "../../store/record-store.ts";
import { isSameSession, withoutHold, withoutToken } from "../../store/record-updates.ts";
import type { StoreErrorCode } from "../../store/store-error.ts";
import type { TokenStore } from "../../store/token-store.ts";
import { abortable } from "../../util/abortable.ts";
import { type Clock, sleep } from "../../util/clock.ts";
import { createSingleFlight } from "../../util/single-flight.ts";
import type { Lifecycle } from "../../vendor.ts";
import type { TokenIdentity } from "../credentials/token-identity.ts";
import type { TokenClient } from "../token-endpoint/token-client.ts";
import { createCommitRetry } from "./commit-retry.ts";
import { type ActiveFailure, createFailureTracker } from "./failure-tracker.ts";
import { backOffInMs, defaultBufferInMs, propagationDelayInMs, propagationWindowInMs } from "./refresh-policy.ts";
import { createRejectedTokens, type Rejection } from "./rejected-tokens.ts";
import { type CachedToken, createTokenCache } from "./token-cache.ts";
import { createSlotWait, type TokenPatience } from "./token-patience.ts";
import { createTokenRefresher } from "./token-refresher.ts";
import type { WorkerId } from "./worker-id.ts";

export interface TokenManagerOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly lifecycle: Lifecycle;
  readonly tokenClient: TokenClient;
  /** Resolves the identity of the token; calls a credentials function each time. */
  readonly resolveIdentity: (signal: AbortSignal) => Promise<TokenIdentity>;
  /** Names the token endpoint; schemes with the same name share its limit of concurrent requests. */
  readonly endpoint: string;
  /** The credentials come from a function, so they may change. */
  readonly isDynamic: boolean;
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly emit: Listener;
  readonly worker: WorkerId;
  /** For one token request, in milliseconds. */
  readonly deadlineInMs: number;
}

export interface TokenManager {
  /** Hash of everything that distinguishes the token from others, as in events; empty before the credentials are known. */
  readonly key: string;
  /** Returns the token, at once where it is cached. Rejects with an `AuthError`, a `TransportError` (closed) or the signal's reason. */
  getToken(signal?: AbortSignal | null, patience?: TokenPatience): CachedToken | Promise<CachedToken>;
  /** After a 401 to this access token: resolves with the token for the replay, or `undefined` where the 401 stands. */
  replaceRejected(
    accessToken: string,
    rejection: Rejection,
    signal?: AbortSignal | null,
    patience?: TokenPatience,
  ): Promise<CachedToken | undefined>;
  /** A resource accepted this access token. */
  markAccepted(accessToken: string): void;
  /** A resource rejected this access token right after it was obtained or adopted. */
  markSuspect(accessToken: string, rejection: Rejection): void;
  /** Obtains a new token now, whatever the age of the cached one, and despite a back-off slot or a failure that lasts. */
  refresh(signal?: AbortSignal | null, patience?: TokenPatience): Promise<CachedToken>;
  /** Drops the token in the store as well: its session ended at the vendor. */
  invalidateSession(): Promise<void>;
  /** Drops the token in this process only: the session continues for others. */
  clearLocalToken(): void;
  /** The store shares the token with other processes. */
  readonly isShared: boolean;
  /** Forgets the failure here and in the store, so that the next call requests a token: the credentials were verified. */
  clearFailure(): Promise<void>;
  readonly cachedToken: CachedToken | undefined;
  readonly failure: ActiveFailure | undefined;
  /** The newest token lives in this process alone: the store did not take it. */
  readonly hasUnsavedToken: boolean;
  readonly isClosed: boolean;
  /** Aborts when the client is closed. */
  readonly closing: AbortSignal;
  identity(): Promise<TokenIdentity>;
  /** Rejects waiting callers with a closed error. A refresh whose request was sent is finished and stored. */
  close(): Promise<void>;
}

export function createTokenManager(options: TokenManagerOptions): TokenManager {
  const { vendor, schemeName, lifecycle, clock, emit, worker, deadlineInMs } = options;
  const bufferInMs = lifecycle.bufferInSeconds === undefined ? defaultBufferInMs : lifecycle.bufferInSeconds * 1000;
  const store = createRecordStore(options.store, clock, deadlineInMs);
  const closing = new AbortController();
  const common = { ...options, store, bufferInMs, closing: closing.signal };
  const flight = createSingleFlight<CachedToken>();
  const rejectedTokens = createRejectedTokens(clock);
  const failures = createFailureTracker(common);
  const cache = createTokenCache(common);
  const commitRetry = createCommitRetry({
    ...common,
    onSaved: () => emitStoreEvent("commit", undefined),
    takeAnotherLease: () => startRefresh("advisory"),
  });
  const refresher = createTokenRefresher({
    ...common,
    cache,
    rejectedTokens,
    failures,
    commitRetry,
    emitStoreEvent,
  });

  /** Starts the one refresh, or joins the one that is running. */
  const startRefresh = (trigger: RefreshTrigger, ignoresFailure = false) =>
    flight.join(() => refresher.refresh(trigger, ignoresFailure));

  function getToken(signal?: AbortSignal | null, patience?: TokenPatience): CachedToken | Promise<CachedToken> {
    const { current } = cache;
    if (current) {
      const freshness = current.freshness();
      if (freshness === "fresh") return current;
      if (freshness === "advisory") {
        if (!flight.running && !failures.active && !failures.isPaused) startRefresh("advisory").catch(() => {});
        return current;
      }
    }
    return waitForRefresh(current ? "expired" : "cold", undefined, signal, patience);
  }

  /** @param unwanted an access token that the refresh must replace */
  async function waitForRefresh(
    trigger: RefreshTrigger,
    unwanted: string | undefined,
    signal: AbortSignal | null | undefined,
    patience: TokenPatience | undefined,
  ): Promise<CachedToken> {
    const isForced = trigger === "forced";
    const signals = signal ? [signal, closing.signal] : [closing.signal];
    const waitForSlot = createSlotWait({ clock, patience, signals });
    /** The first attempt of a forced refresh ignores the back-off; the next ones wait for it. */
    let ignoresFailure = isForced;
    for (let isSecond = false; ; ) {
      closing.signal.throwIfAborted();
      signal?.throwIfAborted();
      const joinsRunning = flight.running !== undefined;
      const failure = ignoresFailure ? undefined : failures.active;
      try {
        if (failure) throw failure.error;
        const cachedToken = await abortable(abortable(startRefresh(trigger, ignoresFailure), closing.signal), signal);
        // A refresh that began before the 401 may end with the rejected token, and one that took long with an expired token: wait for
        // one more refresh, then take what the vendor gives.
        const isWanted = cachedToken.token.accessToken !== unwanted && cachedToken.remainingInMs() > 0;
        if (isWanted || isSecond) return cachedToken;
        isSecond = true;
      } catch (error) {
        signal?.throwIfAborted();
        if (!isForced && cache.unexpired) return cache.unexpired;
        if (ignoresFailure && joinsRunning && !isSecond) {
          // The failed refresh began before this caller asked for one: start another.
          isSecond = true;
          continue;
        }
        await waitForSlot(error, slotLeftInMs(error));
        ignoresFailure = false;
      }
    }
  }

  /** Milliseconds until the next attempt after this error; `undefined` where none is known. */
  function slotLeftInMs(error: unknown): number | undefined {
    const { active } = failures;
    if (active && active.error === error) return active.remainingInMs();
    // The failure of another scheme's token, which the token request itself carries.
    return error instanceof AuthError && error.retryAt !== undefined ? error.retryAt - clock.now() : undefined;
  }

  async function replaceRejected(
    accessToken: string,
    rejection: Rejection,
    signal?: AbortSignal | null,
    patience?: TokenPatience,
  ): Promise<CachedToken | undefined> {
    const { current } = cache;
    const isCurrent = current?.token.accessToken === accessToken;
    if (current && isCurrent && !current.wasAccepted && current.ageInMs() < propagationWindowInMs) {
      const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      await sleep(clock, propagationDelayInMs, stop);
      return getToken(signal, patience);
    }
    if (!isCurrent && cache.unexpired) {
      rejectedTokens.add(accessToken);
      return current;
    }
    if (rejectedTokens.isSuspect(accessToken)) return undefined;
    reject(accessToken, rejection);
    return waitForRefresh("rejected", accessToken, signal, patience);
  }

  /** The access token is used no more; where it is the cached one, an event says so. */
  function reject(accessToken: string, rejection: Rejection): void {
    rejectedTokens.add(accessToken);
    const { current } = cache;
    if (current?.token.accessToken !== accessToken) return;
    cache.clear();
    const ageInMs = current.ageInMs();
    emit({ type: "invalidation", vendor, scheme: schemeName, key: currentKey(), ...rejection, ageInMs });
  }

  function markSuspect(accessToken: string, rejection: Rejection): void {
    const { current } = cache;
    const isAdopted = current?.token.accessToken === accessToken && current.isAdopted;
    // Another worker may have used an adopted token up, so one new token is obtained; if that is refused as well, tokens are not at fault.
    if (isAdopted && rejectedTokens.isCalm) reject(accessToken, rejection);
    rejectedTokens.markSuspect(accessToken, (count) => backOffInMs(count, worker.jitter));
  }

  const currentKey = () => cache.identity?.key ?? "";

  function emitStoreEvent(action: StoreOperation, reason: StoreErrorCode | undefined): void {
    const isUndurable = commitRetry.grant !== undefined;
    emit({ type: "store", vendor, scheme: schemeName, key: currentKey(), action, reason, isUndurable });
  }

  return {
    get key() {
      return currentKey();
    },
    getToken,
    replaceRejected,
    markAccepted(accessToken) {
      const { current } = cache;
      if (current?.token.accessToken === accessToken) current.wasAccepted = true;
    },
    markSuspect,
    refresh: (signal, patience) => waitForRefresh("forced", cache.current?.token.accessToken, signal, patience),
    isShared: options.store.isShared === true,
    clearLocalToken: cache.clear,
    async invalidateSession() {
      const ended = cache.current?.token;
      if (ended) rejectedTokens.add(ended.accessToken);
      cache.clear();
      commitRetry.discard();
      // A newer session of another worker stays in the store.
      await refresher.updateRecord((record) =>
        ended && record.token && !isSameSession(record.token, ended) ? record : withoutToken(record),
      );
    },
    async clearFailure() {
      failures.clear();
      await refresher.updateRecord(withoutHold);
    },
    get cachedToken() {
      return cache.unexpired;
    },
    get failure() {
      return failures.active;
    },
    get hasUnsavedToken() {
      return commitRetry.grant !== undefined;
    },
    get isClosed() {
      return closing.signal.aborted;
    },
    closing: closing.signal,
    identity: async () => cache.identity ?? cache.resolveIdentity(),
    async close() {
      closing.abort(new TransportError(vendor, "closed", "this client is closed; create a new one with connect()"));
      cache.clear();
      await flight.running?.catch(() => {});
      await commitRetry.flush();
    },
  };
}
