/** What a program can do with one scheme's token besides using it: read its status, verify credentials, end the session. */
import { AuthError } from "../../errors/auth-error.ts";
import type { Listener } from "../../events/events.ts";
import type { Clock } from "../../util/clock.ts";
import type { Lifecycle } from "../../vendor.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { TokenIdentity } from "../credentials/token-identity.ts";
import type { TokenClient } from "../token-endpoint/token-client.ts";
import { isRefusal, type TokenFailure, toAuthError } from "../token-endpoint/token-failure.ts";
import { backOffInMs } from "./refresh-policy.ts";
import type { TokenManager } from "./token-manager.ts";
import { createSlotWait, type TokenPatience } from "./token-patience.ts";

export interface TokenStatus {
  readonly scheme: string;
  /** `refused`: the vendor refused the sign-in, which is remembered until `error.retryAt` or other credentials; `waiting`: for a back-off slot or the vendor's `Retry-After`. */
  readonly state: "signed_in" | "signed_out" | "refused" | "waiting" | "closed";
  /** Epoch milliseconds of the local clock. */
  readonly expiresAt?: number;
  readonly refreshExpiresAt?: number;
  readonly scope?: string;
  readonly tokenType?: string;
  /** The vendor named no lifetime, so `expiresAt` is based on the documented one. */
  readonly estimated?: boolean;
  /** The store did not take the token: it lives in this process alone until a retry of the commit succeeds. */
  readonly unsaved?: boolean;
  /** Further properties of the token, by the names in the vendor's document. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** Why no token is requested at the moment. */
  readonly error?: AuthError;
}

export interface Revocation {
  readonly scheme: string;
  readonly revoked: boolean;
  /**
   * Why the session was not revoked: the vendor documents no revocation; the request failed; or other processes may be using the
   * session and `everywhere` was not set. This process drops its tokens in each case.
   */
  readonly reason?: "unsupported" | "failed" | "shared";
  readonly error?: Error;
}

export interface RevokeOptions {
  /** Also revokes a session that other processes share through the store. @default false */
  readonly everywhere?: boolean;
}

export interface TokenAccount {
  readonly manager: TokenManager;
  status(): TokenStatus;
  /** Signs in once and leaves the cached token as it is. @throws AuthError */
  verify(credentials?: Credentials, patience?: TokenPatience): Promise<void>;
  /** Ends the session within the token deadline. Never throws. */
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

export function createAccountActions(options: TokenAccountOptions): TokenAccount {
  const { vendor, schemeName, lifecycle, manager, tokenClient, resolveIdentity, clock, emit } = options;

  function status(): TokenStatus {
    if (manager.isClosed) return { scheme: schemeName, state: "closed" };
    const { cachedToken, failure } = manager;
    const error = failure ? { error: failure.error } : {};
    if (!cachedToken) {
      const state = !failure ? "signed_out" : failure.isRefusal ? "refused" : "waiting";
      return { scheme: schemeName, state, ...error };
    }
    const { tokenType, estimated, attributes, scope, expiresAt, refreshExpiresAt } = cachedToken.token;
    const localExpiresAt = Math.round(clock.now() + cachedToken.remainingInMs());
    return {
      scheme: schemeName,
      state: "signed_in",
      expiresAt: localExpiresAt,
      tokenType,
      estimated,
      attributes,
      ...(scope === undefined ? {} : { scope }),
      ...(manager.hasUnsavedToken ? { unsaved: true } : {}),
      ...(refreshExpiresAt === undefined
        ? {}
        : { refreshExpiresAt: Math.round(localExpiresAt + refreshExpiresAt - expiresAt) }),
      ...error,
    };
  }

  async function verify(credentials?: Credentials, patience?: TokenPatience): Promise<void> {
    const waitForSlot = createSlotWait({ clock, patience, signals: [manager.closing] });
    for (let attempt = 1; ; attempt += 1) {
      const slotInMs = backOffInMs(attempt, 0);
      try {
        await signIn(credentials, slotInMs);
        break;
      } catch (error) {
        const isTimed = error instanceof AuthError && error.retryAt !== undefined;
        await waitForSlot(error, isTimed ? error.retryAt - clock.now() : slotInMs);
      }
    }
    if (credentials === undefined) await manager.clearFailure();
  }

  /** @throws AuthError with the time of the next attempt, where one may succeed */
  async function signIn(credentials: Credentials | undefined, slotInMs: number): Promise<void> {
    const retryAt = (failure: TokenFailure) =>
      isRefusal(failure) ? undefined : clock.now() + Math.max(failure.waitInMs ?? 0, slotInMs);
    const identity = await resolveIdentity(credentials);
    const response = await tokenClient.requestToken({
      operation: identity.obtain,
      phase: "obtain",
      identity,
      trigger: "forced",
      previous: undefined,
      inDoubtAttempt: false,
      storeNow: () => clock.now(),
      waitedInMs: () => 0,
      retryAt,
    });
    if (response.ok) return;
    const { failure } = response;
    throw toAuthError(vendor, failure, "obtain", schemeName, retryAt(failure));
  }

  async function revoke({ everywhere = false }: RevokeOptions = {}): Promise<Revocation> {
    const revocation = manager.isShared && !everywhere ? leaveSession() : await endSession();
    const key = await manager.identity().then(
      (identity) => identity.key,
      () => "",
    );
    const { revoked, reason } = revocation;
    emit({ type: "revocation", vendor, scheme: schemeName, key, revoked, reason });
    return revocation;
  }

  function leaveSession(): Revocation {
    manager.clearLocalToken();
    return { scheme: schemeName, revoked: false, reason: "shared" };
  }

  async function endSession(): Promise<Revocation> {
    try {
      if (!lifecycle.revoke) return { scheme: schemeName, revoked: false, reason: "unsupported" };
      const { token } = await manager.getToken();
      const failure = await tokenClient.revoke(lifecycle.revoke, await manager.identity(), token);
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
