/** Which operations of a vendor sign in, refresh or revoke: a caller may send these by hand as well. */
import type { Phase, TokenOperation, Vendor } from "../vendor.ts";

export interface TokenRole {
  readonly phase: Phase;
  /** The security scheme whose token the operation obtains, refreshes or revokes. */
  readonly scheme: string | undefined;
}

/** The role of an operation that has nothing to do with tokens. */
export const resourceRole: TokenRole = { phase: "resource", scheme: undefined };

/** Maps `"POST /oauth/token"` and the like to their roles. */
export function readTokenRoles(vendor: Vendor): ReadonlyMap<string, TokenRole> {
  const roles = new Map<string, TokenRole>();
  const add = (operation: TokenOperation | undefined, phase: Phase, scheme: string) => {
    if (operation) roles.set(`${operation.method} ${operation.path}`, { phase, scheme });
  };
  for (const [name, { lifecycle }] of Object.entries(vendor.schemes)) {
    for (const operation of lifecycle?.obtain ?? []) add(operation, "obtain", name);
    add(lifecycle?.refresh, "refresh", name);
    add(lifecycle?.revoke, "revoke", name);
  }
  return roles;
}
