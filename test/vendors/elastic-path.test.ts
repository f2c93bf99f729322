import { describe, expect, it } from "vitest";
import { elasticPath } from "../../generated/elastic-path/index.ts";
import { toVendorError, unwrap } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { openBench } from "../support/sandbox-harness.ts";
import { describeVendorRules } from "../support/vendor-rules.ts";

const open = (switches = {}) => openBench(elasticPath, { rateLimits: false, ...switches });
const customer = { email: "customer@shop.example", password: "sandbox-customer-password" };
const otherCustomer = { email: "second@shop.example", password: "sandbox-second-password" };
const member = {
  passwordProfileId: "3f8e4a52-6c1b-4a9d-8a8e-70a4c5d2e001",
  username: "buyer@company.example",
  password: "sandbox-buyer-password",
};
const product = (sku: string) => ({
  data: {
    type: "product" as const,
    attributes: { name: sku, sku, slug: sku, status: "draft" as const, commodity_type: "physical" as const },
  },
});

describe("elastic-path", () => {
  describeVendorRules({
    vendor: elasticPath,
    read: (client) => client.GET("/catalog/products"),
    readPath: "/catalog/products",
    write: (client, index) => client.POST("/pcm/products", { body: product(`rule-${index}`) }),
    walk: (client) => client.paginate("GET", "/pcm/products", { params: { query: { "page[limit]": 50 } } }),
    walkLength: 137,
    lifetimeInSeconds: 3600,
    schedule: [1, 2, 4, 8, 16],
    wrong: { clientId: "sandbox-store", clientSecret: "not-the-secret" },
    environment: {
      useast: { clientId: "ELASTIC_PATH_USEAST_CLIENT_ID", clientSecret: "ELASTIC_PATH_USEAST_CLIENT_SECRET" },
      euwest: { clientId: "ELASTIC_PATH_EUWEST_CLIENT_ID", clientSecret: "ELASTIC_PATH_EUWEST_CLIENT_SECRET" },
      moltin: { clientId: "ELASTIC_PATH_MOLTIN_CLIENT_ID", clientSecret: "ELASTIC_PATH_MOLTIN_CLIENT_SECRET" },
    },
  });

  describe("sign-in", () => {
    it("with the client secret asks for a client_credentials token, as a form", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      expect((await client.GET("/pcm/products")).status).toBe(200);
      const [request, call] = bench.wire;
      expect(request).toMatchObject({ method: "POST", path: "/oauth/access_token" });
      expect(request?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
      expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
        grant_type: "client_credentials",
        client_id: "sandbox-store",
        client_secret: "sandbox-store-secret",
      });
      expect(call?.headers.get("authorization")).toMatch(/^Bearer [0-9a-f]{40}$/u);
      expect(client.auth.status()).toMatchObject([{ attributes: { identifier: "client_credentials" } }]);
    });

    it("without it asks for an implicit token, which reads the storefront and is refused elsewhere by name", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch, credentials: { clientId: "sandbox-store" } });
      expect((await client.GET("/catalog/products")).status).toBe(200);
      expect(Object.fromEntries(new URLSearchParams(bench.wire[0]?.body))).toEqual({
        grant_type: "implicit",
        client_id: "sandbox-store",
      });
      expect(client.auth.status()).toMatchObject([{ attributes: { identifier: "implicit" } }]);
      const refused = await client.GET("/pcm/products");
      expect(refused.status).toBe(403);
      const error = toVendorError(refused);
      expect(error).toMatchObject({ kind: "permission_denied", permission: "client_credentials" });
      expect(String(error)).toContain("it needs client_credentials");
      expect(bench.tokenRequests()).toBe(1);
    });

    it("never mixes the two kinds of token of one client ID, though both are used at once", async () => {
      await using bench = await open();
      const secret = bench.connect();
      const implicit = bench.connect({ credentials: { clientId: "sandbox-store" } });
      const results = await Promise.all(
        Array.from({ length: 10 }, () => [secret.GET("/pcm/products"), implicit.GET("/pcm/products")]).flat(),
      );
      expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => [200, 403]).flat());
      expect(bench.tokenRequests()).toBe(2);
    });

    it("reads the token bare, as the service sends it, and inside `data`, as the published document has it", async () => {
      for (const variant of [[], "envelopedToken"]) {
        await using bench = await open({ variant });
        const client = bench.connect();
        expect((await client.GET("/pcm/products")).status).toBe(200);
        const [status] = client.auth.status();
        expect(Math.abs((status?.expiresAt ?? 0) - bench.clock.now() - 3_600_000)).toBeLessThan(5_000);
        expect(status?.attributes).toEqual({ identifier: "client_credentials" });
      }
    });
  });

  describe("a customer's token", () => {
    it("is asked for with the bearer, and travels beside it in a header of its own", async () => {
      await using bench = await open();
      const store = bench.connect({ fetch: bench.fetch });
      const shopper = await store.as(customer);
      const signIn = bench.wire.find(({ path }) => path === "/v2/customers/tokens");
      expect(signIn?.headers.get("authorization")).toMatch(/^Bearer [0-9a-f]{40}$/u);
      expect(JSON.parse(signIn?.body ?? "")).toEqual({ data: { type: "token", ...customer } });
      await shopper.GET("/v2/orders");
      const call = bench.wire.at(-1);
      expect(call?.headers.get("authorization")).toBe(signIn?.headers.get("authorization"));
      expect(call?.headers.get("x-moltin-customer-token")).toMatch(/^eyJ/u);
      expect(shopper.auth.status()).toMatchObject([
        { scheme: "bearer", state: "signed_in" },
        { scheme: "customerToken", attributes: { customerId: "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dc001" } },
      ]);
    });

    it("makes a second client and leaves the first as it was", async () => {
      await using bench = await open();
      const store = bench.connect({ fetch: bench.fetch });
      const shopper = await store.as(customer);
      const [all, mine] = [await unwrap(store.GET("/v2/orders")), await unwrap(shopper.GET("/v2/orders"))];
      expect(mine.meta?.results?.total).toBeLessThan(all.meta?.results?.total ?? 0);
      const calls = bench.wire.filter(({ path }) => path === "/v2/orders");
      expect(calls.map(({ headers }) => headers.has("x-moltin-customer-token"))).toEqual([false, true]);
      await shopper.close();
      expect((await store.GET("/v2/orders")).status).toBe(200);
      expect(await caught(shopper.GET("/v2/orders"))).toMatchObject({ reason: "closed" });
    });

    it("is not sent where the operation does not take it", async () => {
      await using bench = await open();
      const shopper = await bench.connect({ fetch: bench.fetch }).as(customer);
      expect((await shopper.GET("/pcm/products")).status).toBe(200);
      expect(bench.wire.at(-1)?.headers.has("x-moltin-customer-token")).toBe(false);
    });

    it("is each customer's own, with two of them at work at once", async () => {
      await using bench = await open();
      const store = bench.connect();
      const [one, other] = await Promise.all([store.as(customer), store.as(otherCustomer)]);
      const totals = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          unwrap((index % 2 === 0 ? one : other).GET("/v2/orders")).then(({ meta }) => meta?.results?.total),
        ),
      );
      expect(new Set(totals.filter((_, index) => index % 2 === 0)).size).toBe(1);
      expect(totals[0]).toBeGreaterThan(0);
      expect(totals.filter((_, index) => index % 2 === 1)).toEqual([0, 0, 0, 0, 0]);
    });

    it("is asked for anew when it is over, like the bearer, each for itself", async () => {
      await using bench = await open({ accessLifetimeInSeconds: { bearer: 3600, customerToken: 86_400 } });
      const shopper = await bench.connect().as(customer);
      const signIns = () =>
        bench.sandbox.requests.flatMap(({ operation, phase }) => (phase === "obtain" ? [operation] : []));
      bench.clock.advance(3_700_000);
      expect((await shopper.GET("/v2/orders")).status).toBe(200);
      expect(signIns()).toEqual(["requestToken", "createCustomerToken", "requestToken"]);
      bench.clock.advance(86_400_000);
      expect((await shopper.GET("/v2/orders")).status).toBe(200);
      expect(signIns().slice(3).sort()).toEqual(["createCustomerToken", "requestToken"]);
    });

    it("and the bearer are both replaced after a 401 that does not say which is meant, and the call is replayed once", async () => {
      await using bench = await open();
      const shopper = await bench.connect().as(customer);
      await shopper.GET("/v2/orders");
      bench.sandbox.revokeAccessTokens();
      const before = bench.sandbox.requests.length;
      expect((await shopper.GET("/v2/orders")).status).toBe(200);
      const log = bench.sandbox.requests.slice(before).map(({ operation, status }) => `${operation} ${status}`);
      expect(log.filter((line) => line === "listOrders 401")).toHaveLength(1);
      expect(log.filter((line) => line === "listOrders 200")).toHaveLength(1);
    });

    it("with a wrong password is one refusal that says whose, and leaves the store's client at work", async () => {
      await using bench = await open();
      const store = bench.connect();
      const error = await caught(store.as({ ...customer, password: "not-this-one" }));
      expect(error).toMatchObject({ kind: "invalid_credentials", scheme: "customerToken", outcome: "configuration" });
      expect(String(error)).toContain("the customer's email and password");
      expect(String(error)).not.toMatch(/not-this-one|customer@shop/u);
      expect((await store.GET("/v2/orders")).status).toBe(200);
      expect(bench.sandbox.requests.filter(({ operation }) => operation === "createCustomerToken")).toHaveLength(1);
    });
  });

  describe("an account member's token", () => {
    it("is the first account's, or that of the account named, in a header of its own", async () => {
      await using bench = await open();
      const store = bench.connect({ fetch: bench.fetch });
      const buyer = await store.as(member);
      await buyer.GET("/v2/orders");
      expect(bench.wire.at(-1)?.headers.get("ep-account-management-authentication-token")).toMatch(/^eyJ/u);
      const [, status] = buyer.auth.status();
      expect(status?.attributes).toMatchObject({ accountName: expect.any(String) });
      const accounts = new Set([status?.attributes?.accountId]);
      for (const accountId of ["c0f1b9b2-7d7a-4b7d-9c5e-2a5a6b4e1001", "c0f1b9b2-7d7a-4b7d-9c5e-2a5a6b4e1002"]) {
        const named = await store.as({ ...member, accountId });
        expect(named.auth.status()[1]?.attributes?.accountId).toBe(accountId);
        accounts.add(accountId);
      }
      expect(accounts.size).toBe(2);
    });

    it("reads an expiry that is a text, as the published document types it", async () => {
      await using bench = await open({ variant: "expiresAsText" });
      const buyer = await bench.connect().as(member);
      expect(buyer.auth.status()[1]).toMatchObject({ state: "signed_in", estimated: false });
    });
  });

  it("refuses as() with what no second party has, and says what it takes", async () => {
    await using bench = await open();
    const error = await caught(bench.connect().as(Object({ email: "a@b.example" })));
    expect(String(error)).toContain("as() got email; it takes { email, password } for a customer, or {");
  });

  describe("errors", () => {
    it("map alike with the status as a number and as text", async () => {
      for (const variant of [[], "statusAsText"]) {
        await using bench = await open({ variant });
        const client = bench.connect();
        const none = await client.GET("/pcm/products/{productID}", { params: { path: { productID: "none" } } });
        expect(toVendorError(none)).toMatchObject({ kind: "not_found", status: 404, code: "Not Found" });
        await unwrap(client.POST("/pcm/products", { body: product("twice") }));
        const again = await client.POST("/pcm/products", { body: product("twice") });
        expect(toVendorError(again)).toMatchObject({ kind: "validation_failed", status: 422 });
        bench.sandbox.revokeAccessTokens();
        expect((await client.GET("/pcm/products")).status).toBe(200);
      }
    });

    it("name the request for the vendor's support", async () => {
      await using bench = await open({ faults: [{ phase: "resource", as: "server-error", times: 10 }] });
      const result = await bench.connect().GET("/pcm/products");
      expect(toVendorError(result)).toMatchObject({ kind: "server_error", requestId: expect.stringMatching(/./u) });
      expect(toVendorError(result)?.advice).toContain("give Elastic Path the request ID");
    });
  });

  it("pages by the total, whatever links the product manager shows", async () => {
    for (const variant of [[], "announcedLinks"]) {
      await using bench = await open({ variant });
      let count = 0;
      for await (const _ of bench
        .connect()
        .paginate("GET", "/pcm/products", { params: { query: { "page[limit]": 20 } } }))
        count += 1;
      expect(count).toBe(137);
      expect(bench.apiRequests()).toBe(7);
    }
  });

  it("lives with a development store's 25 requests a second, without meeting one 429", async () => {
    await using bench = await open({ rateLimits: true });
    const client = bench.connect({ fetch: bench.fetch });
    const results = await bench.passing(
      Promise.all(
        Array.from({ length: 60 }, () => client.GET("/catalog/products", { params: { query: { "page[limit]": 1 } } })),
      ),
    );
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set([200]));
    expect(bench.events.some(({ type }) => type === "throttle")).toBe(false);
  });

  describe("work", () => {
    it("a product is created, read, changed and deleted", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const { data: created } = await unwrap(client.POST("/pcm/products", { body: product("chair") }));
      const params = { path: { productID: created.id } };
      expect((await unwrap(client.GET("/pcm/products/{productID}", { params }))).data.attributes.sku).toBe("chair");
      const body = { data: { type: "product" as const, id: created.id, attributes: { name: "A chair" } } };
      expect((await unwrap(client.PUT("/pcm/products/{productID}", { params, body }))).data.attributes.name).toBe(
        "A chair",
      );
      expect((await client.DELETE("/pcm/products/{productID}", { params })).status).toBe(204);
      expect((await client.GET("/pcm/products/{productID}", { params })).status).toBe(404);
    });

    it("a shopper fills a cart and checks out with an implicit token, and the order is theirs", async () => {
      await using bench = await open();
      const browser = bench.connect({ credentials: { clientId: "sandbox-store" }, validate: "strict" });
      const cart = { path: { cartID: "cart-1" } };
      const { data: items } = await browser.POST("/v2/carts/{cartID}/items", {
        params: cart,
        body: { data: { type: "cart_item", id: "7a6b1f0e-8a1c-4d5b-9a54-2f1d3c4b5001", quantity: 2 } },
      });
      expect(items).toBeDefined();
      expect((await browser.GET("/v2/carts/{cartID}", { params: cart })).status).toBe(200);
    });
  });
});
