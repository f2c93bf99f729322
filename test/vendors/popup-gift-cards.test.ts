import createPlainClient from "openapi-fetch";
import { describe, expect, it } from "vitest";
import { type paths, popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import { authMiddleware, createMemoryStore, toVendorError, unwrap } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { openBench } from "../support/sandbox-harness.ts";
import { describeVendorRules } from "../support/vendor-rules.ts";

const open = (switches = {}) => openBench(popupGiftCards, { rateLimits: false, ...switches });
const hourInMs = 3_600_000;

describe("popup-gift-cards", () => {
  describeVendorRules({
    vendor: popupGiftCards,
    read: (client) => client.GET("/api/v1/products"),
    readPath: "/api/v1/products",
    write: (client, index) =>
      client.POST("/api/v1/orders", {
        body: { product_id: 3007, denomination: 25, quantity: 1, client_reference: `rule-${index}` },
      }),
    walk: (client) => client.paginate("GET", "/api/v1/wallets", { params: { query: { limit: 25 } } }),
    walkLength: 60,
    lifetimeInSeconds: 3600,
    schedule: [0.2, 0.4, 0.8, 1.6, 3.2],
    wrong: { username: "sandbox-api-key", password: "not-the-password" },
    environment: {
      production: { username: "POPUP_GIFT_CARDS_USERNAME", password: "POPUP_GIFT_CARDS_PASSWORD" },
      sandbox: { username: "POPUP_GIFT_CARDS_SANDBOX_USERNAME", password: "POPUP_GIFT_CARDS_SANDBOX_PASSWORD" },
    },
  });

  describe("sign-in", () => {
    it("sends username and password as JSON to /auth/login, and reads the pair from the data object", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      await client.GET("/api/v1/categories");
      const [login, call] = bench.wire;
      expect(login).toMatchObject({ method: "POST", path: "/auth/login" });
      expect(login?.headers.get("content-type")).toBe("application/json");
      expect(JSON.parse(login?.body ?? "")).toEqual({ username: "sandbox-api-key", password: "sandbox-api-secret" });
      expect(call?.headers.get("authorization")).toMatch(/^Bearer eyJ/u);
      const [status] = client.auth.status();
      expect(status?.attributes).toEqual({ clientId: 123456 });
      expect(Math.round(((status?.refreshExpiresAt ?? 0) - bench.clock.now()) / 86_400_000)).toBe(7);
    });

    it("takes the older page's answers: the pair bare, and errors whose `error` is a text", async () => {
      await using bench = await open({ variant: "legacyEnvelope" });
      expect((await bench.connect().GET("/api/v1/products")).status).toBe(200);
      const wrong = bench.connect({ credentials: { username: "sandbox-api-key", password: "wrong-one" } });
      expect(await caught(wrong.GET("/api/v1/products"))).toMatchObject({
        kind: "invalid_credentials",
        code: "unauthorized",
      });
      bench.sandbox.set({ faults: [{ phase: "obtain", as: "rate-limited" }] });
      expect(await caught(bench.connect().GET("/api/v1/products", { retries: false }))).toMatchObject({
        kind: "rate_limited",
        code: "Too Many Requests",
      });
      bench.sandbox.set({ faults: [{ phase: "obtain", as: "parameter-missing" }] });
      expect(await caught(bench.connect().GET("/api/v1/products"))).toMatchObject({
        kind: "validation_failed",
        code: "validation_error",
      });
    });

    it("of an inactive account says that it may be that, since the vendor does not", async () => {
      await using bench = await open();
      const error = await caught(bench.connect({ credentials: bench.account("inactive") }).GET("/api/v1/products"));
      expect(error).toMatchObject({ kind: "invalid_credentials", code: "UNAUTHORIZED" });
      expect(error).toHaveProperty("advice", expect.stringContaining("that the account is active"));
    });

    it("that the vendor calls invalid (400) is told with its code", async () => {
      for (const [situation, kind, code] of [
        ["malformed-body", "invalid_request", "SYNTAX_ERROR"],
        ["parameter-missing", "validation_failed", "VALIDATION_FAILURE"],
      ] as const) {
        await using bench = await open({ faults: [{ phase: "obtain", as: situation }] });
        expect(await caught(bench.connect().GET("/api/v1/products"))).toMatchObject({ kind, code, status: 400 });
      }
    });

    it("more than ten times in a minute is throttled for as long as Retry-After says", async () => {
      await using bench = await open({ rateLimits: true, server: "production" });
      for (let count = 0; count < 10; count++) expect((await bench.connect().GET("/api/v1/wallets")).status).toBe(200);
      const client = bench.connect();
      const error = await caught(client.GET("/api/v1/wallets"));
      expect(error).toMatchObject({ outcome: "throttled", code: "TOO_MANY_REQUESTS" });
      expect(String(error)).toContain("Wait as long as Retry-After says");
      bench.clock.advance(61_000);
      expect((await client.GET("/api/v1/wallets")).status).toBe(200);
    });
  });

  describe("the rotating pair", () => {
    it("is refreshed with the refresh token alone, and the new one serves the next time", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      for (let round = 0; round < 4; round++) {
        await client.GET("/api/v1/products");
        bench.clock.advance(hourInMs);
      }
      const refreshes = bench.wire.filter(({ path }) => path === "/auth/refresh").map(({ body }) => JSON.parse(body));
      expect(refreshes).toHaveLength(3);
      for (const body of refreshes) expect(Object.keys(body)).toEqual(["refresh_token"]);
      expect(new Set(refreshes.map((body) => body.refresh_token)).size).toBe(3);
      expect(bench.wire.filter(({ path }) => path === "/auth/login")).toHaveLength(1);
      expect(bench.sandbox.reuses).toBe(0);
    });

    it("is never spent twice over many expiries with concurrent callers and several clients of one account", async () => {
      await using bench = await open({ revokeFamilyOnReuse: true });
      const store = createMemoryStore({ clock: bench.clock });
      const clients = [bench.connect({ store }), bench.connect({ store }), bench.connect({ store })];
      for (let round = 0; round < 40; round++) {
        const calls = clients.flatMap((client) => Array.from({ length: 5 }, () => client.GET("/api/v1/categories")));
        expect([...new Set((await Promise.all(calls)).map(({ status }) => status))]).toEqual([200]);
        await bench.idle();
        bench.clock.advance(round % 2 === 0 ? hourInMs : hourInMs - 200_000);
      }
      expect(bench.sandbox.reuses).toBe(0);
      expect(bench.sandbox.requests.filter(({ phase }) => phase === "obtain")).toHaveLength(1);
      expect(bench.sandbox.requests.filter(({ phase }) => phase === "refresh").length).toBeGreaterThanOrEqual(39);
    });

    it.each([
      ["is refused", (bench: Awaited<ReturnType<typeof open>>) => bench.sandbox.revokeRefreshTokens(), 1],
      [
        "is over after seven days",
        (bench: Awaited<ReturnType<typeof open>>) => bench.clock.advance(7 * 24 * hourInMs),
        0,
      ],
    ])("whose refresh token %s is replaced by one sign-in", async (_, end, refreshes) => {
      await using bench = await open();
      const client = bench.connect();
      await client.GET("/api/v1/products");
      end(bench);
      bench.clock.advance(hourInMs);
      const results = await Promise.all(Array.from({ length: 10 }, () => client.GET("/api/v1/products")));
      expect(results.map(({ status }) => status)).toEqual(Array(10).fill(200));
      const phases = bench.sandbox.requests.map(({ phase }) => phase);
      expect(phases.filter((phase) => phase === "refresh")).toHaveLength(refreshes);
      expect(phases.filter((phase) => phase === "obtain")).toHaveLength(2);
    });

    it("survives a wrong clock on either side, since only the difference to the answer's Date counts", async () => {
      for (const clockSkewInMs of [-2 * hourInMs, 2 * hourInMs]) {
        await using bench = await open({ clockSkewInMs });
        const client = bench.connect();
        await client.GET("/api/v1/products");
        const [status] = client.auth.status();
        expect(Math.abs((status?.expiresAt ?? 0) - bench.clock.now() - hourInMs)).toBeLessThan(5_000);
        bench.clock.advance(hourInMs / 2);
        await client.GET("/api/v1/products");
        expect(bench.tokenRequests()).toBe(1);
      }
    });

    it("is kept when the address is not allowed at a refresh (403), and no new sign-in is tried", async () => {
      await using bench = await open();
      const client = bench.connect();
      await client.GET("/api/v1/products");
      bench.clock.advance(hourInMs);
      bench.sandbox.set({ ipAllowList: ["203.0.113.7"] });
      const error = await caught(client.GET("/api/v1/products"));
      expect(error).toMatchObject({ kind: "ip_not_allowed", phase: "refresh", status: 403, code: "FORBIDDEN" });
      expect(String(error)).toContain("the account's whitelist");
      expect(bench.sandbox.requests.map(({ phase }) => phase)).toEqual(["obtain", "resource", "refresh"]);
      bench.sandbox.set({ ipAllowList: undefined });
      bench.clock.advance(120_000);
      expect((await client.GET("/api/v1/products")).status).toBe(200);
      expect(bench.sandbox.requests.map(({ phase }) => phase)).toEqual([
        "obtain",
        "resource",
        "refresh",
        "refresh",
        "resource",
      ]);
    });
  });

  it("tells an address that is not allowed at sign-in and at a call from a missing feature", async () => {
    await using bench = await open();
    const client = bench.connect();
    await client.GET("/api/v1/products");
    bench.sandbox.set({ ipAllowList: ["203.0.113.7"] });
    expect(await caught(bench.connect().GET("/api/v1/products"))).toMatchObject({
      kind: "ip_not_allowed",
      phase: "obtain",
      outcome: "configuration",
    });
    expect(toVendorError(await client.GET("/api/v1/products"))).toMatchObject({ kind: "ip_not_allowed", status: 403 });
    bench.sandbox.set({ ipAllowList: undefined });
    const limited = bench.connect({ credentials: bench.account("limited") });
    const refused = await limited.POST("/api/v1/orders", { body: { product_id: 3007, denomination: 25, quantity: 1 } });
    expect(toVendorError(refused)).toMatchObject({ kind: "permission_denied", code: "FORBIDDEN" });
    expect(toVendorError(refused)?.advice).toContain("lacks this feature");
  });

  it("takes the sibling's messages on protected paths", async () => {
    await using bench = await open({ variant: "siblingMessages" });
    const client = bench.connect();
    await client.GET("/api/v1/products");
    bench.sandbox.revokeAccessTokens();
    expect((await client.GET("/api/v1/products")).status).toBe(200);
    expect(bench.sandbox.requests.map(({ phase }) => phase)).toContain("refresh");
  });

  describe("logout", () => {
    it("sent by hand is noticed: what is cached is dropped, and the next call signs in", async () => {
      await using bench = await open();
      const client = bench.connect();
      await client.GET("/api/v1/products");
      expect(await unwrap(client.POST("/auth/logout"))).toEqual({
        success: true,
        data: { message: "Successfully logged out" },
      });
      expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
      expect((await client.GET("/api/v1/products")).status).toBe(200);
      const log = bench.sandbox.requests.map(({ phase, status }) => `${phase} ${status}`);
      expect(log).toEqual(["obtain 200", "resource 200", "revoke 200", "obtain 200", "resource 200"]);
    });

    it("sent by hand through authMiddleware on a plain client is noticed too", async () => {
      await using bench = await open();
      const plain = createPlainClient<paths>({ baseUrl: bench.sandbox.server.url });
      const layer = authMiddleware(popupGiftCards, {
        credentials: bench.account("default"),
        server: bench.sandbox.server,
        clock: bench.clock,
      });
      plain.use(layer);
      await plain.GET("/api/v1/products");
      expect((await plain.POST("/auth/logout")).data?.success).toBe(true);
      expect(layer.auth.status()).toMatchObject([{ state: "signed_out" }]);
      expect((await plain.GET("/api/v1/products")).response.status).toBe(200);
      expect(bench.sandbox.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    });

    it("happens at close() when asked for, and ends every worker's tokens, which they survive", async () => {
      await using bench = await open();
      const [mine, other] = [bench.connect(), bench.connect()];
      await mine.GET("/api/v1/products");
      await other.GET("/api/v1/products");
      await mine.close({ revoke: true });
      expect(bench.sandbox.requests.filter(({ phase }) => phase === "revoke")).toMatchObject([{ status: 200 }]);
      expect((await other.GET("/api/v1/products")).status).toBe(200);
      // A 401, a refused refresh, a sign-in, the replay.
      expect(bench.sandbox.requests.slice(-4).map(({ phase, status }) => `${phase} ${status}`)).toEqual([
        "resource 401",
        "refresh 401",
        "obtain 200",
        "resource 200",
      ]);
    });

    it("by auth.revoke() says how it went, and drops the tokens here even where it failed", async () => {
      await using bench = await open();
      const client = bench.connect();
      await client.GET("/api/v1/products");
      bench.sandbox.set({ faults: [{ phase: "revoke", as: "server-error" }] });
      expect(await client.auth.revoke()).toMatchObject([
        { revoked: false, reason: "failed", error: { phase: "revoke", kind: "server_error" } },
      ]);
      expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
      await client.GET("/api/v1/products");
      expect(await client.auth.revoke()).toEqual([{ scheme: "accessToken", revoked: true }]);
    });
  });

  describe("work", () => {
    it("an order is created once: a repeated client_reference is a duplicate, which is then looked up", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const body = { product_id: 3007, denomination: 25, quantity: 2, client_reference: "SO-2025-1" };
      const order = await unwrap(client.POST("/api/v1/orders", { body }));
      expect(order.status).toBe("DELIVERED");
      expect(order.vouchers).toHaveLength(2);
      const again = await client.POST("/api/v1/orders", { body });
      expect(toVendorError(again)).toMatchObject({ kind: "duplicate", code: "BAD_REQUEST", status: 400 });
      const query = { client_reference: "SO-2025-1" };
      const found = await unwrap(client.GET("/api/v1/orders", { params: { query } }));
      expect(found.map(({ id }) => id)).toEqual([order.id]);
      const one = await unwrap(client.GET("/api/v1/orders/{id}", { params: { path: { id: order.id } } }));
      expect(one.client_reference).toBe("SO-2025-1");
    });

    it("a large order is delivered a little later", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const body = { product_id: 3007, denomination: 25, quantity: 6 };
      const { id, status } = await unwrap(client.POST("/api/v1/orders", { body }));
      expect(status).toBe("PENDING");
      bench.clock.advance(2_000);
      expect(await unwrap(client.GET("/api/v1/orders/{id}", { params: { path: { id } } }))).toMatchObject({
        status: "DELIVERED",
      });
    });

    it("availability and charges of a product are answered, and an unknown product is not found", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const params = { path: { id: 3007 } };
      const body = { denomination: 25, quantity: 1 };
      await unwrap(client.GET("/api/v1/products/{id}", { params }));
      expect(await unwrap(client.POST("/api/v1/products/{id}/availability", { params, body }))).toHaveProperty(
        "is_available",
      );
      expect(await unwrap(client.POST("/api/v1/products/{id}/charges", { params, body }))).toHaveProperty(
        "total_payable",
      );
      expect(await unwrap(client.GET("/api/v1/categories"))).toHaveLength(12);
      const none = await client.GET("/api/v1/products/{id}", { params: { path: { id: 1 } } });
      expect(toVendorError(none)).toMatchObject({ kind: "not_found", code: "NOT_FOUND" });
    });
  });
});
