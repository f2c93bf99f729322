/** Whatever a client shows of a vendor or of a URL is searched for secrets: errors, events, exchanges, spans, metrics, cursors, rows and logs. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import createClient from "openapi-fetch";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openTelemetry } from "../../src/events/opentelemetry.ts";
import { authMiddleware, connect, createMemoryStore, toVendorError, type TokenStore } from "../../src/index.ts";
import { encryptStore } from "../../src/store/encrypted.ts";
import type { Lifecycle, SecurityScheme, Vendor } from "../../src/vendor.ts";
import { type Canaries, createCanaries } from "../support/canaries.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, type Received, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createTestVendor, testLifecycle } from "../support/test-vendor.ts";

let fake: FakeVendor;
let canaries: Canaries;
/** All that a client shows without being asked: events, exchanges and log lines. */
let said: unknown[];
let clock: ManualClock;
let telemetry: ReturnType<typeof recordTelemetry>;
let time: NodeJS.Timeout | undefined;
const listen = (message: unknown) => void said.push(message);
const channels = ["latchkey", "latchkey:http"];

beforeEach(async () => {
  fake = await startFakeVendor();
  canaries = createCanaries();
  said = [];
  given = secretOf();
  issued = [];
  clock = createManualClock();
  telemetry = recordTelemetry();
  for (const channel of channels) subscribe(channel, listen);
  for (const method of ["log", "info", "warn", "error", "debug", "trace"] as const)
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void said.push(words));
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text: unknown) => said.push(text) > 0);
});
afterEach(async () => {
  clearInterval(time);
  vi.restoreAllMocks();
  for (const channel of channels) unsubscribe(channel, listen);
  await telemetry.close();
  await fake.close();
});

function recordTelemetry() {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    ...openTelemetry({ tracerProvider, meterProvider }),
    async exported() {
      await reader.forceFlush();
      const shown = spans
        .getFinishedSpans()
        .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
      return { spans: shown, metrics: metrics.getMetrics() };
    },
    close: () => meterProvider.shutdown(),
  };
}

const secretOf = () => canaries.secret("clientSecret");
const accessToken = () => canaries.secret("accessToken");
const refreshToken = () => canaries.secret("refreshToken");
const pin = () => canaries.secret("pin token");
/** The secret that the client was given, and the tokens that it got. */
let given: string;
let issued: string[];
function granted(access = accessToken(), refresh = refreshToken()): Reply {
  issued.push(access, refresh);
  return { body: { access_token: access, refresh_token: refresh, token_type: "Bearer", expires_in: 3600 } };
}

/** All that a careless server can throw back: what it was sent, as it is and decoded, and what it gave. */
const echo = ({ body, path, headers }: Received): string =>
  [
    body,
    decodeURIComponent(body.replaceAll("+", " ")),
    path,
    headers.authorization,
    Buffer.from(String(headers.authorization ?? "").replace("Basic ", ""), "base64").toString(),
    headers.cookie,
    ...issued,
    Buffer.from(`client:${given}`).toString("base64"),
  ].join(" | ");

const basicLifecycle = (encoding: "raw" | "form"): Partial<Lifecycle> => {
  const basic = { username: "$credentials.clientId", password: "$credentials.clientSecret", encoding };
  const authentication = { clientAuthentication: "client_secret_basic", basic } as const;
  const [obtain] = testLifecycle.obtain;
  const { refresh } = testLifecycle;
  if (!obtain || !refresh) throw new Error("the test vendor signs in and refreshes");
  return {
    obtain: [{ ...obtain, ...authentication, request: { grant_type: "client_credentials" } }],
    refresh: { ...refresh, ...authentication },
  };
};

const secretField = { clientId: { secret: false }, clientSecret: { secret: true } };
const sentIn = (place: "header" | "query" | "cookie"): SecurityScheme => ({
  send: { in: place, name: "x-key" },
  credentials: secretField,
  value: { as: "raw", value: "$credentials.clientSecret" },
});
const basicScheme: SecurityScheme = {
  send: { in: "header", name: "Authorization", prefix: "Basic " },
  credentials: secretField,
  value: { as: "basic", username: "$credentials.clientId", password: "$credentials.clientSecret" },
};
const managed = (lifecycle?: Partial<Lifecycle>): SecurityScheme => {
  const { bearer } = createTestVendor(lifecycle).schemes;
  if (!bearer) throw new Error("the test vendor has a managed token");
  return bearer;
};

