/** What one process has in hand of its credential: the token, and whose it is. A closed client's hand stays empty. */

import type { StoredToken } from "../../store/token-record.ts";
import { type CachedToken, type CachedTokenOptions, createCachedToken } from "./held-token.ts";
import type { TokenIdentity } from "../credentials/token-identity.ts";

export interface TokenCacheOptions extends CachedTokenOptions {
  /** Whose token this is; asks a credentials function anew each time. */
  readonly resolveIdentity: (signal: AbortSignal) => Promise<TokenIdentity>;
  readonly isDynamic: boolean;
  readonly closing: AbortSignal;
}

export interface TokenCache {
  readonly current: CachedToken | undefined;
  /** The token, where it is not over. */
  readonly unexpired: CachedToken | undefined;
  /** A token as it would be held. @param now the store's time. */
  toCachedToken(token: StoredToken, now: number): CachedToken;
  set(token: CachedToken): CachedToken;
  clear(): void;
  /** As last asked for. */
  identity: TokenIdentity | undefined;
  /** Asks where that is not known, or may have changed. */
  resolveIdentity(): Promise<TokenIdentity>;
}

export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { resolveIdentity: identify, isDynamic, closing } = options;
  let held: CachedToken | undefined;
  let identity: TokenIdentity | undefined;
  return {
    get current() {
      return held;
    },
    get unexpired() {
      return held && held.remainingInMs() > 0 ? held : undefined;
    },
    toCachedToken: (token, now) => createCachedToken(token, now, options),
    set(token) {
      if (!closing.aborted) held = token;
      return token;
    },
    clear() {
      held = undefined;
    },
    get identity() {
      return identity;
    },
    set identity(known) {
      identity = known;
    },
    async resolveIdentity() {
      if (identity === undefined || isDynamic) identity = await identify(closing);
      return identity;
    },
  };
}
