import { describe, expect, it } from "vitest";
import { propeller } from "../../generated/propeller/index.ts";
import { toVendorError, unwrap } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { openBench } from "../support/sandbox-harness.ts";
import { describeVendorRules } from "../support/vendor-rules.ts";

const open = (switches = {}) => openBench(propeller, { rateLimits: false, ...switches });

describe("propeller", () => {
  describeVendorRules({
    vendor: propeller,
    read: (client) => client.GET("/v2/products"),
    readPath: "/v2/products",
    write: (client, index) => client.POST("/v2/products", { body: { source: "ERP", sourceId: `rule-${index}` } }),
    walk: (client) => client.paginate("GET", "/v2/products", { params: { query: { offset: 50 } } }),
    walkLength: 137,
    lifetimeInSeconds: 1800,
    schedule: [1, 2, 4, 8, 16],
    wrong: { clientId: "sandbox-erp-sync", clientSecret: "not-the-secret" },
    environment: {
      production: { clientId: "PROPELLER_CLIENT_ID", clientSecret: "PROPELLER_CLIENT_SECRET" },
      test: { clientId: "PROPELLER_TEST_CLIENT_ID", clientSecret: "PROPELLER_TEST_CLIENT_SECRET" },
    },
  });

  describe("sign-in", () => {
    it("sends client_id, client_secret and grant_type as a form, and nothing else", async () => {
      await using bench = await open();
      await bench.connect({ fetch: bench.fetch }).GET("/v2/products");
      const [request] = bench.wire;
      expect(request).toMatchObject({ method: "POST", path: "/oauth2/token" });
      expect(request?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
      expect(request?.headers.get("authorization")).toBeNull();
      expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
        client_id: "sandbox-erp-sync",
        client_secret: "sandbox-erp-sync-secret",
        grant_type: "client_credentials",
      });
    });

    it("puts the token into the Authorization header of every API request", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      await client.GET("/v2/products", { params: { query: { page: 1, offset: 10 } } });
      await client.POST("/v2/orders/search", { body: {} });
      const [, list, search] = bench.wire;
      expect(list?.path).toBe("/v2/products?page=1&offset=10");
      expect(list?.headers.get("authorization")).toMatch(/^Bearer eyJ[\w.-]+$/u);
      expect(search?.headers.get("authorization")).toBe(list?.headers.get("authorization"));
      expect(search?.headers.get("content-type")).toBe("application/json");
    });

    it("is repeated with the same credentials when the token is over, since there are no refresh tokens", async () => {
      await using bench = await open();
      const client = bench.connect();
      await client.GET("/v2/products");
      bench.clock.advance(1800_000);
      await client.GET("/v2/products");
      expect(bench.events.flatMap((event) => (event.type === "refresh" ? [[event.grant, event.trigger]] : []))).toEqual(
        [
          ["client_credentials", "cold"],
          ["client_credentials", "expired"],
        ],
      );
      expect(bench.sandbox.requests.filter(({ phase }) => phase !== "resource").map(({ phase }) => phase)).toEqual([
        "obtain",
        "obtain",
      ]);
    });

    it("with a key that is not active yet says that it may be that", async () => {
      await using bench = await open();
      const error = await caught(bench.connect({ credentials: bench.account("inactive") }).GET("/v2/products"));
      expect(error).toMatchObject({ kind: "invalid_credentials", code: "invalid_client", status: 401 });
      expect(error).toHaveProperty("advice", expect.stringContaining("a new key is inactive until it is switched on"));
      expect(String(error)).toContain("ClientId is Invalid");
    });

    it("that the vendor calls malformed (400 invalid_request) says what to check, and is not repeated in a loop", async () => {
      await using bench = await open({ faults: [{ phase: "obtain", as: "unsupported-grant", times: 100 }] });
      const client = bench.connect();
      const errors = await Promise.all(Array.from({ length: 10 }, () => caught(client.GET("/v2/products"))));
      expect(errors[0]).toMatchObject({ kind: "invalid_request", code: "invalid_request", outcome: "configuration" });
      expect(String(errors[0])).toContain("Content-Type is application/x-www-form-urlencoded");
      expect(bench.tokenRequests()).toBe(1);
    });

    it("takes the older reference's answer: numbers as text, BearerToken, an opaque token", async () => {
      await using bench = await open({ variant: "legacyToken" });
      const client = bench.connect({ fetch: bench.fetch });
      expect((await client.GET("/v2/products")).status).toBe(200);
      expect(bench.wire.at(-1)?.headers.get("authorization")).toMatch(/^Bearer [\w-]{28}$/u);
      const [status] = client.auth.status();
      expect(status?.attributes).toMatchObject({ status: "approved", organizationName: "propeller" });
      expect(Math.round(((status?.expiresAt ?? 0) - bench.clock.now()) / 1000)).toBe(1899);
    });

    it("takes the answer with its four documented members only", async () => {
      await using bench = await open({ variant: "shortToken" });
      const client = bench.connect();
      expect((await client.GET("/v2/products")).status).toBe(200);
      expect(client.auth.status()).toMatchObject([{ state: "signed_in", scope: "profile", estimated: false }]);
    });

    it("lets a rotation be done in the documented order: create, update, verify, delete", async () => {
      await using bench = await open();
      let current = bench.account("default");
      const client = bench.connect({ credentials: () => current });
      await client.GET("/v2/products");
      const next = bench.account("readOnly");
      await client.auth.verify(next);
      current = next;
      bench.sandbox.revokeAccessTokens();
      expect((await client.GET("/v2/products")).status).toBe(200);
      expect(bench.sandbox.requests.at(-1)?.account).toBe("readOnly");
    });
  });

  it("runs a sync of hundreds of calls over several expiries without an interruption", async () => {
    await using bench = await open();
    const client = bench.connect();
    for (let call = 0; call < 300; call++) {
      // A minute between calls: five hours, ten tokens.
      bench.clock.advance(60_000);
      const { status } = await client.PATCH("/v2/products/{lookupKey}/{value}", {
        params: { path: { lookupKey: "id", value: "104201" } },
        body: { minimumQuantity: call + 1 },
      });
      expect(status).toBe(200);
      await bench.idle();
    }
    expect(bench.sandbox.requests.filter(({ status }) => status !== 200)).toHaveLength(0);
    expect(bench.tokenRequests()).toBeLessThanOrEqual(13);
  });

  it("names what to check when the key lacks a permission (403 insufficient_scope), and asks for no new token", async () => {
    await using bench = await open();
    const client = bench.connect({ credentials: bench.account("scopeless") });
    const error = await caught(unwrap(client.GET("/v2/products")));
    expect(error).toMatchObject({ name: "VendorError", kind: "permission_denied", code: "insufficient_scope" });
    expect(String(error)).toContain("Check the API client's permissions in the Backoffice");
    expect(bench.tokenRequests()).toBe(1);
    expect(bench.apiRequests()).toBe(1);
  });

  it("tells a key that may only read from one that may do nothing", async () => {
    await using bench = await open();
    const client = bench.connect({ credentials: bench.account("readOnly") });
    expect((await client.GET("/v2/products")).status).toBe(200);
    expect((await client.POST("/v2/orders/search", { body: {} })).status).toBe(200);
    const refused = await client.POST("/v2/products", { body: { source: "ERP", sourceId: "1" } });
    expect(toVendorError(refused)).toMatchObject({ kind: "permission_denied", operation: "POST /v2/products" });
  });

  describe("errors of both envelopes", () => {
    it("map by the resource's code, as a number or as text", async () => {
      await using bench = await open();
      const client = bench.connect();
      for (const variant of ["codeAsText", []]) {
        bench.sandbox.set({ variant });
        const tooLarge = await client.GET("/v2/products", { params: { query: { offset: 101 } } });
        expect(toVendorError(tooLarge)).toMatchObject({ kind: "validation_failed", code: "10015", status: 400 });
        const none = await client.GET("/v2/products/{lookupKey}/{value}", {
          params: { path: { lookupKey: "id", value: "1" } },
        });
        expect(toVendorError(none)).toMatchObject({ kind: "not_found", code: "80006", status: 404 });
      }
    });

    it("tell an ambiguous lookup, and advise the one that is not", async () => {
      await using bench = await open();
      const client = bench.connect();
      for (const sourceId of ["A", "B"]) {
        await unwrap(client.POST("/v2/products", { body: { source: "ERP", sourceId, sku: "TWICE" } }));
      }
      const twice = await client.GET("/v2/products/{lookupKey}/{value}", {
        params: { path: { lookupKey: "sku", value: "TWICE" } },
      });
      expect(toVendorError(twice)).toMatchObject({ code: "80005", kind: "invalid_request" });
      expect(toVendorError(twice)?.advice).toContain("by id, or by sourceId and source");
    });

    it("tell a repeated record, by 409 for a product and by 400 for an order", async () => {
      await using bench = await open();
      const client = bench.connect();
      const product = { source: "ERP", sourceId: "again" };
      await unwrap(client.POST("/v2/products", { body: product }));
      expect(toVendorError(await client.POST("/v2/products", { body: product }))?.kind).toBe("conflict");
      const order = { ...product, items: [{ class: "product" as const, productId: 104201, quantity: 1 }] };
      await unwrap(client.POST("/v2/orders", { body: order }));
      expect(toVendorError(await client.POST("/v2/orders", { body: order }))).toMatchObject({
        kind: "duplicate",
        advice: expect.stringContaining("update it in place of creating it"),
      });
    });
  });

  describe("work", () => {
    it("a product is created, read back by its natural key, changed and listed", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const body = {
        source: "ERP",
        sourceId: "9001",
        names: [{ language: "NL", value: "Boor" }],
        status: "A" as const,
      };
      await unwrap(client.POST("/v2/products", { body }));
      const params = { path: { lookupKey: "sourceId" as const, value: "9001" }, query: { source: "ERP" } };
      const found = await unwrap(client.GET("/v2/products/{lookupKey}/{value}", { params }));
      expect(found.data.names).toEqual(body.names);
      const { query: _, ...only } = params;
      await unwrap(client.PATCH("/v2/products/{lookupKey}/{value}", { params: only, body: { status: "N" } }));
      const listed = [];
      for await (const product of client.paginate("GET", "/v2/products", { params: { query: { offset: 100 } } })) {
        if (product.sourceId === "9001") listed.push(product.status);
      }
      expect(listed).toEqual(["N"]);
    });

    it("a bulk upsert answers row by row, and only the failed ones need repeating", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const row = (sourceId: string) => ({ source: "ERP", sourceId, language: "NL" as const });
      const { data } = await unwrap(
        client.POST("/v2/products/bulk/sourceId", {
          body: { products: [row("40012"), row("new"), { ...row("bad"), sku: "FAIL-1" }] },
        }),
      );
      expect(data.map(({ success }) => success)).toEqual([true, true, false]);
    });

    it("an order is created, found by a search that pages in the body, and marked as exported", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      const order = await unwrap(
        client.POST("/v2/orders", {
          body: { source: "ERP", sourceId: "SO-9", items: [{ class: "product", productId: 104201, quantity: 2 }] },
        }),
      );
      let found = 0;
      for await (const one of client.paginate("POST", "/v2/orders/search", { body: { offset: 5 } })) {
        if (one.id === order.id) found += 1;
      }
      expect(found).toBe(1);
      const params = { path: { id: order.id } };
      const changed = await unwrap(
        client.PATCH("/v2/orders/id/{id}", { params, body: { status: "ARCHIVED", exportStatus: "exported" } }),
      );
      expect(changed).toMatchObject({ status: "ARCHIVED", exportStatus: "exported" });
    });
  });
});
