/** What one process has in hand of its credential: the token, and whose it is. A closed client's hand stays empty. */

import type { StoredToken } from "../../store/token-record.ts";
import { type HeldToken, type HoldOptions, holdToken } from "./held-token.ts";
import type { Identity } from "../credentials/token-identity.ts";

export interface HandOptions extends HoldOptions {
  /** Whose token this is; asks a credentials function anew each time. */
  readonly identify: (signal: AbortSignal) => Promise<Identity>;
  readonly isDynamic: boolean;
  readonly closing: AbortSignal;
}

export interface Hand {
  readonly held: HeldToken | undefined;
  /** The token, where it is not over. */
  readonly good: HeldToken | undefined;
  /** A token as it would be held. @param now the store's time. */
  weigh(token: StoredToken, now: number): HeldToken;
  keep(token: HeldToken): HeldToken;
  drop(): void;
  /** As last asked for. */
  identity: Identity | undefined;
  /** Asks where that is not known, or may have changed. */
  whoAmI(): Promise<Identity>;
}

export function createHand(options: HandOptions): Hand {
  const { identify, isDynamic, closing } = options;
  let held: HeldToken | undefined;
  let identity: Identity | undefined;
  return {
    get held() {
      return held;
    },
    get good() {
      return held && held.remainingInMs() > 0 ? held : undefined;
    },
    weigh: (token, now) => holdToken(token, now, options),
    keep(token) {
      if (!closing.aborted) held = token;
      return token;
    },
    drop() {
      held = undefined;
    },
    get identity() {
      return identity;
    },
    set identity(known) {
      identity = known;
    },
    async whoAmI() {
      if (identity === undefined || isDynamic) identity = await identify(closing);
      return identity;
    },
  };
}
