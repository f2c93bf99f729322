/** `client.auth`: what a program may ask of its tokens, never their values. */
import type { Revocation, RevokeOptions, TokenStatus } from "./token/token-account.ts";
import type { LazyTokenAccount } from "./token/lazy-token-account.ts";
import type { Credentials } from "./credentials/credentials.ts";

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
export function createAuthHandle<C extends object>(keepers: readonly LazyTokenAccount[]): AuthHandle<C> {
  return {
    status: () => keepers.map((keeper) => keeper.status()),
    async verify(credentials) {
      await (await keepers.at(-1)?.account())?.verify(credentials && toCredentials(credentials));
    },
    async refresh() {
      for (const keeper of keepers) await (await keeper.account()).manager.refresh();
    },
    async revoke(options) {
      const ended: Revocation[] = [];
      for (const keeper of keepers.toReversed()) ended.push(await (await keeper.account()).revoke(options));
      return ended;
    },
  };
}

const toCredentials = (given: object): Credentials =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? value : undefined]),
  );