/** A client with a list, a bulk operation and schemas that nothing fits. */
function vendorWith(scheme: SecurityScheme): Vendor {
  const results = {
    rows: "$response.body#/rows",
    success: "/ok",
    error: "/text",
    code: "/code",
    fields: { in: "/problems", path: "/at", message: "/text", code: "/code" },
  };
  const schema = {
    safeParse: (body: unknown) => ({
      success: false as const,
      error: {
        issues: Object.keys(Object(body)).map((name) => ({ code: "custom", path: [name, name], message: name })),
      },
    }),
  };
  return {
    ...createTestVendor(),
    schemes: { one: scheme },
    security: [{ one: [] }],
    operations: {
      "GET /links": {
        pagination: { scheme: "link", in: "query", items: "$response.body#/items", next: "$response.body#/next" },
      },
      "GET /cursors": {
        pagination: {
          scheme: "cursor",
          in: "query",
          position: "after",
          items: "$response.body#/items",
          next: "$response.body#/next",
        },
      },
      "POST /rows": { sensitive: ["pin"], bulk: { rows: "/rows", results } },
    },
    schemas: async () => ({
      operations: { "POST /things": { request: () => schema, responses: { default: () => schema } } },
    }),
  };
}

interface OpenOptions {
  readonly secret?: string;
  readonly store?: TokenStore;
  readonly validate?: "warn" | "strict";
}

interface AnyCalls {
  [method: string]: (path: string, init?: object) => Promise<{ response: Response }>;
}

function open(scheme: SecurityScheme = managed(), { secret = secretOf(), ...options }: OpenOptions = {}) {
  given = secret;
  const client = connect(vendorWith(scheme), {
    credentials: { clientId: "client", clientSecret: secret },
    server: { url: fake.url },
    clock,
    store: createMemoryStore({ clock }),
    retries: false,
    onEvent(event) {
      said.push(event);
      telemetry.onEvent(event);
    },
    onHttp(exchange) {
      said.push(exchange);
      telemetry.onHttp(exchange);
    },
    ...options,
  });
  const calls: AnyCalls = Object(client);
  const call = (method: string, path: string, init?: object) => Object(calls[method])(path, init);
  return { client, call };
}

/** A call's error, returned or thrown. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const result = await call.catch((error: unknown) => error);
  return result instanceof Error ? result : toVendorError(Object(result));
}

/** Asserts that neither these values nor anything said holds a secret, also as a console prints them. */
async function expectNoSecret(shown: Readonly<Record<string, unknown>>): Promise<void> {
  const { log } = console;
  const printed = Object.values(shown).map((value) => {
    log("%s %o %O %j", value, value, value, value instanceof Error ? value : {});
    return inspect(value, { depth: 20, showHidden: true, getters: false });
  });
  expect(canaries.find({ ...shown, printed, said, telemetry: await telemetry.exported() })).toEqual([]);
}

