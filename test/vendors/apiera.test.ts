import { describe, expect, it } from "vitest";
import { apiera } from "../../generated/apiera/index.ts";
import { createMemoryStore, toVendorError, unwrap } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { openBench } from "../support/sandbox-harness.ts";
import { describeVendorRules } from "../support/vendor-rules.ts";

const open = (switches = {}) => openBench(apiera, { rateLimits: false, ...switches });

describe("apiera", () => {
  describeVendorRules({
    vendor: apiera,
    read: (client) => client.GET("/v1/products"),
    readPath: "/v1/products",
    write: (client, index) => client.POST("/v1/products", { body: { type: "simple", code: `RULE-${index}` } }),
    walk: (client) => client.paginate("GET", "/v1/products", { params: { query: { size: 50 } } }),
    walkLength: 137,
    lifetimeInSeconds: 86_400,
    schedule: [1, 2, 4, 8, 16],
    wrong: { clientId: "sandbox-api-client", clientSecret: "not-the-secret", organization: "org_sandbox" },
    environment: {
      production: {
        clientId: "APIERA_CLIENT_ID",
        clientSecret: "APIERA_CLIENT_SECRET",
        organization: "APIERA_ORGANIZATION",
      },
    },
  });

  describe("sign-in", () => {
    it("posts JSON with audience and organization to the authorization host; calls go to the API's", async () => {
      await using bench = await open();
      const { audience: _, ...credentials } = bench.account("default");
      await bench.connect({ fetch: bench.fetch, credentials }).GET("/v1/products");
      const [request, call] = bench.wire;
      expect(request?.url).toBe(`${bench.sandbox.server.hosts?.auth}/oauth/token`);
      expect(call?.url).toBe(`${bench.sandbox.server.url}/v1/products`);
      expect(request?.headers.get("content-type")).toBe("application/json");
      expect(JSON.parse(request?.body ?? "")).toEqual({
        client_id: "sandbox-api-client",
        client_secret: "sandbox-api-client-secret",
        audience: "https://api.apiera.io",
        grant_type: "client_credentials",
        organization: "org_sandbox",
      });
      expect(call?.headers.get("authorization")).toMatch(/^Bearer eyJ/u);
      // The organization stands in the token; no call names it.
      expect([...(call?.headers.values() ?? [])].join()).not.toContain("org_sandbox");
    });

    it("needs the organization, and says so before anything is sent", async () => {
      await using bench = await open();
      const { organization: _, ...credentials } = bench.account("default");
      expect(() => bench.connect({ credentials: Object(credentials) })).toThrow(/organization/u);
      expect(bench.sandbox.requests).toHaveLength(0);
    });

    it.each([
      [
        "an organization that is not the client's (400)",
        { organization: "org_other" },
        "invalid_request",
        "organization ID",
      ],
      ["another audience (403)", { audience: "https://other.example" }, "permission_denied", "audience"],
      ["a wrong secret (401)", { clientSecret: "not-the-secret" }, "invalid_credentials", "client secret"],
    ])("with %s says what to check", async (_, change, kind, advice) => {
      await using bench = await open();
      const client = bench.connect({ credentials: { ...bench.account("default"), ...change } });
      const error = await caught(client.GET("/v1/products"));
      expect(error).toMatchObject({ name: "AuthError", kind, outcome: "configuration" });
      expect(error).toHaveProperty("advice", expect.stringContaining(advice));
      await caught(client.GET("/v1/products"));
      expect(bench.tokenRequests()).toBe(1);
    });
  });

  it("never shares a token between two organizations, nor between two clients of one, in one store", async () => {
    await using bench = await open();
    const store = createMemoryStore({ clock: bench.clock });
    const accounts = ["default", "sameOrganization", "otherOrganization", "readOnly"];
    const clients = accounts.map((name) => bench.connect({ store, credentials: bench.account(name) }));
    for (let round = 0; round < 3; round++) {
      const before = bench.sandbox.requests.length;
      await Promise.all(clients.flatMap((client) => Array.from({ length: 5 }, () => client.GET("/v1/skus"))));
      const calls = bench.sandbox.requests.slice(before).filter(({ phase }) => phase === "resource");
      for (const name of accounts) expect(calls.filter(({ account }) => account === name)).toHaveLength(5);
      bench.clock.advance(86_400_000);
    }
    expect(bench.tokenRequests()).toBe(12);
  });

  it("takes one client's two organizations apart by the organization alone", async () => {
    await using bench = await open();
    const store = createMemoryStore({ clock: bench.clock });
    const mine = bench.connect({ store });
    const theirs = bench.connect({ store, credentials: { ...bench.account("default"), organization: "org_other" } });
    const [good, refused] = await Promise.all([mine.GET("/v1/skus"), caught(theirs.GET("/v1/skus"))]);
    expect(good.status).toBe(200);
    expect(refused).toMatchObject({ name: "AuthError", status: 400 });
  });

  it("reads both flavours of a 401, and a problem of nulls, as the same refused token", async () => {
    for (const [variant, kind] of [
      [[], "expired_token"],
      ["problem401", "invalid_token"],
      ["bareProblem401", "invalid_token"],
    ] as const) {
      await using bench = await open({ variant });
      const client = bench.connect();
      await client.GET("/v1/products");
      bench.sandbox.revokeAccessTokens();
      expect((await client.GET("/v1/products")).status).toBe(200);
      expect(bench.tokenRequests()).toBe(2);
      bench.sandbox.set({ faults: [{ phase: "resource", as: "token-refused", times: 2 }] });
      const result = await client.GET("/v1/products");
      expect(toVendorError(result)).toMatchObject({ kind, status: 401 });
      expect(toVendorError(result)?.advice).toContain("tokens live 24 hours");
    }
  });

  it("uses a token for its whole day, since each costs", async () => {
    await using bench = await open();
    const client = bench.connect();
    for (let hour = 0; hour < 23; hour++) {
      await client.GET("/v1/products", { params: { query: { size: 1 } } });
      bench.clock.advance(3_600_000);
    }
    expect(bench.tokenRequests()).toBe(1);
  });

  it("names the permission that is missing (403)", async () => {
    await using bench = await open();
    const client = bench.connect({ credentials: bench.account("readOnly") });
    expect((await client.GET("/v1/products")).status).toBe(200);
    const error = await caught(unwrap(client.POST("/v1/products", { body: { type: "simple", code: "A" } })));
    expect(error).toMatchObject({ kind: "permission_denied", permission: "write", operation: "POST /v1/products" });
    expect(String(error)).toContain("it needs write");
    expect(bench.tokenRequests()).toBe(1);
  });

  it("waits out a 429 for the organization's next minute where others have used up its hundred requests", async () => {
    await using bench = await open({ rateLimits: true });
    const client = bench.connect({ fetch: bench.fetch, rateLimit: false });
    const size = { params: { query: { size: 1 } } };
    for (let count = 0; count < 100; count++) expect((await client.GET("/v1/skus", size)).status).toBe(200);
    const result = await bench.passing(client.GET("/v1/skus", size));
    expect(result.status).toBe(200);
    const waits = bench.events.flatMap((event) => (event.type === "throttle" ? [event.waitInMs] : []));
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(60_000);
  });

  describe("problems", () => {
    it("of validation name each field's trouble and the request", async () => {
      await using bench = await open();
      const result = await bench.connect().POST("/v1/products", { body: Object({ type: "simple" }) });
      const error = toVendorError(result);
      expect(error).toMatchObject({ kind: "validation_failed", status: 422, requestId: expect.any(String) });
      expect(error?.fields).toMatchObject([{ code: "REQUIRED_FIELD" }]);
    });

    it("of a repeated code and of a transition that is not allowed are conflicts", async () => {
      await using bench = await open();
      const client = bench.connect();
      const body = { type: "simple" as const, code: "ONCE" };
      const { uuid } = await unwrap(client.POST("/v1/products", { body }));
      expect(toVendorError(await client.POST("/v1/products", { body }))?.kind).toBe("conflict");
      const refused = await client.PATCH("/v1/products/{productUuid}/actions/lifecycle", {
        params: { path: { productUuid: uuid } },
        body: { transition: "unpublish" },
      });
      expect(toVendorError(refused)?.kind).toBe("conflict");
    });
  });

  describe("work", () => {
    it("a product is created, read, published and found by its bracketed filter", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const { uuid } = await unwrap(client.POST("/v1/products", { body: { type: "simple", code: "STOOL" } }));
      const params = { path: { productUuid: uuid } };
      expect((await unwrap(client.GET("/v1/products/{productUuid}", { params }))).status).toBe("draft");
      await unwrap(
        client.PATCH("/v1/products/{productUuid}/actions/lifecycle", { params, body: { transition: "publish" } }),
      );
      const found = await unwrap(
        client.GET("/v1/products", { params: { query: { "codes[eq]": ["STOOL"], "statuses[eq]": ["published"] } } }),
      );
      expect(found.items.map((item) => item.uuid)).toEqual([uuid]);
    });

    it("several products are created at once or not at all", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const bulk = (codes: string[]) =>
        client.POST("/v1/products/bulk", { body: codes.map((code) => ({ type: "simple" as const, code })) });
      expect(await unwrap(bulk(["B1", "B2"]))).toHaveLength(2);
      expect((await bulk(["B3", "B1"])).status).toBe(409);
      const found = await unwrap(client.GET("/v1/products", { params: { query: { "codes[eq]": ["B3"] } } }));
      expect(found.pagination.totalItems).toBe(0);
    });

    it("families are created and listed", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const { uuid } = await unwrap(client.POST("/v1/families", { body: { name: "Benches" } }));
      const seen = [];
      for await (const family of client.paginate("GET", "/v1/families"))
        if (family.uuid === uuid) seen.push(family.name);
      expect(seen).toEqual(["Benches"]);
    });
  });
});
