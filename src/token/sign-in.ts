/** All that signs in, for one scheme: its manager with what it stands on, and its account. One part, loaded ahead of the first call (keeper.ts). */
import type { Clock } from "../clock.ts";
import { sharedMemoryStore } from "../store/memory.ts";
import type { TokenStore } from "../store/protocol.ts";
import { type Account, createAccount } from "./account.ts";
import { type AskerOptions, createAsker } from "./asker.ts";
import { createIdentifier, type IdentifierOptions } from "./identifier.ts";
import { createTokenManager, type ManagerOptions } from "./manager.ts";
import { createWorker } from "./worker.ts";

export type SignInOptions = AskerOptions &
  IdentifierOptions &
  Omit<ManagerOptions, "asker" | "identify" | "endpoint" | "worker" | "store"> & {
    /** @default this process's memory */
    readonly store: TokenStore | undefined;
    /** The caller's own clock, which has a memory of its own: a test's. */
    readonly givenClock: Clock | undefined;
  };

export function createSignIn(options: SignInOptions): Account {
  const { vendor, schemeName, lifecycle, urlOf, clock, givenClock } = options;
  const identify = createIdentifier(options);
  const asker = createAsker(options);
  const manager = createTokenManager({
    ...options,
    store: options.store ?? sharedMemoryStore(givenClock),
    asker,
    identify: (signal) => identify(undefined, signal),
    endpoint: JSON.stringify([vendor, schemeName, lifecycle.obtain.map(urlOf)]),
    worker: createWorker(clock),
  });
  return createAccount({ ...options, manager, asker, identify });
}
