/** A vendor value of a plain RFC 6749 server, for tests of the runtime alone. */
import type { CallInit, Refusal, Rest, Success, Undocumented } from "../../src/client/call-types.ts";
import { type Client, type ConnectOptions, connect, createMemoryStore, type LatchkeyEvent } from "../../src/index.ts";
import type { ErrorRules, Lifecycle, Operation, Vendor } from "../../src/vendor.ts";
import { oauthLifecycle } from "../../tools/lib/oauth-lifecycle.ts";
import type { FakeVendor } from "./fake-vendor.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

interface Ok {
  ok: boolean;
  echo: string;
}

interface GetInit extends CallInit {
  params?: { query?: Record<string, string> };
}
interface PostInit extends CallInit {
  body?: unknown;
}
interface OneInit extends CallInit {
  params: { path: { id: string } };
}
type GetResult = Success<200, Ok> | Refusal<401, { error: string }> | Refusal<Rest<401>, Undocumented>;
type PostResult = Success<200, Ok> | Refusal<Rest, Undocumented>;

interface PathCalls {
  GET(init?: GetInit): Promise<GetResult>;
  POST(init?: PostInit): Promise<PostResult>;
}

export interface TestTypes {
  paths: { "/things": PathCalls; "/public": PathCalls; "/things/{id}": { GET(init: OneInit): Promise<GetResult> } };
  methods: { GET: "/things" | "/public" | "/things/{id}"; POST: "/things" | "/public" };
  credentials: { clientId: string; clientSecret: string };
  actors: never;
  servers: "production";
  hosts: never;
  codes: "invalid_client";
  items: { "GET /things": string };
  batches: Record<never, never>;
}

/** The lifecycle of `createTestVendor`. */
export const testLifecycle: Lifecycle = oauthLifecycle;

export function createTestVendor(lifecycle: Partial<Lifecycle> = {}): Vendor<TestTypes> {
  return {
    contract: 1,
    name: "acme",
    title: "Acme",
    version: "1",
    servers: {
      production: {
        url: "https://acme.invalid",
        environment: { clientId: "ACME_CLIENT_ID", clientSecret: "ACME_CLIENT_SECRET" },
      },
    },
    schemes: {
      bearer: {
        send: { in: "header", name: "Authorization", prefix: "Bearer " },
        credentials: { clientId: { secret: false }, clientSecret: { secret: true } },
        lifecycle: { ...testLifecycle, ...lifecycle },
      },
    },
    security: [{ bearer: [] }],
    operations: { "GET /public": { security: [] } },
    errors: { envelopes: [], table: [] },
  };
}

export interface Bench {
  readonly client: Client<TestTypes>;
  readonly clock: ManualClock;
  readonly events: LatchkeyEvent[];
}

export const testCredentials = { clientId: "client", clientSecret: "secret-CANARY" };

/** A client of the fake vendor on a clock of its own. */
export function connectTo(
  fake: FakeVendor,
  options: Partial<ConnectOptions<TestTypes>> & {
    readonly lifecycle?: Partial<Lifecycle>;
    /** The document's table of errors. */
    readonly errors?: ErrorRules;
    readonly operations?: Readonly<Record<string, Operation>>;
  } = {},
): Bench {
  const clock = createManualClock();
  const events: LatchkeyEvent[] = [];
  const { lifecycle, errors, operations, ...rest } = options;
  const plain = createTestVendor(lifecycle);
  const vendor = { ...plain, errors: errors ?? plain.errors, operations: { ...plain.operations, ...operations } };
  const client = connect(vendor, {
    credentials: testCredentials,
    server: { url: fake.url },
    clock,
    store: createMemoryStore({ clock }),
    onEvent: (event) => events.push(event),
    ...rest,
  });
  return { client, clock, events };
}
