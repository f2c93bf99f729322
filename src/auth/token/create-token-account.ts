/** All that signs in, for one scheme: its manager with what it stands on, and its account. One part, loaded ahead of the first call (keeper.ts). */
import type { Clock } from "../../util/clock.ts";
import { sharedMemoryStore } from "../../store/memory.ts";
import type { TokenStore } from "../../store/token-store.ts";
import { type Account, createAccount } from "./token-account.ts";
import { type AskerOptions, createAsker } from "../token-endpoint/token-client.ts";
import { createIdentifier, type IdentifierOptions } from "../credentials/identity-resolver.ts";
import { createTokenManager, type ManagerOptions } from "./token-manager.ts";
import { createWorker } from "./worker-id.ts";

export type SignInOptions = AskerOptions &
  IdentifierOptions &
  Omit<ManagerOptions, "asker" | "identify" | "endpoint" | "isDynamic" | "worker" | "store"> & {
    /** @default this process's memory */
    readonly store: TokenStore | undefined;
    /** The caller's own clock, which has a memory of its own: a test's. */
    readonly givenClock: Clock | undefined;
  };

export function createSignIn(options: SignInOptions): Account {
  const { schemeName, lifecycle, source, urlOf, clock, givenClock } = options;
  const identify = createIdentifier(options);
  const asker = createAsker(options);
  const manager = createTokenManager({
    ...options,
    store: options.store ?? sharedMemoryStore(givenClock),
    asker,
    identify: (signal) => identify(undefined, signal),
    endpoint: `${schemeName} ${lifecycle.obtain.map(urlOf)}`,
    isDynamic: source.isDynamic,
    worker: createWorker(clock),
  });
  return createAccount({ ...options, manager, asker, identify });
}