describe("no secret is shown", () => {
  it.each(["raw", "form"] as const)(
    "of a refresh that is refused with what it sent (%s user-pass)",
    async (encoding) => {
      const { call, client } = open(managed(basicLifecycle(encoding)));
      fake.onToken = (received, count) =>
        count === 1
          ? granted()
          : {
              status: 400,
              headers: { "x-request-id": encodeURIComponent(echo(received)) },
              body: { error: encodeURIComponent(echo(received)), error_description: echo(received) },
            };
      fake.onApi = () => ({ body: { ok: true } });
      await call("GET", "/things");
      clock.advance(3_600_000);
      const error = await errorOf(call("GET", "/things"));
      expect(error).toMatchObject({ name: "AuthError" });
      expect(fake.tokenRequests.map(({ headers }) => String(headers.authorization).slice(0, 6))).toContain("Basic ");
      const refresh = await errorOf(client.auth.refresh());
      const revoked = await client.auth.revoke().catch((thrown: unknown) => thrown);
      await expectNoSecret({ error, refresh, revoked, status: client.auth.status(), client });
    },
  );

  it.each([
    ["an API key in a header", sentIn("header")],
    ["an API key in the query", sentIn("query")],
    ["an API key in a cookie", sentIn("cookie")],
    ["Basic, as base64 of user and password", basicScheme],
  ])("of %s that is echoed", async (_, scheme) => {
    const { call, client } = open(scheme, {
      secret: scheme === basicScheme ? secretOf() : canaries.secret("key token"),
    });
    fake.onApi = (received) => ({ status: 403, body: { error: echo(received), error_description: echo(received) } });
    const refused = await call("GET", "/things");
    fake.onApi = (received) => ({ status: 200, body: `no JSON ${echo(received)}` });
    const unreadable = await errorOf(call("GET", "/things"));
    fake.onApi = () => "drop";
    const lost = await errorOf(call("GET", "/things"));
    const { response } = refused;
    await expectNoSecret({ refused: toVendorError(refused), unreadable, lost, url: response.url, response, client });
  });

  it("in the cursor of a page whose link holds the token under a name of the vendor's", async () => {
    const { client, call } = open();
    fake.onToken = () => granted();
    const pages: unknown[] = [];
    fake.onApi = ({ path }) => ({
      body: {
        items: [path],
        next: `/links?page=2&sid=${encodeURIComponent(accessToken())}&key=${encodeURIComponent(secretOf())}`,
      },
    });
    for await (const page of Object(client).paginate("GET", "/links").pages()) {
      const [item] = page.items;
      pages.push(page.cursor, decoded(page.cursor));
      expect(item).not.toContain("CANARY");
      if (pages.length > 2) break;
    }
    expect(pages[0]).toEqual(expect.any(String));
    await expectNoSecret({ pages, last: await errorOf(call("GET", "/links")) });
  });

  it.each([
    ["path", "/links", () => `/links/${accessToken()}/next`],
    ["part of a parameter", "/links", () => `/links?state=v1.${encodeURIComponent(accessToken())}.x`],
    ["position", "/cursors", () => `page2:${accessToken()}`],
  ])(
    "in the cursor of a page with the token in its %s; the list goes on, and the cursor says why it does not",
    async (_, path, next) => {
      const { client } = open();
      fake.onToken = () => granted();
      const cursors: string[] = [];
      let count = 0;
      fake.onApi = () => {
        count += 1;
        return { body: { items: [count], ...(count < 3 ? { next: `${next()}${count}` } : {}) } };
      };
      const items: unknown[] = [];
      for await (const page of Object(client).paginate("GET", path).pages()) {
        items.push(...page.items);
        if (page.cursor !== undefined) cursors.push(page.cursor);
      }
      expect(items).toEqual([1, 2, 3]);
      const resumed = await caught(Object(client).paginate("GET", path, { from: cursors[0] }).pages().next());
      expect(resumed).toMatchObject({ name: "ConfigurationError" });
      expect(String(resumed)).toContain("contained a credential");
      await expectNoSecret({ cursors, decoded: cursors.map(decoded), resumed });
    },
  );

  it("in the error of a next link that leads elsewhere", async () => {
    const { client } = open();
    fake.onToken = () => granted();
    fake.onApi = () => ({
      body: { items: [1], next: `https://${"x".repeat(8)}.invalid/${accessToken()}?${secretOf()}` },
    });
    const walk = async () => {
      for await (const _ of Object(client).paginate("GET", "/links").pages());
    };
    const error = await caught(walk());
    expect(error).toMatchObject({ name: "TransportError", reason: "origin" });
    await expectNoSecret({ error });
  });

  it.each(["warn", "strict"] as const)("in the names of members that do not fit (validate: %s)", async (validate) => {
    const { call } = open(managed(), { validate });
    fake.onToken = () => granted();
    fake.onApi = () => ({ body: { [accessToken()]: 1, [encodeURIComponent(secretOf())]: 1, [`a/${secretOf()}~`]: 1 } });
    const response = await errorOf(call("POST", "/things", { body: {} }));
    const request = await errorOf(call("POST", "/things", { body: { [secretOf()]: 1 } }));
    const mismatches = said.filter((one) => Object(one).type === "mismatch");
    if (validate === "warn") expect(mismatches.length).toBeGreaterThan(3);
    else expect([response, request]).toMatchObject([{ name: "SchemaError" }, { name: "SchemaError" }]);
    await expectNoSecret({ response, request });
  });

  it("in the outcomes of rows, nor in the error of a batch", async () => {
    const { client } = open();
    fake.onToken = () => granted();
    const text = (received: Received) => `${echo(received)} ${pin()}`;
    fake.onApi = (received, count) =>
      count === 1
        ? {
            body: {
              rows: [
                {
                  ok: false,
                  text: text(received),
                  code: pin(),
                  problems: [{ at: `/${accessToken()}`, text: text(received), code: pin() }],
                },
              ],
            },
          }
        : { status: 403, body: { error: accessToken(), error_description: text(received) } };
    const outcomes: unknown[] = [];
    const run = async () => {
      const rows = [{ pin: pin() }, { pin: pin() }];
      for await (const outcome of Object(client).batch("POST", "/rows", { rows, size: 1 }))
        outcomes.push(outcome.error);
    };
    const error = await caught(run());
    expect(error).toMatchObject({ name: "BatchError" });
    expect(outcomes).toHaveLength(1);
    await expectNoSecret({ outcomes, error });
  });

  it("by authMiddleware, in errors, events and the paths that a program makes up", async () => {
    const middleware = authMiddleware(vendorWith(managed(basicLifecycle("raw"))), {
      credentials: { clientId: "client", clientSecret: secretOf() },
      server: { url: fake.url },
      clock,
      store: createMemoryStore({ clock }),
      onEvent(event) {
        said.push(event);
        telemetry.onEvent(event);
      },
      onHttp: listen,
    });
    const client = createClient<Record<string, never>>({ baseUrl: fake.url });
    client.use(middleware);
    const call = (path: string): Promise<unknown> => Object(client).GET(path);
    fake.onToken = () => granted();
    fake.onApi = (received) => ({ status: 401, body: { error: "invalid_token", error_description: echo(received) } });
    // A rejected new token is given time to spread.
    time = setInterval(() => clock.advance(100), 5);
    const refused = await errorOf(call("/things"));
    clock.advance(10_000);
    const madeUp = await errorOf(call(`/things/${encodeURIComponent(secretOf())}/${accessToken()}`));
    expect([refused, madeUp]).toMatchObject([{ name: "VendorError" }, { name: "VendorError" }]);
    fake.onApi = () => ({ status: 302, headers: { location: `https://elsewhere.invalid/${accessToken()}` } });
    const redirected = await errorOf(call("/things"));
    fake.onToken = (received) => ({
      status: 401,
      body: { error: "invalid_client", error_description: echo(received) },
    });
    clock.advance(3_600_000);
    const signIn = await errorOf(call("/things"));
    expect(signIn).toMatchObject({ name: "AuthError" });
    await expectNoSecret({
      refused,
      madeUp,
      redirected,
      signIn,
      middleware,
      auth: middleware.auth,
      status: middleware.auth.status(),
    });
  });
});

