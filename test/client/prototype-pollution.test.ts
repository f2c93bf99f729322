/** Whatever `Object.prototype` holds, the same requests leave: options, vendors, records and responses are read by their own properties. */
import { afterEach, expect, it } from "vitest";
import { connect, createMemoryStore } from "../../src/index.ts";
import { createTestVendor, testCredentials } from "../support/test-vendor.ts";

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const hostile = "https://evil.invalid";
const hostileRecord = { evil: "1", "x-evil": "1", url: hostile, name: "x-evil", value: "1" };

/** Names that this code or openapi-fetch reads, by what holds them, with values that would show. */
const polluted: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "an option of connect": {
    credentials: { clientId: "evil", clientSecret: "evil" },
    server: { url: hostile },
    url: hostile,
    variables: { evil: "1" },
    hosts: { auth: hostile },
    store: { read: () => expect.unreachable() },
    onEvent: () => expect.unreachable(),
    onHttp: () => expect.unreachable(),
    rateLimit: [{ requests: 1, perMs: 1 }],
    tokenTimeoutInMs: 0,
    clock: { now: () => expect.unreachable() },
  },
  "an option of a call": {
    headers: hostileRecord,
    timeoutInMs: 0,
    deadlineInMs: 0,
    retries: 1_000,
    maxBodyInBytes: 0,
    idempotencyKey: "evil",
    validate: "strict",
    middleware: [{ onRequest: () => expect.unreachable() }],
    baseUrl: hostile,
    querySerializer: () => "evil=1",
    bodySerializer: () => "evil",
    pathSerializer: () => `${hostile}/evil`,
    parseAs: "blob",
    params: { query: { evil: 1 }, header: hostileRecord },
    path: { id: "evil" },
    query: { evil: 1 },
    cookie: { evil: "1" },
    requestInitExt: { evil: 1 },
  },
  "a part of a vendor": {
    host: "evil",
    servers: { evil: { url: hostile } },
    environment: { clientId: "PATH" },
    security: [],
    sends: ["text/plain"],
    receives: ["text/plain"],
    encoding: { a: { style: "deepObject" } },
    actor: "customer",
    lifecycle: { obtain: [] },
    sensitive: ["/a"],
    permission: "evil",
    pagination: { scheme: "page" },
    bulk: { rows: "/evil" },
    idempotency: { header: "x-evil" },
    rateLimits: [{ requests: 1, perMs: 1 }],
    schemas: () => expect.unreachable(),
    basic: { username: "evil", password: "evil" },
    scope: "evil",
    prefix: "Evil ",
    retry: { on: [200] },
    findExisting: () => expect.unreachable(),
    phase: "revoke",
    scheme: "evil",
    findEarlier: () => expect.unreachable(),
  },
  "a part of a record or a response": {
    access_token: "evil",
    accessToken: "evil",
    refreshToken: "evil",
    refresh_token: "evil",
    expiresAt: 0,
    refreshAt: 0,
    refreshExpiresAt: 0,
    intent: { refreshTokenHash: "evil", attempts: 9 },
    hold: { until: Number.MAX_SAFE_INTEGER, failures: 9, error: { message: "evil" } },
    until: Number.MAX_SAFE_INTEGER,
    fingerprint: "evil",
    token_type: "Evil",
    error: "invalid_token",
    evil: "1",
  },
};

const cases = Object.entries(polluted).flatMap(([part, names]) =>
  Object.entries(names).map(([name, value]) => [name, part, value] as const),
);

const added: string[] = [];
const pollute = (name: string, value: unknown) => {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true });
  added.push(name);
};
const clean = () => {
  for (const name of added.splice(0)) Reflect.deleteProperty(Object.prototype, name);
};
afterEach(clean);

/** Records requests and answers them like a server, with the platform's own `Request` and `Response`. */
async function requestsOf(beforeConnect: () => void, beforeCalls: () => void): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const store = createMemoryStore();
  const vendor = createTestVendor();
  const options = {
    credentials: testCredentials,
    server: { url: "https://acme.invalid" },
    store,
    async fetch(request: Request) {
      const body = await request.text();
      sent.push({ url: request.url, method: request.method, headers: Object.fromEntries(request.headers), body });
      const answer = request.url.includes("token")
        ? '{"access_token":"good","token_type":"Bearer","expires_in":3600}'
        : '{"ok":true}';
      return new Response(answer, { headers: [["content-type", "application/json"]] });
    },
  };
  beforeConnect();
  const client = connect(vendor, options);
  beforeCalls();
  const results = [
    await client.GET("/things"),
    await client.GET("/things/{id}", { params: { path: { id: "a" } } }),
    await client.POST("/things", { body: { a: 1 } }),
    await client.GET("/public"),
  ];
  await client.close();
  clean();
  expect(results.map(({ status, data }) => [status, JSON.stringify(data)])).toEqual(
    results.map(() => [200, '{"ok":true}']),
  );
  return sent;
}

const nothing = () => undefined;

it.each(cases)("%s as %s, polluted before the client is created", async (name, _, value) => {
  const expected = await requestsOf(nothing, nothing);
  expect(await requestsOf(() => pollute(name, value), nothing)).toEqual(expected);
});

it.each(cases)("%s as %s, polluted before the calls", async (name, _, value) => {
  const expected = await requestsOf(nothing, nothing);
  expect(await requestsOf(nothing, () => pollute(name, value))).toEqual(expected);
});

it("no name is polluted when a test is over", () => {
  for (const name in {}) expect.unreachable(name);
});
