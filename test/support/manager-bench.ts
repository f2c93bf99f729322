/** A token manager alone, with a token endpoint that is a function: for what needs many calls, or a simulated order of events. */
import { createScrubber } from "../../src/errors/scrubber.ts";
import type { LatchkeyEvent } from "../../src/index.ts";
import type { TokenStore } from "../../src/store/protocol.ts";
import { type Account, createAccount } from "../../src/token/account.ts";
import { createAsker } from "../../src/token/asker.ts";
import { createCredentialSource } from "../../src/token/credential-source.ts";
import { createIdentifier } from "../../src/token/identifier.ts";
import { createTokenManager, type TokenManager } from "../../src/token/manager.ts";
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

export function createManagerBench(options: ManagerBenchOptions): ManagerBench {
  const { clock, store, answer, credentials = testCredentials, deadlineInMs = 10_000 } = options;
  const vendor = createTestVendor(options.lifecycle);
  const { bearer: scheme } = vendor.schemes;
  const lifecycle = scheme?.lifecycle;
  if (!scheme || !lifecycle) throw new Error("the test vendor has a managed token");
  const events: LatchkeyEvent[] = [];
  const emit = (event: LatchkeyEvent) => void events.push(event);
  const scrubber = createScrubber();
  const common = { vendor: vendor.name, schemeName: "bearer", lifecycle, clock, deadlineInMs, emit, scrubber };
  const source = createCredentialSource(vendor.name, scheme, credentials, clock);
  const identifier = createIdentifier({
    ...common,
    scheme,
    source,
    origins: ["https://acme.invalid"],
    parentKeys: async () => [],
  });
  const asker = createAsker({
    ...common,
    errors: vendor.errors,
    urlOf: ({ path }) => `https://acme.invalid${path}`,
    send: ({ body }, _operation, _phase, signal) => answer(new URLSearchParams(body), signal),
  });
  const manager = createTokenManager({
    ...common,
    asker,
    identify: (signal) => identifier(undefined, signal),
    endpoint: "https://acme.invalid/token",
    isDynamic: source.isDynamic,
    store,
    worker: { owner: options.owner ?? "worker", jitter: options.jitter ?? 0 },
  });
  const account = createAccount({ ...common, manager, asker, identify: identifier });
  return { manager, account, events };
}