describe("the key of an encrypted store is shown", () => {
  const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text.padEnd(32, "!").slice(0, 32)));
  const keyText = () => canaries.secret("encryption token").slice(0, 32);

  it("nowhere, however the store and what it refuses are looked at", async () => {
    const key = bytesOf(keyText());
    const inner = createMemoryStore({ clock });
    const store = encryptStore(inner, { keys: { a: key }, current: "a" });
    const { call, client } = open(managed(), { store });
    fake.onToken = () => granted();
    fake.onApi = () => ({ body: { ok: true } });
    await call("GET", "/things");
    const other = encryptStore(inner, { keys: { a: bytesOf("another key") }, current: "a" });
    const second = open(managed(), { store: other });
    const error = await errorOf(second.call("GET", "/things"));
    expect(said).toContainEqual(expect.objectContaining({ type: "store", reason: "rejected" }));
    await expectNoSecret({ store, other, client, second: second.client, error });
  });

  it("in no error for keys that are given in the wrong place or form", async () => {
    const text = keyText();
    const wrong = [
      { keys: { [text]: bytesOf(text) }, current: "a" },
      { keys: { a: bytesOf(text) }, current: text },
      { keys: { a: bytesOf(text).slice(0, 31) }, current: "a" },
      { keys: { a: Object(text) }, current: "a" },
      { keys: { [Buffer.from(text).toString("hex")]: Object("a") }, current: "a" },
      { keys: { a: bytesOf(text) }, current: Buffer.from(text).toString("base64url") },
    ];
    for (const options of wrong) {
      const error = await caught((async () => encryptStore(createMemoryStore(), options))());
      expect(error).toMatchObject({ name: "StoreError" });
      await expectNoSecret({ error });
    }
  });
});

