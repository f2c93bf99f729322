import { gzipSync } from "node:zlib";
import createClient from "openapi-fetch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  authMiddleware,
  type ConnectOptions,
  createMemoryStore,
  toVendorError,
  type LatchkeyEvent,
} from "../../src/index.ts";
import type { Lifecycle, Operation, SecurityScheme } from "../../src/vendor.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestVendor, type TestTypes, testCredentials } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

interface Get {
  responses: { 200: { content: { "application/json": { echo: string } } } };
}

/** Paths in the form of openapi-typescript. */
interface Paths {
  "/things": { get: Get; post: Get & { requestBody: { content: { "application/json": object } } } };
  "/public": { get: Get };
}

/** Creates an openapi-fetch client with our middleware. */
function open(
  lifecycle: Partial<Lifecycle> = {},
  send?: SecurityScheme["send"],
  options: ConnectOptions<TestTypes> = {},
  operations: Readonly<Record<string, Operation>> = {},
) {
  const vendor = createTestVendor(lifecycle);
  const { bearer } = vendor.schemes;
  if (!bearer) throw new Error("the test vendor has a managed token");
  const clock = createManualClock();
  const events: LatchkeyEvent[] = [];
  const middleware = authMiddleware(
    {
      ...vendor,
      operations: { ...vendor.operations, ...operations },
      schemes: { bearer: { ...bearer, ...(send ? { send } : {}) } },
    },
    {
      credentials: testCredentials,
      server: { url: fake.url },
      clock,
      store: createMemoryStore({ clock }),
      onEvent: (event) => events.push(event),
      ...options,
    },
  );
  const client = createClient<Paths>({ baseUrl: fake.url });
  client.use(middleware);
  return { client, middleware, events };
}

