/** All that signs in, for one scheme: its manager with what it stands on, and its account. One part, loaded ahead of the first call (keeper.ts). */
import type { Clock } from "../../util/clock.ts";
import { sharedMemoryStore } from "../../store/memory.ts";
import type { TokenStore } from "../../store/token-store.ts";
import { type TokenAccount, createAccountActions } from "./token-account.ts";
import { type TokenClientOptions, createTokenClient } from "../token-endpoint/token-client.ts";
import { createIdentityResolver, type IdentityResolverOptions } from "../credentials/identity-resolver.ts";
import { createTokenManager, type TokenManagerOptions } from "./token-manager.ts";
import { createWorkerId } from "./worker-id.ts";

export type CreateTokenAccountOptions = TokenClientOptions &
  IdentityResolverOptions &
  Omit<TokenManagerOptions, "asker" | "identify" | "endpoint" | "worker" | "store"> & {
    /** @default this process's memory */
    readonly store: TokenStore | undefined;
    /** The caller's own clock, which has a memory of its own: a test's. */
    readonly givenClock: Clock | undefined;
  };

export function createTokenAccount(options: CreateTokenAccountOptions): TokenAccount {
  const { vendor, schemeName, lifecycle, urlOf, clock, givenClock } = options;
  const identify = createIdentityResolver(options);
  const asker = createTokenClient(options);
  const manager = createTokenManager({
    ...options,
    store: options.store ?? sharedMemoryStore(givenClock),
    tokenClient: asker,
    resolveIdentity: (signal) => identify(undefined, signal),
    endpoint: JSON.stringify([vendor, schemeName, lifecycle.obtain.map(urlOf)]),
    worker: createWorkerId(clock),
  });
  return createAccountActions({ ...options, manager, tokenClient: asker, resolveIdentity: identify });
}
