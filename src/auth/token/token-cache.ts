/** In-process cache of one scheme's token and the identity it belongs to. The cache of a closed client stays empty. */
import type { StoredToken } from "../../store/token-record.ts";
import { type Clock, createStopwatch } from "../../util/clock.ts";
import type { TokenIdentity } from "../credentials/token-identity.ts";
import { createRefreshWindows, type Freshness, freshnessOf, type RefreshWindows } from "./refresh-policy.ts";
import type { WorkerId } from "./worker-id.ts";

/** A token that measures its own age with a stopwatch. */
export interface CachedToken {
  readonly token: StoredToken;
  readonly windows: RefreshWindows;
  /** A resource has accepted the token, so a later 401 means that it is no longer good. */
  wasAccepted: boolean;
  /** The token was found in the store: another worker obtained it. */
  isAdopted: boolean;
  ageInMs(): number;
  remainingInMs(): number;
  freshness(): Freshness;
}

export interface CachedTokenOptions {
  readonly clock: Clock;
  readonly bufferInMs: number;
  readonly worker: WorkerId;
}

/** @param now the store's time */
export function createCachedToken(
  token: StoredToken,
  now: number,
  { clock, bufferInMs, worker }: CachedTokenOptions,
): CachedToken {
  const lifetimeInMs = token.expiresAt - token.obtainedAt;
  // The store's clock may have been set back since: a token never lives longer than its lifetime.
  const remainingAtStartInMs = Math.min(token.expiresAt - now, lifetimeInMs);
  const stopwatch = createStopwatch(clock);
  const ours = createRefreshWindows(lifetimeInMs, bufferInMs, worker.jitter);
  const windows =
    token.refreshAt === undefined
      ? ours
      : // The server named the time of the refresh, and may spread its clients by it: no jitter of ours.
        { ...ours, advisoryInMs: Math.max(ours.mandatoryInMs, token.expiresAt - token.refreshAt) };
  const remainingInMs = () => remainingAtStartInMs - stopwatch.elapsedInMs();
  return {
    token,
    windows,
    wasAccepted: false,
    isAdopted: false,
    ageInMs: () => now - token.obtainedAt + stopwatch.elapsedInMs(),
    remainingInMs,
    freshness: () => freshnessOf(remainingInMs(), windows),
  };
}

export interface TokenCacheOptions extends CachedTokenOptions {
  /** Resolves the identity of the token; calls a credentials function each time. */
  readonly resolveIdentity: (signal: AbortSignal) => Promise<TokenIdentity>;
  readonly isDynamic: boolean;
  readonly closing: AbortSignal;
}

export interface TokenCache {
  readonly current: CachedToken | undefined;
  /** The current token, unless it has expired. */
  readonly unexpired: CachedToken | undefined;
  /** Makes a cached token without keeping it. @param now the store's time */
  toCachedToken(token: StoredToken, now: number): CachedToken;
  set(token: CachedToken): CachedToken;
  clear(): void;
  /** The identity that was resolved last. */
  identity: TokenIdentity | undefined;
  /** Resolves the identity where it is unknown, or may have changed. */
  resolveIdentity(): Promise<TokenIdentity>;
}

export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { resolveIdentity, isDynamic, closing } = options;
  let current: CachedToken | undefined;
  let identity: TokenIdentity | undefined;
  return {
    get current() {
      return current;
    },
    get unexpired() {
      return current && current.remainingInMs() > 0 ? current : undefined;
    },
    toCachedToken: (token, now) => createCachedToken(token, now, options),
    set(token) {
      if (!closing.aborted) current = token;
      return token;
    },
    clear() {
      current = undefined;
    },
    get identity() {
      return identity;
    },
    set identity(resolved) {
      identity = resolved;
    },
    async resolveIdentity() {
      if (identity === undefined || isDynamic) identity = await resolveIdentity(closing);
      return identity;
    },
  };
}
