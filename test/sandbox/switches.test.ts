/** What can be made to go wrong, on any vendor. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { openVendor, type VendorClient } from "./support/vendor-client.ts";

let client: VendorClient;
let clock = Date.parse("2026-03-01T12:00:00Z");
beforeEach(async () => {
  clock = Date.parse("2026-03-01T12:00:00Z");
  client = await openVendor("popup-gift-cards", { now: () => clock });
});
afterEach(() => client.sandbox.close());

const wallets = (token: string) => client.call("listWallets", { token });

it("applies a fault `times` times, to its phase and operation, after the requests that it lets pass", async () => {
  const token = await client.token();
  client.sandbox.set({
    faults: [
      { operation: "listWallets", status: 503, times: 2, after: 1, headers: { "retry-after": "7" }, body: "down" },
    ],
  });
  const answers = [await wallets(token), await wallets(token), await wallets(token), await wallets(token)];
  expect(answers.map(({ status }) => status)).toEqual([200, 503, 503, 200]);
  expect([answers[1]?.headers.get("retry-after"), answers[1]?.text]).toEqual(["7", "down"]);
  client.sandbox.set({ faults: [{ phase: "obtain", as: "unavailable" }] });
  expect((await wallets(token)).status).toBe(200);
  expect((await client.signIn()).at("/error/code")).toBe("SERVICE_UNAVAILABLE");
});

it.each([
  ["empty", 200, ""],
  ["html", 200, "<!doctype html>"],
  ["malformed", 200, '{"access_token": "'],
] as const)("answers with a body that is %s", async (broken, status, start) => {
  client.sandbox.set({ faults: [{ phase: "obtain", broken }] });
  const answer = await client.signIn();
  expect([answer.status, answer.body]).toEqual([status, undefined]);
  expect(answer.text.startsWith(start)).toBe(true);
});

it("sends half of the true answer, or more than anybody wants", async () => {
  client.sandbox.set({ faults: [{ broken: "truncated" }, { broken: "oversized", sizeInBytes: 100_000 }] });
  const half = await client.signIn();
  expect([half.status, half.body, half.text.startsWith('{"success":true')]).toEqual([200, undefined, true]);
  expect((await client.signIn()).text.length).toBeGreaterThan(100_000);
});

it("drops the connection before the request counts, or after", async () => {
  const token = await client.token();
  const order = { product_id: 3007, denomination: 25, quantity: 1 };
  const send = (reference: string) =>
    client.call("createOrder", { token, body: { ...order, client_reference: reference } });
  const count = async (reference: string) =>
    (await client.call("findOrders", { token, query: { client_reference: reference } })).body;
  client.sandbox.set({
    faults: [
      { operation: "createOrder", connection: "drop-before" },
      { operation: "createOrder", connection: "drop-after" },
    ],
  });
  await expect(send("before")).rejects.toThrow("fetch failed");
  await expect(send("after")).rejects.toThrow("fetch failed");
  expect([await count("before"), await count("after")]).toMatchObject([[], [{ client_reference: "after" }]]);
});

it.each(["hang", "hang-in-body"] as const)(
  "can %s until the client gives up, and be closed all the same",
  async (connection) => {
    client.sandbox.set({ faults: [{ connection }] });
    const { url } = client.sandbox.server;
    const request = fetch(`${url}/api/v1/categories`, { signal: AbortSignal.timeout(50) }).then((response) =>
      response.text(),
    );
    await expect(request).rejects.toMatchObject({ name: "TimeoutError" });
    await client.sandbox.close();
  },
);

it("takes its time at the token endpoint, at resources, or for one request", async () => {
  const token = await client.token();
  const timed = async (call: () => Promise<unknown>) => {
    const start = performance.now();
    await call();
    return performance.now() - start;
  };
  client.sandbox.set({ tokenLatencyInMs: 60, faults: [{ operation: "getProduct", delayInMs: 60 }] });
  expect(await timed(() => client.signIn())).toBeGreaterThanOrEqual(59);
  expect(await timed(() => client.call("getProduct", { token, path: { id: 3007 } }))).toBeGreaterThanOrEqual(59);
  client.sandbox.set({ tokenLatencyInMs: 0, resourceLatencyInMs: 60 });
  expect(await timed(() => wallets(token))).toBeGreaterThanOrEqual(59);
});

it("gives tokens the lifetimes that are asked for", async () => {
  client.sandbox.set({ accessLifetimeInSeconds: 5, refreshLifetimeInSeconds: 9 });
  const answer = await client.signIn();
  expect(answer.at("/data")).toMatchObject({
    access_expires_at: "2026-03-01T12:00:05Z",
    refresh_expires_at: "2026-03-01T12:00:09Z",
  });
  clock += 5000;
  expect((await wallets(String(answer.at("/data/access_token")))).status).toBe(401);
});

it("moves the server's clock, not the life of a token", async () => {
  client.sandbox.set({ clockSkewInMs: -3_600_000, accessLifetimeInSeconds: 60 });
  const answer = await client.signIn();
  expect([answer.headers.get("date"), answer.at("/data/access_expires_at")]).toEqual([
    "Sun, 01 Mar 2026 11:00:00 GMT",
    "2026-03-01T11:01:00Z",
  ]);
  clock += 59_000;
  expect((await wallets(String(answer.at("/data/access_token")))).status).toBe(200);
});

it("takes figures of one's own for the limits, or none", async () => {
  const token = await client.token();
  client.sandbox.set({ rateLimits: [{ requests: 2, perSeconds: 10, operations: ["listWallets"] }] });
  const statuses = async () => [
    (await wallets(token)).status,
    (await wallets(token)).status,
    (await wallets(token)).status,
  ];
  expect(await statuses()).toEqual([200, 200, 429]);
  client.sandbox.set({ retryAfter: "never" });
  expect((await wallets(token)).headers.has("retry-after")).toBe(false);
  client.sandbox.set({ rateLimits: false });
  expect(await statuses()).toEqual([200, 200, 200]);
});

it("revokes as an administrator would", async () => {
  const answer = await client.signIn();
  const refresh = () => client.call("refreshToken", { body: { refresh_token: answer.at("/data/refresh_token") } });
  client.sandbox.revokeAccessTokens();
  expect((await wallets(String(answer.at("/data/access_token")))).status).toBe(401);
  client.sandbox.revokeRefreshTokens();
  expect((await refresh()).status).toBe(401);
  expect(client.sandbox.reuses).toBe(0);
});

it("keeps a log of what was asked, without a secret in it", async () => {
  const token = await client.token();
  await wallets(token);
  await client.call("refreshToken", { body: { refresh_token: "made-up" } });
  expect(client.sandbox.requests).toMatchObject([
    {
      at: clock,
      method: "POST",
      path: "/auth/login",
      operation: "login",
      phase: "obtain",
      status: 200,
      account: "default",
    },
    { operation: "listWallets", phase: "resource", status: 200, account: "default" },
    { operation: "refreshToken", phase: "refresh", status: 401 },
  ]);
  const log = JSON.stringify(client.sandbox.requests);
  for (const secret of [token, "made-up", client.sandbox.credentials.password]) expect(log).not.toContain(secret);
});

it("goes back to its start, with the switches it was started with", async () => {
  const token = await client.token();
  await client.call("createOrder", { token, body: { product_id: 3007, denomination: 25, quantity: 1 } });
  client.sandbox.set({ rateLimits: false, variant: "legacyEnvelope" });
  client.sandbox.reset();
  expect(client.sandbox.requests).toEqual([]);
  expect((await wallets(token)).status).toBe(401);
  const fresh = await client.signIn();
  expect(fresh.at("/success")).toBe(true);
  const orders = await client.call("findOrders", { token: String(fresh.at("/data/access_token")) });
  expect(orders.headers.get("x-total-count")).toBe("137");
});

it("refuses a variant that the data does not have, and keeps the one it had", async () => {
  expect(() => client.sandbox.set({ variant: "unheard-of" })).toThrow(/no variant "unheard-of".*legacyEnvelope/u);
  expect((await client.signIn()).at("/success")).toBe(true);
});

it("answers 500 and names the place where its own data does not fit the document", async () => {
  const bad = await openVendor("connectivity", { data: new URL("documents/misfit.yaml", import.meta.url).pathname });
  const answer = await bad.call("ping", { token: await bad.token() });
  expect([answer.status, answer.at("/detail")]).toEqual([
    500,
    expect.stringContaining("GET /v1/ping, response 200: /status:"),
  ]);
  await bad.sandbox.close();
});
