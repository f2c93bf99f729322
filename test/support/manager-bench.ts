/** A token manager alone, with a token endpoint that is a function: for what needs many calls, or a simulated order of events. */
import { createScrubber } from "../../src/errors/scrubber.ts";
import type { LatchkeyEvent } from "../../src/index.ts";
import type { TokenStore } from "../../src/store/protocol.ts";
import { type Account, createAccount } from "../../src/token/account.ts";
import { createAsker } from "../../src/token/asker.ts";
import { createCredentialSource } from "../../src/token/credential-source.ts";
import { createIdentifier } from "../../src/token/identifier.ts";
import { createTokenManager, type TokenManager } from "../../src/token/manager.ts";
import type { SignInOptions } from "../../src/token/sign-in.ts";
import type { Lifecycle } from "../../src/vendor.ts";
import type { ManualClock } from "./manual-clock.ts";
import { createTestVendor, testCredentials } from "./test-vendor.ts";

export interface ManagerBenchOptions {
  readonly clock: ManualClock;
  readonly store: TokenStore;
  /** The token endpoint: the form that was sent, and the answer. */
  readonly answer: (form: URLSearchParams, signal: AbortSignal) => Promise<Response>;
  readonly credentials?: object | (() => object | Promise<object>);
  readonly lifecycle?: Partial<Lifecycle>;
  readonly owner?: string;
  readonly jitter?: number;
  readonly deadlineInMs?: number;
}

export interface ManagerBench {
  readonly manager: TokenManager;
  readonly account: Account;
  readonly events: LatchkeyEvent[];
}

/** What one scheme's token is wired from. */
export function createSignInOptions(
  options: ManagerBenchOptions,
): SignInOptions & { readonly events: LatchkeyEvent[] } {
  const { clock, store, answer, credentials = testCredentials, deadlineInMs = 10_000 } = options;
  const vendor = createTestVendor(options.lifecycle);
  const { bearer: scheme } = vendor.schemes;
  const lifecycle = scheme?.lifecycle;
  if (!scheme || !lifecycle) throw new Error("the test vendor has a managed token");
  const events: LatchkeyEvent[] = [];
  const source = createCredentialSource(vendor.name, scheme, credentials, clock);
  return {
    vendor: vendor.name,
    schemeName: "bearer",
    scheme,
    lifecycle,
    clock,
    givenClock: clock,
    store,
    deadlineInMs,
    events,
    emit: (event) => void events.push(event),
    scrubber: createScrubber(),
    source,
    isDynamic: source.isDynamic,
    server: { url: "https://acme.invalid", hosts: {} },
    parents: async () => [],
    errors: vendor.errors,
    urlOf: ({ path }) => `https://acme.invalid${path}`,
    send: ({ body }, _operation, _phase, signal) => answer(new URLSearchParams(body), signal),
  };
}

export function createManagerBench(options: ManagerBenchOptions): ManagerBench {
  const { store } = options;
  const common = createSignInOptions(options);
  const identifier = createIdentifier(common);
  const asker = createAsker(common);
  const manager = createTokenManager({
    ...common,
    asker,
    identify: (signal) => identifier(undefined, signal),
    endpoint: "https://acme.invalid/token",
    store,
    worker: { owner: options.owner ?? "worker", jitter: options.jitter ?? 0 },
  });
  const account = createAccount({ ...common, manager, asker, identify: identifier });
  return { manager, account, events: common.events };
}
