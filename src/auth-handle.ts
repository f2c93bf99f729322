/** `client.auth`: what a program may ask of its tokens, never their values. */
import type { Account, Revocation, RevokeOptions, TokenStatus } from "./token/account.ts";
import type { Credentials } from "./token/identity.ts";

export interface AuthHandle<C extends object = object> {
  /** Of every managed token of this client, a second party's last. Local, no I/O. */
  status(): readonly TokenStatus[];
  /**
   * Do these credentials work? Signs in once and leaves the cached token as it is; for a rotation: create, verify, switch, delete.
   * Without an argument the client's own are tried, and a standing refusal is lifted when they do.
   * @throws AuthError when they do not, or nobody can say
   */
  verify(credentials?: C): Promise<void>;
  /** A new token now, whatever the cached one's age. @throws AuthError */
  refresh(): Promise<void>;
  /**
   * Ends the session where the vendor documents how, and drops the tokens either way. A session that other processes share by the
   * store is ended for them only with `everywhere`. Bounded; never throws.
   */
  revoke(options?: RevokeOptions): Promise<readonly Revocation[]>;
}

/** `verify` tries the client's own party: the last account, which is the second party's on a client from `as()`. */
export function createAuthHandle<C extends object>(accounts: readonly Account[]): AuthHandle<C> {
  return {
    status: () => accounts.map((account) => account.status()),
    async verify(credentials) {
      await accounts.at(-1)?.verify(credentials && toCredentials(credentials));
    },
    async refresh() {
      for (const { manager } of accounts) await manager.refresh();
    },
    async revoke(options) {
      const ended: Revocation[] = [];
      for (const account of accounts.toReversed()) ended.push(await account.revoke(options));
      return ended;
    },
  };
}

const toCredentials = (given: object): Credentials =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? value : undefined]),
  );
