/** What a program may ask of one scheme's token beside using it: its status, a trial of credentials, the end of the session. */
import type { Clock } from "../../util/clock.ts";
import type { AuthError } from "../../errors/auth-error.ts";
import type { Listener } from "../../events/events.ts";
import type { Lifecycle } from "../../vendor.ts";
import type { TokenClient } from "../token-endpoint/token-client.ts";
import type { TokenIdentity } from "../credentials/token-identity.ts";
import type { TokenManager } from "./token-manager.ts";
import type { Credentials } from "../credentials/credentials.ts";
import { toAuthError } from "../token-endpoint/token-failure.ts";

export interface TokenStatus {
  readonly scheme: string;
  /** `refused`: until the credentials change; `waiting`: a back-off or the vendor's Retry-After. */
  readonly state: "signed_in" | "signed_out" | "refused" | "waiting" | "closed";
  /** Epoch milliseconds, local clock. */
  readonly expiresAt?: number;
  readonly refreshExpiresAt?: number;
  readonly scope?: string;
  readonly tokenType?: string;
  /** The vendor named no lifetime; the documented one stands in. */
  readonly estimated?: boolean;
  /** The store would not take the token: it lives in this process alone, until the commit that is tried again succeeds. */
  readonly unsaved?: boolean;
  /** What else the vendor says of the token, by its document's names. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** Why no token is asked for at the moment. */
  readonly error?: AuthError;
}

export interface Revocation {
  readonly scheme: string;
  readonly revoked: boolean;
  /**
   * Why not: the vendor documents no revocation; it failed; or other processes may be using the session (`everywhere` was not
   * asked for). The tokens are dropped here either way.
   */
  readonly reason?: "unsupported" | "failed" | "shared";
  readonly error?: Error;
}

export interface RevokeOptions {
  /** Also a session that other processes share, by the store. @default false */
  readonly everywhere?: boolean;
}

export interface TokenAccount {
  readonly manager: TokenManager;
  status(): TokenStatus;
  /** Signs in once beside the cached token. @throws AuthError */
  verify(credentials?: Credentials): Promise<void>;
  /** Bounded by the token deadline; never throws. */
  revoke(options?: RevokeOptions): Promise<Revocation>;
}

export interface TokenAccountOptions {
  readonly vendor: string;
  readonly schemeName: string;
  readonly lifecycle: Lifecycle;
  readonly manager: TokenManager;
  readonly tokenClient: TokenClient;
  readonly resolveIdentity: (credentials?: Credentials) => Promise<TokenIdentity>;
  readonly clock: Clock;
  readonly emit: Listener;
}

export function createAccountActions({
  vendor,
  schemeName,
  lifecycle,
  manager,
  tokenClient: asker,
  resolveIdentity: identify,
  clock,
  emit,
}: TokenAccountOptions): TokenAccount {
  function status(): TokenStatus {
    if (manager.isClosed) return { scheme: schemeName, state: "closed" };
    const { cachedToken: held, failure: trouble } = manager;
    const error = trouble ? { error: trouble.error } : {};
    if (!held) {
      const state = !trouble ? "signed_out" : trouble.lastsInMs === undefined ? "refused" : "waiting";
      return { scheme: schemeName, state, ...error };
    }
    const { tokenType, estimated, attributes, scope, expiresAt, refreshExpiresAt } = held.token;
    const until = Math.round(clock.now() + held.remainingInMs());
    return {
      scheme: schemeName,
      state: "signed_in",
      expiresAt: until,
      tokenType,
      estimated,
      attributes,
      ...(scope === undefined ? {} : { scope }),
      ...(manager.hasUnsavedToken ? { unsaved: true } : {}),
      ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt: Math.round(until + refreshExpiresAt - expiresAt) }),
      ...error,
    };
  }

  async function verify(credentials?: Credentials): Promise<void> {
    const who = await identify(credentials);
    const reply = await asker.requestToken({
      operation: who.obtain,
      phase: "obtain",
      identity: who,
      trigger: "forced",
      previous: undefined,
      inDoubtAttempt: false,
      storeNow: () => clock.now(),
      waitedInMs: () => 0,
      retryAt: () => undefined,
    });
    if (!reply.ok) throw toAuthError(vendor, reply.failure, "obtain", schemeName, undefined);
    if (credentials === undefined) await manager.clearFailure();
  }

  async function revoke({ everywhere = false }: RevokeOptions = {}): Promise<Revocation> {
    const ended = manager.isShared && !everywhere ? leaveSession() : await endSession();
    const key = await manager.identity().then(
      (who) => who.key,
      () => "",
    );
    emit({ type: "revocation", vendor, scheme: schemeName, key, revoked: ended.revoked, reason: ended.reason });
    return ended;
  }

  function leaveSession(): Revocation {
    manager.clearLocalToken();
    return { scheme: schemeName, revoked: false, reason: "shared" };
  }

  async function endSession(): Promise<Revocation> {
    try {
      if (!lifecycle.revoke) return { scheme: schemeName, revoked: false, reason: "unsupported" };
      const { token } = await manager.getToken();
      const failure = await asker.revoke(lifecycle.revoke, await manager.identity(), token);
      if (!failure) return { scheme: schemeName, revoked: true };
      const error = toAuthError(vendor, failure, "revoke", schemeName, undefined);
      return { scheme: schemeName, revoked: false, reason: "failed", error };
    } catch (error) {
      return { scheme: schemeName, revoked: false, reason: "failed", ...(error instanceof Error ? { error } : {}) };
    } finally {
      await manager.invalidateSession().catch(() => {});
    }
  }

  return { manager, status, verify, revoke };
}
