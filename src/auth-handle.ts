/** `client.auth`: what a program may ask of its tokens, never their values. */

import type { Credentials } from "./token/identity.ts";
import type { Revocation, TokenManager, TokenStatus } from "./token/manager.ts";

export interface AuthHandle<C extends object = object> {
  /** Of every managed token of this client. Local, no I/O. */
  status(): readonly TokenStatus[];
  /**
   * Do these credentials work? Signs in once and leaves the cached token as it is; for a rotation: create, verify, switch, delete.
   * Without an argument the client's own are tried.
   * @throws AuthError when they do not, or nobody can say
   */
  verify(credentials?: C): Promise<void>;
  /** A new token now. @throws AuthError */
  refresh(): Promise<void>;
  /** Ends the session where the vendor documents how, newest party first, and drops the tokens either way. Never throws for the vendor's part. */
  revoke(): Promise<readonly (Revocation & { readonly scheme: string })[]>;
}

export function createAuthHandle<C extends object>(managers: ReadonlyMap<string, TokenManager>): AuthHandle<C> {
  return {
    status: () => [...managers.values()].map((manager) => manager.status()),
    async verify(credentials) {
      for (const manager of managers.values()) await manager.verify(credentials && toCredentials(credentials));
    },
    async refresh() {
      for (const manager of managers.values()) await manager.refresh();
    },
    async revoke() {
      const results: (Revocation & { scheme: string })[] = [];
      for (const [scheme, manager] of [...managers].reverse()) results.push({ scheme, ...(await manager.revoke()) });
      return results;
    },
  };
}

const toCredentials = (given: object): Credentials =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? value : undefined]),
  );
