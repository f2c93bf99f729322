/** A token manager alone, with a token endpoint that is a function: for what needs many calls, or a simulated order of events. */
import { createRedactor } from "../../src/errors/redactor.ts";
import type { LatchkeyEvent } from "../../src/index.ts";
import type { TokenStore } from "../../src/store/token-store.ts";
import { type TokenAccount, createAccountActions } from "../../src/auth/token/token-account.ts";
import { createTokenClient } from "../../src/auth/token-endpoint/token-client.ts";
import { createCredentialSource } from "../../src/auth/credentials/credential-source.ts";
import { createIdentityResolver } from "../../src/auth/credentials/identity-resolver.ts";
import { createTokenManager, type TokenManager } from "../../src/auth/token/token-manager.ts";
import type { CreateTokenAccountOptions } from "../../src/auth/token/create-token-account.ts";
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
  readonly account: TokenAccount;
  readonly events: LatchkeyEvent[];
}

/** What one scheme's token is wired from. */
export function createSignInOptions(
  options: ManagerBenchOptions,
): CreateTokenAccountOptions & { readonly events: LatchkeyEvent[] } {
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
    redactor: createRedactor(),
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
  const identifier = createIdentityResolver(common);
  const asker = createTokenClient(common);
  const manager = createTokenManager({
    ...common,
    tokenClient: asker,
    resolveIdentity: (signal) => identifier(undefined, signal),
    endpoint: "https://acme.invalid/token",
    store,
    worker: { owner: options.owner ?? "worker", jitter: options.jitter ?? 0 },
  });
  const account = createAccountActions({ ...common, manager, tokenClient: asker, resolveIdentity: identifier });
  return { manager, account, events: common.events };
}
