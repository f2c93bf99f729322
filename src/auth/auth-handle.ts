/** `client.auth`: what a program can do with its tokens, without reading their values. */
import { runAction } from "../errors/call-error.ts";
import type { Credentials } from "./credentials/credentials.ts";
import type { Revocation, RevokeOptions, TokenAccount, TokenStatus } from "./token/token-account.ts";
import type { TokenPatience } from "./token/token-patience.ts";

export interface AuthHandle<C extends object = object> {
  /** Returns the status of every managed token of this client, a customer's last. Local, without I/O. */
  status(): readonly TokenStatus[];
  /**
   * Checks credentials: signs in once and leaves the cached token as it is. For a rotation: create, verify, switch, delete. Without an
   * argument, checks the client's own credentials, and forgets a remembered refusal when they work. Waits as a call does while the token
   * endpoint fails for the moment.
   *
   * @throws AuthError when the credentials do not work, or the vendor cannot tell
   */
  verify(credentials?: C): Promise<void>;
  /**
   * Obtains new tokens now, whatever the age of the cached ones, and even while a refusal is remembered. Waits as a call does while the
   * token endpoint fails for the moment.
   *
   * @throws AuthError
   */
  refresh(): Promise<void>;
  /**
   * Ends the session where the vendor documents how, and drops the tokens in any case. A session that other processes share through the
   * store is ended for them only with `everywhere`. Bounded in time; never throws.
   */
  revoke(options?: RevokeOptions): Promise<readonly Revocation[]>;
}

/**
 * @param accounts the last one is verified: on a client from `as()`, the customer's
 * @param createPatience creates the patience of one `verify` or `refresh`
 */
export function createAuthHandle<C extends object>(
  accounts: readonly TokenAccount[],
  createPatience: () => TokenPatience,
): AuthHandle<C> {
  return {
    status: () => accounts.map((account) => account.status()),
    verify: (credentials) =>
      runAction("auth.verify()", async () => {
        await accounts.at(-1)?.verify(credentials && toCredentials(credentials), createPatience());
      }),
    refresh: () =>
      runAction("auth.refresh()", async () => {
        const patience = createPatience();
        for (const { manager } of accounts) await manager.refresh(undefined, patience);
      }),
    async revoke(options) {
      const revocations: Revocation[] = [];
      for (const account of accounts.toReversed()) revocations.push(await account.revoke(options));
      return revocations;
    },
  };
}

const toCredentials = (given: object): Credentials =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? value : undefined]),
  );
