import createClient from "openapi-fetch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { authMiddleware, createMemoryStore, toVendorError, type LatchkeyEvent } from "../../src/index.ts";
import type { Lifecycle, SecurityScheme } from "../../src/vendor.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestVendor, testCredentials } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

interface Get {
  responses: { 200: { content: { "application/json": { echo: string } } } };
}

/** As openapi-typescript writes them. */
interface Paths {
  "/things": { get: Get; post: Get & { requestBody: { content: { "application/json": object } } } };
  "/public": { get: Get };
}

/** A client of openapi-fetch's own, with our layer. */
function open(lifecycle: Partial<Lifecycle> = {}, send?: SecurityScheme["send"]) {
  const vendor = createTestVendor(lifecycle);
  const { bearer } = vendor.schemes;
  if (!bearer) throw new Error("the test vendor has a managed token");
  const clock = createManualClock();
  const events: LatchkeyEvent[] = [];
  const layer = authMiddleware(
    { ...vendor, schemes: { bearer: { ...bearer, ...(send ? { send } : {}) } } },
    {
      credentials: testCredentials,
      server: { url: fake.url },
      clock,
      store: createMemoryStore({ clock }),
      onEvent: (event) => events.push(event),
    },
  );
  const client = createClient<Paths>({ baseUrl: fake.url });
  client.use(layer);
  return { client, layer, events };
}

describe("the layer alone", () => {
  it("signs a client of openapi-fetch in, once", async () => {
    const { client, layer } = open();
    await client.GET("/things");
    const { data } = await client.POST("/things", { body: { a: 1 } });
    expect(JSON.parse(data?.echo ?? "null")).toEqual({ a: 1 });
    expect(fake.tokenRequests).toHaveLength(1);
    expect(fake.apiRequests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer access-1-CANARY",
      "Bearer access-1-CANARY",
    ]);
    await layer.close();
  });

  it("answers a 401 with a replay that has the body, before anybody else sees it", async () => {
    const { client, layer, events } = open();
    await client.GET("/things");
    fake.revoke();
    const { data, response } = await client.POST("/things", { body: { a: 1 } });
    expect(response.status).toBe(200);
    expect(JSON.parse(data?.echo ?? "null")).toEqual({ a: 1 });
    expect(events.map(({ type }) => type)).toEqual(["refresh", "invalidation", "refresh", "replay"]);
    await layer.close();
  });

  it("describes what is refused by its operation", async () => {
    const { client, layer } = open();
    fake.onApi = () => ({ status: 403, body: { error: "insufficient_scope" } });
    const result = await client.GET("/things");
    expect(toVendorError(result)).toMatchObject({
      vendor: "acme",
      operation: "GET /things",
      status: 403,
      kind: "permission_denied",
    });
    await layer.close();
  });

  it("signs nobody in for what is public", async () => {
    const { client, layer } = open();
    await client.GET("/public");
    expect(fake.tokenRequests).toHaveLength(0);
    expect(fake.apiRequests[0]?.headers.authorization).toBeUndefined();
    await layer.close();
  });

  it("lets nothing go to another origin", async () => {
    const { client, layer } = open();
    await expect(client.GET("/things", { baseUrl: "https://evil.example" })).rejects.toMatchObject({
      reason: "origin",
    });
    expect(fake.tokenRequests).toHaveLength(0);
    await layer.close();
  });

  it("does not begin for a caller who is gone", async () => {
    const { client, layer } = open();
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(client.GET("/things", { signal })).rejects.toThrow("gone");
    expect(fake.tokenRequests).toHaveLength(0);
    // With a token in hand, and a fetch that looks at no signal.
    await client.GET("/things");
    const deaf = ({ url, headers }: Request) => fetch(url, { headers });
    await expect(client.GET("/things", { signal, fetch: deaf })).rejects.toThrow("gone");
    expect(fake.apiRequests).toHaveLength(1);
    await layer.close();
  });

  it("follows no redirect to another origin", async () => {
    const { client, layer } = open();
    fake.onApi = () => ({ status: 302, headers: { location: "https://evil.example/" } });
    await expect(client.GET("/things")).rejects.toMatchObject({ reason: "redirect" });
    await layer.close();
  });

  it("shows the status of its token, and is over when it is closed", async () => {
    const { client, layer } = open();
    await client.GET("/things");
    expect(layer.auth.status()).toMatchObject([{ scheme: "bearer", state: "signed_in" }]);
    await layer.close();
    await expect(client.GET("/things")).rejects.toMatchObject({ outcome: "closed" });
  });

  it("may send its token in the query", async () => {
    const { client, layer } = open({}, { in: "query", name: "key" });
    fake.onApi = () => ({ body: {} });
    await client.POST("/things", { body: { a: 1 } });
    expect(fake.apiRequests[0]?.path).toContain("key=access-1-CANARY");
    await layer.close();
  });

  it("knows of a session that the caller ends, once the vendor has ended it", async () => {
    const { client, layer } = open({
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
    expect(layer.auth.status()).toMatchObject([{ state: "signed_in" }]);
    fake.onApi = undefined;
    await client.POST("/things", { body: {} });
    expect(layer.auth.status()).toMatchObject([{ state: "signed_out" }]);
    await layer.close();
  });

  it("leaves alone a response to a request that it has not seen", async () => {
    const { layer } = open();
    const response = new Response("no", { status: 401 });
    const seen = layer.onResponse?.({ response, options: {} } as never);
    expect(await seen).toBeUndefined();
    await layer.close();
  });
});
