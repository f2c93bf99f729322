/** A token manager with a function as its token endpoint: for tests with many calls or a simulated order of events. */
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

export interface TokenManagerHarnessOptions {
  readonly clock: ManualClock;
  readonly store: TokenStore;
  /** The token endpoint: receives the form, and returns the response. */
  readonly answer: (form: URLSearchParams, signal: AbortSignal) => Promise<Response>;
  readonly credentials?: object | (() => object | Promise<object>);
  readonly lifecycle?: Partial<Lifecycle>;
  readonly owner?: string;
  readonly jitter?: number;
  readonly deadlineInMs?: number;
}

export interface TokenManagerHarness {
  readonly manager: TokenManager;
  readonly account: TokenAccount;
  readonly events: LatchkeyEvent[];
}

/** Options of the token account of one scheme. */
export function createAccountOptions(
  options: TokenManagerHarnessOptions,
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

export function createTokenManagerHarness(options: TokenManagerHarnessOptions): TokenManagerHarness {
  const { store } = options;
  const common = createAccountOptions(options);
  const resolveIdentity = createIdentityResolver(common);
  const tokenClient = createTokenClient(common);
  const manager = createTokenManager({
    ...common,
    tokenClient,
    resolveIdentity: (signal) => resolveIdentity(undefined, signal),
    endpoint: "https://acme.invalid/token",
    store,
    worker: { owner: options.owner ?? "worker", jitter: options.jitter ?? 0 },
  });
  const account = createAccountActions({ ...common, manager, tokenClient, resolveIdentity });
  return { manager, account, events: common.events };
}