it("a client shows no secret in its whole life: sign-in, pages, rows, a replay, a refresh, refusals, a revocation", async () => {
  const lifecycle: Partial<Lifecycle> = {
    ...basicLifecycle("form"),
    revoke: {
      method: "POST",
      path: "/token/revoke",
      grant: "revoke",
      contentType: "application/x-www-form-urlencoded",
      clientAuthentication: "body",
      request: { token: "$token.refreshToken", client_secret: "$credentials.clientSecret" },
      revokes: "token",
    },
  };
  const { client, call } = open(managed(lifecycle), { validate: "warn" });
  let tokens = 0;
  fake.onToken = (received) => {
    if (received.path === "/token/revoke") return { status: 400, body: { error: echo(received) } };
    tokens += 1;
    const [access, refresh] = [current(), canaries.secret(`refreshToken ${tokens}`)];
    return granted(access, refresh);
  };
  const current = () => canaries.secret(`accessToken ${tokens}`);
  fake.onApi = (received, count) => {
    const { path, headers } = received;
    if (headers.authorization !== `Bearer ${current()}`)
      return { status: 401, body: { error: "invalid_token", error_description: echo(received) } };
    if (path.startsWith("/links"))
      return {
        body: { items: [count], ...(path.includes("page=2") ? {} : { next: `/links?page=2&sid=${current()}` }) },
      };
    if (path.startsWith("/rows"))
      return { body: { rows: [{ ok: false, text: `${echo(received)} ${pin()} ${current()}` }] } };
    if (path.startsWith("/slow"))
      return { status: 429, headers: { "retry-after": "1" }, body: { error: echo(received) } };
    if (path.startsWith("/gone")) return "drop";
    if (path.startsWith("/wrong"))
      return {
        status: 422,
        body: { title: echo(received), detail: `${current()} ${headers.authorization}`, type: current() },
      };
    return { body: { [current()]: true } };
  };
  const shown: unknown[] = [];
  const results = [await call("GET", "/things"), await call("POST", "/things", { body: { [secretOf()]: 1 } })];
  for await (const page of Object(client).paginate("GET", "/links").pages())
    shown.push(page.cursor, decoded(page.cursor));
  for await (const { error } of Object(client).batch("POST", "/rows", { rows: [{ pin: pin() }] })) shown.push(error);
  tokens += 1;
  clock.advance(10_000);
  results.push(await call("GET", "/things"));
  clock.advance(3_600_000);
  results.push(await call("GET", "/things"));
  for (const path of ["/slow", "/gone", "/wrong"]) shown.push(await errorOf(call("GET", path)));
  shown.push(await errorOf(call("GET", `/${encodeURIComponent(current())}`)));
  shown.push(await errorOf(call("GET", "/things", { headers: { "x-note": `${secretOf()}\n${secretOf()}` } })));
  shown.push(await client.auth.verify().catch((error: unknown) => error), client.auth.status());
  shown.push(await client.auth.revoke());
  await client.close();
  shown.push(await errorOf(call("GET", "/things")));
  expect(shown.filter((one) => one instanceof Error).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["VendorError", "TransportError", "ConfigurationError"]),
  );
  const types = new Set(said.map((one) => Object(one).type));
  for (const type of ["refresh", "invalidation", "replay", "progress", "mismatch", "revocation"])
    expect(types).toContain(type);
  const urls = results.map(({ response, status }) => [response.url, status]);
  await expectNoSecret({ shown, urls, client, auth: client.auth });
});

const decoded = (cursor: unknown): string => Buffer.from(String(cursor), "base64url").toString();
