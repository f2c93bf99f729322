/** Creates the token account of one security scheme: its token manager, its token client and what both depend on. */
import { sharedMemoryStore } from "../../store/memory.ts";
import type { TokenStore } from "../../store/token-store.ts";
import type { Clock } from "../../util/clock.ts";
import { createIdentityResolver, type IdentityResolverOptions } from "../credentials/identity-resolver.ts";
import { createTokenClient, type TokenClientOptions } from "../token-endpoint/token-client.ts";
import { createAccountActions, type TokenAccount } from "./token-account.ts";
import { createTokenManager, type TokenManagerOptions } from "./token-manager.ts";
import { createWorkerId } from "./worker-id.ts";

export type CreateTokenAccountOptions = TokenClientOptions &
  IdentityResolverOptions &
  Omit<TokenManagerOptions, "tokenClient" | "resolveIdentity" | "endpoint" | "worker" | "store"> & {
    /** @default this process's memory */
    readonly store: TokenStore | undefined;
    /** The clock that the caller passed to `connect` (a test's); such a clock has a memory store of its own. */
    readonly givenClock: Clock | undefined;
  };

export function createTokenAccount(options: CreateTokenAccountOptions): TokenAccount {
  const { vendor, schemeName, lifecycle, urlOf, clock, givenClock } = options;
  const resolveIdentity = createIdentityResolver(options);
  const tokenClient = createTokenClient(options);
  const manager = createTokenManager({
    ...options,
    store: options.store ?? sharedMemoryStore(givenClock),
    tokenClient,
    resolveIdentity: (signal) => resolveIdentity(undefined, signal),
    endpoint: JSON.stringify([vendor, schemeName, lifecycle.obtain.map(urlOf)]),
    worker: createWorkerId(clock),
  });
  return createAccountActions({ ...options, manager, tokenClient, resolveIdentity });
}