describe("authMiddleware", () => {
  it("signs in an openapi-fetch client once", async () => {
    const { client, middleware } = open();
    await client.GET("/things");
    const { data } = await client.POST("/things", { body: { a: 1 } });
    expect(JSON.parse(data?.echo ?? "null")).toEqual({ a: 1 });
    expect(fake.tokenRequests).toHaveLength(1);
    expect(fake.apiRequests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer access-1-CANARY",
      "Bearer access-1-CANARY",
    ]);
    await middleware.close();
  });

  it("replays a call with its body after a 401, which no other middleware sees", async () => {
    const { client, middleware, events } = open();
    await client.GET("/things");
    fake.revoke();
    const { data, response } = await client.POST("/things", { body: { a: 1 } });
    expect(response.status).toBe(200);
    expect(JSON.parse(data?.echo ?? "null")).toEqual({ a: 1 });
    expect(events.map(({ type }) => type)).toEqual(["refresh", "invalidation", "refresh", "replay"]);
    await middleware.close();
  });

  it("fails where later middleware moved the request after the tokens were attached", async () => {
    const { client, middleware } = open();
    const moved = { onRequest: ({ request }: { request: Request }) => new Request(`${fake.url}/public`, request) };
    client.use(moved);
    await expect(client.GET("/things")).rejects.toMatchObject({ name: "TransportError", reason: "origin" });
    client.eject(moved);
    expect((await client.GET("/things")).response.status).toBe(200);
    await middleware.close();
  });

  it("gives error responses their operation", async () => {
    const { client, middleware } = open();
    fake.onApi = () => ({ status: 403, body: { error: "insufficient_scope" } });
    const result = await client.GET("/things");
    expect(toVendorError(result)).toMatchObject({
      vendor: "acme",
      operation: "GET /things",
      status: 403,
      kind: "permission_denied",
    });
    await middleware.close();
  });

  it("does not sign in for a public operation", async () => {
    const { client, middleware } = open();
    await client.GET("/public");
    expect(fake.tokenRequests).toHaveLength(0);
    expect(fake.apiRequests[0]?.headers.authorization).toBeUndefined();
    await middleware.close();
  });

  it("sends nothing to another origin", async () => {
    const { client, middleware } = open();
    await expect(client.GET("/things", { baseUrl: "https://evil.example" })).rejects.toMatchObject({
      reason: "origin",
    });
    expect(fake.tokenRequests).toHaveLength(0);
    await middleware.close();
  });

  it("sends nothing if the signal is already aborted", async () => {
    const { client, middleware } = open();
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(client.GET("/things", { signal })).rejects.toThrow("gone");
    expect(fake.tokenRequests).toHaveLength(0);
    // With a cached token, and a fetch that ignores the signal.
    await client.GET("/things");
    const withoutSignal = ({ url, headers }: Request) => fetch(url, { headers });
    await expect(client.GET("/things", { signal, fetch: withoutSignal })).rejects.toThrow("gone");
    expect(fake.apiRequests).toHaveLength(1);
    await middleware.close();
  });

  it("follows no redirect to another origin", async () => {
    const { client, middleware } = open();
    fake.onApi = () => ({ status: 302, headers: { location: "https://evil.example/" } });
    await expect(client.GET("/things")).rejects.toMatchObject({ reason: "redirect" });
    await middleware.close();
  });

  it("shows the status of its token, and rejects calls once it is closed", async () => {
    const { client, middleware } = open();
    await client.GET("/things");
    expect(middleware.auth.status()).toMatchObject([{ scheme: "bearer", state: "signed_in" }]);
    await middleware.close();
    await expect(client.GET("/things")).rejects.toMatchObject({ outcome: "closed" });
  });

  it("bounds the bodies of its responses", async () => {
    const { client, middleware } = open({}, undefined, { maxBodyInBytes: 1_000 });
    const bomb = gzipSync(JSON.stringify({ echo: "0".repeat(10_000_000) }));
    fake.onApi = (_received, _count, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
      return "hang";
    };
    await expect(client.GET("/things")).rejects.toMatchObject({ name: "TransportError", reason: "too_large" });
    fake.onApi = () => ({ status: 400, body: { error: "0".repeat(2_000_000) } });
    const result = await client.GET("/things");
    expect(toVendorError(result)).toMatchObject({ status: 400, code: undefined });
    fake.onApi = () => ({ body: { echo: "short" } });
    expect(await client.GET("/things")).toMatchObject({ data: { echo: "short" } });
    await middleware.close();
  });

  it("quotes no value that the document marks as sensitive, of what was sent", async () => {
    const { client, middleware } = open({}, undefined, {}, { "POST /things": { sensitive: ["pin"] } });
    fake.onApi = ({ body }) => ({ status: 400, body: { error: `no ${body}` } });
    const error = toVendorError(await client.POST("/things", { body: { pin: "4711-4711" } }));
    expect(String(error)).toContain("[redacted]");
    expect(String(error)).not.toContain("4711-4711");
    await middleware.close();
  });

  it("can send its token in the query", async () => {
    const { client, middleware } = open({}, { in: "query", name: "key" });
    fake.onApi = () => ({ body: {} });
    await client.POST("/things", { body: { a: 1 } });
    expect(fake.apiRequests[0]?.path).toContain("key=access-1-CANARY");
    await middleware.close();
  });

  it("drops the token after a successful revocation that the caller sends", async () => {
    const { client, middleware } = open({
      revoke: {
        method: "POST",
        path: "/things",
        grant: "revoke",
        contentType: "application/json",
        clientAuthentication: "none",
        request: {},
        revokes: "token",
      },
    });
    await client.GET("/things");
    fake.onApi = () => ({ status: 503 });
    await client.POST("/things", { body: {} });
    expect(middleware.auth.status()).toMatchObject([{ state: "signed_in" }]);
    fake.onApi = undefined;
    await client.POST("/things", { body: {} });
    expect(middleware.auth.status()).toMatchObject([{ state: "signed_out" }]);
    await middleware.close();
  });

  it("ignores a response to a request that it has not seen", async () => {
    const { middleware } = open();
    const response = new Response("no", { status: 401 });
    const result = middleware.onResponse?.({ response, options: {} } as never);
    expect(await result).toBeUndefined();
    await middleware.close();
  });
});
