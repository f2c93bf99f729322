/** Each vendor's documented semantics of sign-in, tokens, permissions, limits and lists, over real HTTP. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openVendor, type VendorClient } from "./support/vendor-client.ts";

let client: VendorClient;
let clock = Date.parse("2026-03-01T12:00:00Z");
const advance = (seconds: number) => {
  clock += seconds * 1000;
};
const forVendor = (vendor: string) => {
  beforeEach(async () => {
    clock = Date.parse("2026-03-01T12:00:00Z");
    client = await openVendor(vendor, { now: () => clock });
  });
  afterEach(() => client.sandbox.close());
};
const form = "application/x-www-form-urlencoded";

describe("propeller", () => {
  forVendor("propeller");

  it("takes a token request as a form only", async () => {
    const { clientId, clientSecret } = client.sandbox.credentials;
    const body = JSON.stringify({ client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" });
    const answer = await client.call("requestToken", { body, headers: { "content-type": "application/json" } });
    expect([answer.status, answer.at("/ErrorCode")]).toEqual([400, "invalid_request"]);
  });

  it("refuses another grant type with 400 invalid_request", async () => {
    const answer = await client.call("requestToken", { body: "grant_type=password&client_id=a&client_secret=b" });
    expect([answer.status, answer.body]).toEqual([
      400,
      { Error: "Unsupported grant type", ErrorCode: "invalid_request" },
    ]);
  });

  it.each([
    ["a wrong secret", { clientId: "sandbox-erp-sync", clientSecret: "wrong" }],
    ["an unknown client", { clientId: "nobody", clientSecret: "wrong" }],
  ])("refuses %s with 401 invalid_client", async (_, credentials) => {
    const answer = await client.signIn(credentials);
    expect([answer.status, answer.body]).toEqual([401, { Error: "ClientId is Invalid", ErrorCode: "invalid_client" }]);
  });

  it("refuses an inactive key like a wrong one", async () => {
    const answer = await client.signIn(client.sandbox.accounts.inactive);
    expect([answer.status, answer.at("/ErrorCode")]).toEqual([401, "invalid_client"]);
  });

  it("gives a token that lives 30 minutes and is refused after them", async () => {
    const answer = await client.signIn();
    expect(answer.body).toMatchObject({
      expires_in: 1800,
      token_type: "Bearer",
      refresh_expires_in: 0,
      "not-before-policy": 0,
      scope: "profile",
    });
    const token = await client.token();
    advance(1799);
    expect((await client.call("listProducts", { token })).status).toBe(200);
    advance(1);
    const late = await client.call("listProducts", { token });
    expect([late.status, late.body]).toEqual([
      401,
      { Error: "Token is expired or invalid", ErrorCode: "invalid_token" },
    ]);
  });

  it("emits the older reference's token with numbers as text when asked to", async () => {
    client.sandbox.set({ variant: "legacyToken" });
    const answer = await client.signIn();
    expect(answer.body).toMatchObject({
      expires_in: "1899",
      token_type: "BearerToken",
      issued_at: String(clock),
      status: "approved",
    });
    expect(answer.at("/access_token")).toMatch(/^[\w-]{28}$/u);
    expect((await client.call("listProducts", { token: await client.token() })).status).toBe(200);
  });

  it("refuses a client without a scope with 403 insufficient_scope", async () => {
    const answer = await client.call("listProducts", { token: await client.token(client.sandbox.accounts.scopeless) });
    expect([answer.status, answer.at("/ErrorCode")]).toEqual([403, "insufficient_scope"]);
  });

  it("sends a 429 without Retry-After, and with one when asked to", async () => {
    const token = await client.token();
    client.sandbox.set({ faults: [{ phase: "resource", as: "rate-limited", times: 2 }] });
    const faithful = await client.call("listProducts", { token });
    expect([faithful.status, faithful.at("/ErrorCode"), faithful.headers.get("retry-after")]).toEqual([
      429,
      "rate_limit_exceeded",
      null,
    ]);
    client.sandbox.set({ retryAfter: "always" });
    expect((await client.call("listProducts", { token })).headers.get("retry-after")).toBe("1");
    expect((await client.call("listProducts", { token })).status).toBe(200);
  });

  it("refuses a page size above the maximum with code 10015", async () => {
    const answer = await client.call("listProducts", { token: await client.token(), query: { page: 1, offset: 101 } });
    expect([answer.status, answer.at("/error/code")]).toEqual([400, 10015]);
  });

  it("reads offset as the size of a page", async () => {
    const answer = await client.call("listProducts", { token: await client.token(), query: { page: 3, offset: 50 } });
    expect(answer.body).toMatchObject({ page: 3, offset: 50, total: 137, start: 101, end: 137 });
    expect(answer.at("/data")).toHaveLength(37);
  });

  it("refuses a lookup by a sku that two products have with code 80005, and finds either by sourceId", async () => {
    const token = await client.token();
    for (const sourceId of ["A", "B"]) {
      await client.call("createProduct", { token, body: { sku: "TWICE", source: "ERP", sourceId } });
    }
    const twice = await client.call("getProduct", { token, path: { lookupKey: "sku", value: "TWICE" } });
    expect([twice.status, twice.at("/error/code")]).toEqual([400, 80005]);
    const one = await client.call("getProduct", {
      token,
      path: { lookupKey: "sourceId", value: "A" },
      query: { source: "ERP" },
    });
    expect([one.status, one.at("/data/sku")]).toEqual([200, "TWICE"]);
    const none = await client.call("getProduct", { token, path: { lookupKey: "id", value: 1 } });
    expect([none.status, none.at("/error/code")]).toEqual([404, 80006]);
  });

  it("upserts in bulk and reports the rows that fail, one by one", async () => {
    const token = await client.token();
    const row = (sourceId: string, more = {}) => ({ source: "ERP", sourceId, language: "NL", ...more });
    const products = [
      row("40012", { status: "N" }),
      row("new"),
      row("bad", { parent: { source: "ERP", sourceId: "missing" } }),
      { sourceId: "no-source" },
    ];
    const answer = await client.call("bulkUpsertProducts", { token, body: { products } });
    expect(answer.status).toBe(200);
    expect(answer.at("/data")).toMatchObject([
      { action: "update", id: 104201, success: true },
      { action: "create", key: "new", success: true },
      { key: "bad", success: false, error: "The parent category does not exist" },
      { key: "no-source", success: false },
    ]);
    const updated = await client.call("getProduct", { token, path: { lookupKey: "id", value: 104201 } });
    expect([updated.at("/data/status"), updated.at("/data/sku")]).toEqual(["N", "BOOR-HSS-040"]);
  });

  it("searches orders by the body, keeps what is patched, and refuses a repeated natural key with 400", async () => {
    const token = await client.token();
    const found = await client.call("searchOrders", { token, body: { statuses: ["CONFIRMED"], page: 2, offset: 5 } });
    expect([found.status, found.at("/page"), found.at("/offset")]).toEqual([200, 2, 5]);
    expect(found.at("/items")).toHaveLength(5);
    const patched = await client.call("updateOrder", {
      token,
      path: { id: 700101 },
      body: { status: "ARCHIVED", exportStatus: "exported" },
    });
    expect(patched.body).toMatchObject({
      id: 700101,
      status: "ARCHIVED",
      exportStatus: "exported",
      email: "inkoop@afnemer.example",
    });
    const archived = await client.call("searchOrders", { token, body: { statuses: ["ARCHIVED"] } });
    expect(archived.at("/total")).toBe(1);
    const order = { source: "ERP", sourceId: "SO-1", items: [{ class: "product", productId: 104201, quantity: 1 }] };
    expect((await client.call("createOrder", { token, body: order })).status).toBe(201);
    const again = await client.call("createOrder", { token, body: order });
    expect([again.status, again.at("/error/messages")]).toEqual([400, ["order already exists"]]);
  });

  it("names a broken body with code 10005", async () => {
    const answer = await client.call("createProduct", { token: await client.token(), body: "{" });
    expect([answer.status, answer.at("/error/code")]).toEqual([400, 10005]);
  });
});

describe("popup-gift-cards", () => {
  forVendor("popup-gift-cards");
  const refresh = (refreshToken: unknown) => client.call("refreshToken", { body: { refresh_token: refreshToken } });
  const unauthorized = (message: string) => ({ error: { name: "UnauthorizedError", code: "UNAUTHORIZED", message } });

  it("rotates the pair at a refresh, and refuses the spent refresh token", async () => {
    const first = await client.signIn();
    const second = await refresh(first.at("/data/refresh_token") ?? "");
    expect(second.status).toBe(200);
    expect(second.at("/data/refresh_token")).not.toBe(first.at("/data/refresh_token"));
    const reuse = await refresh(first.at("/data/refresh_token"));
    expect([reuse.status, reuse.body]).toEqual([401, unauthorized("Invalid refresh token")]);
    expect(client.sandbox.reuses).toBe(1);
    expect((await refresh(second.at("/data/refresh_token"))).status).toBe(200);
  });

  it("revokes everything that came from a sign-in when a spent refresh token comes back, if it is strict", async () => {
    client.sandbox.set({ revokeFamilyOnReuse: true });
    const first = await client.signIn();
    const second = await refresh(first.at("/data/refresh_token"));
    await refresh(first.at("/data/refresh_token"));
    expect((await refresh(second.at("/data/refresh_token"))).status).toBe(401);
    expect((await client.call("listWallets", { token: String(second.at("/data/access_token")) })).status).toBe(401);
  });

  it("gives absolute expiries: 1 hour and 7 days by its own clock", async () => {
    client.sandbox.set({ clockSkewInMs: 600_000 });
    const answer = await client.signIn();
    expect(answer.at("/data")).toMatchObject({
      access_expires_at: "2026-03-01T13:10:00Z",
      refresh_expires_at: "2026-03-08T12:10:00Z",
      client_id: 123456,
    });
    expect(answer.headers.get("date")).toBe("Sun, 01 Mar 2026 12:10:00 GMT");
    advance(3599);
    const token = String(answer.at("/data/access_token"));
    expect((await client.call("listWallets", { token })).status).toBe(200);
    advance(1);
    expect((await client.call("listWallets", { token })).status).toBe(401);
  });

  it("refuses an expired refresh token", async () => {
    const first = await client.signIn();
    advance(7 * 86_400);
    expect((await refresh(first.at("/data/refresh_token"))).body).toEqual(unauthorized("Invalid refresh token"));
  });

  it("ends all tokens of the client at a logout, and no other client's", async () => {
    const [mine, worker, other] = [
      await client.signIn(),
      await client.signIn(),
      await client.signIn(client.sandbox.accounts.other),
    ];
    const logout = await client.call("logout", { token: String(mine.at("/data/access_token")) });
    expect(logout.body).toEqual({ success: true, data: { message: "Successfully logged out" } });
    expect((await client.call("listWallets", { token: String(worker.at("/data/access_token")) })).status).toBe(401);
    expect((await refresh(worker.at("/data/refresh_token"))).status).toBe(401);
    expect((await client.call("listWallets", { token: String(other.at("/data/access_token")) })).status).toBe(200);
  });

  it("refuses every request from an address that is not on the list", async () => {
    const first = await client.signIn();
    client.sandbox.set({ ipAllowList: ["203.0.113.7"] });
    const answers = [
      await client.signIn(),
      await refresh(first.at("/data/refresh_token")),
      await client.call("listWallets", { token: String(first.at("/data/access_token")) }),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.at("/error/code"), answer.at("/error/message")]).toEqual([
        403,
        "FORBIDDEN",
        "IP address not authorized",
      ]);
    }
    client.sandbox.set({ ipAllowList: ["127.0.0.1"] });
    expect((await refresh(first.at("/data/refresh_token"))).status).toBe(200);
  });

  it.each([
    ["production", 10],
    ["sandbox", 30],
  ])("allows the logins per minute of the %s table, then answers 429 with a wait", async (server, allowed) => {
    client.sandbox.set({ server });
    for (let count = 0; count < allowed; count++) expect((await client.signIn()).status).toBe(200);
    advance(18);
    const answer = await client.signIn();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "42"]);
    expect(answer.at("/error/message")).toBe("Rate limit exceeded. Retry after 42 seconds.");
    advance(42);
    expect((await client.signIn()).status).toBe(200);
  });

  it.each([
    ["login", "{", 400, "SYNTAX_ERROR", "Invalid request body"],
    ["login", "{}", 400, "VALIDATION_FAILURE", "Username and password are required"],
    ["refreshToken", "{}", 400, "VALIDATION_FAILURE", "Refresh token is required"],
    ["login", '{"username":"a","password":"b"}', 401, "UNAUTHORIZED", "Invalid credentials"],
  ])("answers %s %s with %i %s", async (operation, body, status, code, message) => {
    const answer = await client.call(operation, { body });
    expect([answer.status, answer.at("/error/code"), answer.at("/error/message")]).toEqual([status, code, message]);
  });

  it("refuses an inactive account like wrong credentials", async () => {
    const answer = await client.signIn(client.sandbox.accounts.inactive);
    expect([answer.status, answer.body]).toEqual([401, unauthorized("Invalid credentials")]);
  });

  it("delivers up to 5 cards at once and more a little later", async () => {
    const token = await client.token();
    const order = { product_id: 3007, denomination: 25 };
    const small = await client.call("createOrder", { token, body: { ...order, quantity: 5 } });
    expect([small.status, small.at("/status")]).toEqual([201, "DELIVERED"]);
    expect(small.at("/vouchers")).toHaveLength(5);
    const large = await client.call("createOrder", { token, body: { ...order, quantity: 6 } });
    expect([large.at("/status"), large.at("/vouchers")]).toEqual(["PENDING", []]);
    const id = Number(large.at("/id"));
    expect((await client.call("getOrder", { token, path: { id } })).at("/status")).toBe("PENDING");
    advance(2);
    const later = await client.call("getOrder", { token, path: { id } });
    expect(later.at("/status")).toBe("DELIVERED");
    expect(later.at("/vouchers")).toHaveLength(6);
  });

  it("refuses a repeated client_reference, and finds the first order by it", async () => {
    const token = await client.token();
    const body = { product_id: 3007, denomination: 25, quantity: 1, client_reference: "SO-1" };
    const first = await client.call("createOrder", { token, body });
    const again = await client.call("createOrder", { token, body });
    expect([again.status, again.at("/error/code"), again.at("/error/message")]).toEqual([
      400,
      "BAD_REQUEST",
      "Duplicate client_reference",
    ]);
    const found = await client.call("findOrders", { token, query: { client_reference: "SO-1" } });
    expect(found.body).toHaveLength(1);
    expect(found.at("/0/id")).toBe(first.at("/id"));
  });

  it("answers resources bare, highest id first, with the totals in headers only", async () => {
    const token = await client.token();
    const answer = await client.call("listProducts", { token, query: { page: 14, limit: 10 } });
    expect(answer.body).toHaveLength(7);
    const names = ["x-page", "x-per-page", "x-total-count", "x-total-pages", "x-page-size", "x-has-more"];
    expect(names.map((name) => answer.headers.get(name))).toEqual(["14", "10", "137", "14", "7", "false"]);
    expect(answer.at("/6/id")).toBe(3004);
    expect((await client.call("listProducts", { token, query: { limit: 501 } })).at("/error/code")).toBe(
      "VALIDATION_FAILURE",
    );
  });

  it("echoes X-Request-Id, or makes one up", async () => {
    const token = await client.token();
    const sent = "2bHk5ZC1YbWwA3u0e6sVn8TqLxR";
    expect(
      (await client.call("listCategories", { token, headers: { "x-request-id": sent } })).headers.get("x-request-id"),
    ).toBe(sent);
    expect((await client.call("listCategories", { token })).headers.get("x-request-id")).toMatch(/^[0-9A-Za-z]{27}$/u);
  });

  it("emits the older login page's shapes when asked to", async () => {
    client.sandbox.set({ variant: "legacyEnvelope" });
    expect((await client.signIn()).body).toMatchObject({ access_token: expect.any(String), client_id: 123456 });
    expect((await client.signIn({ username: "a", password: "b" })).body).toEqual({
      error: "unauthorized",
      message: "Invalid credentials",
    });
  });
});

describe("elastic-path", () => {
  forVendor("elastic-path");
  const bearer = () => client.token();
  const implicit = () => client.token(client.sandbox.accounts.implicit, { grant: "implicit" });
  const as = async (account: string, scheme: string) =>
    client.token(client.sandbox.accounts[account], { scheme, token: await bearer() });

  it("gives a bare token with both expiries", async () => {
    const answer = await client.signIn();
    expect(answer.body).toMatchObject({
      token_type: "Bearer",
      expires_in: 3600,
      expires: clock / 1000 + 3600,
      identifier: "client_credentials",
    });
    expect(answer.at("/access_token")).toMatch(/^[0-9a-f]{40}$/u);
  });

  it("takes the form body under application/json too, as its samples send it", async () => {
    const answer = await client.call("requestToken", {
      body: "grant_type=implicit&client_id=sandbox-store",
      headers: { "content-type": "application/json" },
    });
    expect([answer.status, answer.at("/identifier")]).toEqual([200, "implicit"]);
  });

  it.each([
    ["listProducts", {}, 403],
    ["listOrders", {}, 403],
    ["listCatalogProducts", {}, 200],
    ["getCart", { path: { cartID: "mine" } }, 200],
    [
      "addCartItem",
      { path: { cartID: "mine" }, body: { data: { type: "cart_item", sku: "CHAIR-OAK", quantity: 1 } } },
      201,
    ],
  ])("answers %s to an implicit token by the permission table", async (operation, options, status) => {
    const answer = await client.call(operation, { ...options, token: await implicit() });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body).toEqual({ errors: [{ title: "Forbidden", status: 403 }] });
  });

  it("narrows orders to the customer whose token stands beside the bearer", async () => {
    const token = await bearer();
    const seen = async (account: string) => {
      const headers = { "x-moltin-customer-token": await as(account, "customerToken") };
      return (await client.call("listOrders", { token, headers })).at("/meta/results/total");
    };
    expect((await client.call("listOrders", { token })).at("/meta/results/total")).toBe(137);
    expect(await seen("customer")).toBe(46);
    expect(await seen("otherCustomer")).toBe(0);
  });

  it("gives an account member one token for each account, with 201, and narrows by the one that is sent", async () => {
    const token = await bearer();
    const answer = await client.signIn(client.sandbox.accounts.accountMember, { scheme: "accountMemberToken", token });
    expect(answer.status).toBe(201);
    const total = async (index: number) => {
      const headers = { "ep-account-management-authentication-token": String(answer.at(`/data/${index}/token`)) };
      return (await client.call("listOrders", { token, headers })).at("/meta/results/total");
    };
    expect([answer.at("/data/0/expires"), await total(0), await total(1)]).toEqual([clock / 1000 + 86_400, 46, 0]);
  });

  it("needs a good bearer for a customer's sign-in, and tells it from a wrong password", async () => {
    const wrong = await client.signIn(
      { email: "customer@shop.example", password: "wrong" },
      { scheme: "customerToken", token: await bearer() },
    );
    expect([wrong.status, wrong.at("/errors/0/title")]).toEqual([401, "Unauthorized"]);
    const noBearer = await client.signIn(client.sandbox.accounts.customer, { scheme: "customerToken" });
    expect([noBearer.status, noBearer.at("/errors/0/title")]).toEqual([401, "Unable to validate access token"]);
  });

  it("refuses a shopper's token that has expired, though the bearer is good", async () => {
    const headers = { "x-moltin-customer-token": await as("customer", "customerToken") };
    advance(86_400);
    expect((await client.call("listOrders", { token: await bearer(), headers })).status).toBe(401);
  });

  it("takes 25 requests a second as a development store, then sends a 429 without Retry-After", async () => {
    const token = await bearer();
    for (let count = 0; count < 24; count++)
      expect((await client.call("getCart", { token, path: { cartID: "c" } })).status).toBe(200);
    const answer = await client.call("getCart", { token, path: { cartID: "c" } });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, null]);
    advance(1);
    expect((await client.call("getCart", { token, path: { cartID: "c" } })).status).toBe(200);
  });

  it("writes an error's status as a number, or as text when asked to", async () => {
    const missing = () => client.call("getProduct", { token: "x", path: { productID: "none" } });
    expect((await missing()).at("/errors/0/status")).toBe(401);
    client.sandbox.set({ variant: "statusAsText" });
    expect((await missing()).at("/errors/0/status")).toBe("401");
  });

  it("leaves out the product manager's next link on the last two pages, and on the last alone after the change", async () => {
    const token = await bearer();
    const links = async (offset: number) => {
      const answer = await client.call("listProducts", { token, query: { "page[offset]": offset, "page[limit]": 50 } });
      expect(answer.at("/meta")).toEqual({ results: { total: 137 } });
      return Object.keys(Object(answer.at("/links"))).sort();
    };
    expect([await links(0), await links(50), await links(100)]).toEqual([
      ["first", "last", "next"],
      ["first", "last"],
      ["first", "last", "prev"],
    ]);
    client.sandbox.set({ variant: "announcedLinks" });
    expect([await links(50), await links(100)]).toEqual([
      ["first", "last", "next", "prev"],
      ["first", "prev"],
    ]);
  });

  it("refuses the second of two concurrent writes to one product with 409", async () => {
    const token = await bearer();
    const id = "5b0a3c0e-6f7e-4d62-9d1b-0a1e5c7d0001";
    client.sandbox.set({ resourceLatencyInMs: 50 });
    const write = (name: string) =>
      client.call("updateProduct", {
        token,
        path: { productID: id },
        body: { data: { type: "product", id, attributes: { name } } },
      });
    const answers = await Promise.all([write("one"), write("two")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.at("/errors/0/detail")).toBe("Write conflict detected");
  });

  it("refuses an offset beyond 10000", async () => {
    const answer = await client.call("listProducts", { token: await bearer(), query: { "page[offset]": 10_001 } });
    expect(answer.status).toBe(400);
  });

  it("keeps what is created, changed and deleted", async () => {
    const token = await bearer();
    const attributes = { name: "Pine stool", sku: "STOOL-1", slug: "pine-stool-1" };
    const created = await client.call("createProduct", { token, body: { data: { type: "product", attributes } } });
    expect([created.status, created.at("/data/attributes/status")]).toEqual([201, "draft"]);
    const id = String(created.at("/data/id"));
    const again = await client.call("createProduct", { token, body: { data: { type: "product", attributes } } });
    expect([again.status, again.at("/errors/0/title")]).toEqual([422, "Failed Validation"]);
    const other = await client.call("updateProduct", {
      token,
      path: { productID: id },
      body: { data: { type: "product", id: "other", attributes: {} } },
    });
    expect(other.status).toBe(400);
    await client.call("updateProduct", {
      token,
      path: { productID: id },
      body: { data: { type: "product", id, attributes: { status: "live" } } },
    });
    const read = await client.call("getProduct", { token, path: { productID: id } });
    expect(read.at("/data/attributes")).toEqual({ ...attributes, status: "live" });
    expect((await client.call("deleteProduct", { token, path: { productID: id } })).status).toBe(204);
    expect((await client.call("getProduct", { token, path: { productID: id } })).status).toBe(404);
  });
});

describe("connectivity", () => {
  forVendor("connectivity");

  it("takes the credentials by HTTP Basic only", async () => {
    expect((await client.signIn()).body).toMatchObject({ token_type: "Bearer", expires_in: 3600 });
    const inBody = await client.call("requestToken", {
      body: "grant_type=client_credentials&client_id=sandbox-integration&client_secret=sandbox-api-key",
    });
    expect([inBody.status, inBody.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="OAuth2"']);
  });

  it("gives an opaque Base64 token, or a JWT when asked to", async () => {
    expect(await client.token()).toMatch(/^[A-Za-z0-9+/]+=*$/u);
    client.sandbox.set({ variant: "jwt" });
    expect((await client.token()).split(".")).toHaveLength(3);
  });

  it.each([
    ["", 401, '{"error":"invalid_client","error_description":"The client credentials are invalid"}'],
    ["emptyBody", 401, ""],
    ["plainText", 401, "Unauthorized"],
  ])("refuses wrong credentials with the body of variant %j", async (variant, status, text) => {
    client.sandbox.set({ variant: variant === "" ? [] : variant });
    const answer = await client.signIn({ clientId: "a", clientSecret: "b" });
    expect([answer.status, answer.text]).toEqual([status, text]);
  });

  it("refuses an unknown grant type and a body that is no form with 400", async () => {
    const { clientId, clientSecret } = client.sandbox.credentials;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
    const grant = await client.call("requestToken", { body: "grant_type=password", headers: { authorization } });
    expect([grant.status, grant.at("/error")]).toEqual([400, "unsupported_grant_type"]);
    const json = await client.call("requestToken", {
      body: '{"grant_type":"client_credentials"}',
      headers: { authorization, "content-type": "application/json" },
    });
    expect([json.status, json.at("/error")]).toEqual([400, "invalid_request"]);
  });

  it("answers 401 and 403 on the placeholder as documented", async () => {
    expect((await client.call("ping")).status).toBe(401);
    expect((await client.call("ping", { token: await client.token(client.sandbox.accounts.forbidden) })).status).toBe(
      403,
    );
    expect((await client.call("ping", { token: await client.token() })).body).toEqual({ status: "ok" });
  });
});

describe("apiera", () => {
  forVendor("apiera");

  it("issues tokens on a host of its own", async () => {
    expect(Object.keys(client.sandbox.server.hosts ?? {})).toEqual(["auth"]);
    expect((await client.signIn()).body).toMatchObject({ token_type: "Bearer", expires_in: 86_400 });
    expect((await fetch(`${client.sandbox.server.url}/oauth/token`, { method: "POST" })).status).toBe(404);
  });

  it("takes the token request as a form too", async () => {
    const { clientId = "", clientSecret = "", audience = "", organization = "" } = client.sandbox.credentials;
    const fields = {
      client_id: clientId,
      client_secret: clientSecret,
      audience,
      organization,
      grant_type: "client_credentials",
    };
    const answer = await client.call("requestToken", {
      body: new URLSearchParams(fields).toString(),
      headers: { "content-type": form },
    });
    expect(answer.status).toBe(200);
  });

  it.each([
    ["an unknown organization", { organization: "org_unknown" }, 400, "invalid_request"],
    ["a missing organization", { organization: undefined }, 400, "invalid_request"],
    ["another audience", { audience: "https://other.example" }, 403, "access_denied"],
    ["a wrong secret", { clientSecret: "wrong" }, 401, "access_denied"],
  ])("refuses %s", async (_, change, status, code) => {
    const credentials: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...client.sandbox.credentials, ...change }))
      if (value !== undefined) credentials[name] = value;
    const answer = await client.signIn(credentials);
    expect([answer.status, answer.at("/error")]).toEqual([status, code]);
  });

  it("refuses a token with the authentication page's body, or a problem when asked to", async () => {
    const seed = await client.call("listSkus", { token: "x" });
    expect([seed.status, seed.body]).toEqual([401, { error: "invalid_token", message: "Token has expired" }]);
    client.sandbox.set({ variant: "problem401" });
    const problem = await client.call("listSkus", { token: "x" });
    expect([problem.headers.get("content-type"), problem.at("/title"), problem.at("/correlationId")]).toEqual([
      "application/problem+json",
      "Unauthorized",
      undefined,
    ]);
  });

  it("reports in every response what is left of the organization's 100 requests, which all its clients share", async () => {
    const [mine, sibling, other] = [
      await client.token(),
      await client.token(client.sandbox.accounts.sameOrganization),
      await client.token(client.sandbox.accounts.otherOrganization),
    ];
    for (let count = 0; count < 99; count++) await client.call("listSkus", { token: mine, query: { size: 1 } });
    const last = await client.call("listSkus", { token: sibling, query: { size: 1 } });
    const names = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"];
    expect(names.map((name) => last.headers.get(name))).toEqual(["100", "0", String(clock / 1000 + 60)]);
    const refused = await client.call("listSkus", { token: sibling });
    expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("ratelimit-remaining")]).toEqual([
      429,
      "60",
      "0",
    ]);
    expect(refused.at("/type")).toBe("https://docs.apiera.io/problems/rate-limit-exceeded");
    expect(
      (await client.call("listSkus", { token: other, query: { size: 1 } })).headers.get("ratelimit-remaining"),
    ).toBe("99");
    advance(60);
    expect((await client.call("listSkus", { token: mine })).status).toBe(200);
  });

  it("refuses a write to a client whose role may only read", async () => {
    const token = await client.token(client.sandbox.accounts.readOnly);
    expect((await client.call("listProducts", { token })).status).toBe(200);
    const answer = await client.call("createProduct", { token, body: { type: "simple", code: "A" } });
    expect([answer.status, answer.at("/detail")]).toEqual([403, "The permission write is required"]);
  });

  it("moves a product through its states, and refuses a transition that its status does not allow", async () => {
    const token = await client.token();
    const created = await client.call("createProduct", { token, body: { type: "simple", code: "STATES" } });
    expect(created.at("/createdAt")).toBe("2026-03-01T12:00:00.000000Z");
    const path = { productUuid: String(created.at("/uuid")) };
    const move = (transition: string) => client.call("changeProductLifecycle", { token, path, body: { transition } });
    expect((await move("publish")).at("/status")).toBe("published");
    advance(1);
    expect((await move("archive")).body).toMatchObject({
      status: "archived",
      archivedAt: "2026-03-01T12:00:01.000000Z",
      updatedAt: "2026-03-01T12:00:01.000000Z",
    });
    expect((await move("publish")).status).toBe(409);
    expect((await move("remove")).at("/status")).toBe("removed");
    expect((await move("restore")).body).toMatchObject({ status: "draft", removedAt: null });
  });

  it("creates several products or none", async () => {
    const token = await client.token();
    const bulk = (codes: readonly string[]) =>
      client.call("createProducts", { token, body: codes.map((code) => ({ type: "simple", code })) });
    expect((await bulk(["A", "CHAIR-OAK"])).status).toBe(409);
    const found = await client.call("listProducts", { token, query: { "codes[eq]": "A" } });
    expect(found.at("/pagination/totalItems")).toBe(0);
    const done = await bulk(["A", "B"]);
    expect([done.status, done.at("/1/code")]).toEqual([201, "B"]);
  });

  it("names what to fix in a 422", async () => {
    const answer = await client.call("createProduct", { token: await client.token(), body: { type: "simple" } });
    expect([answer.status, answer.at("/errors/0/code")]).toEqual([422, "REQUIRED_FIELD"]);
  });

  it("filters and orders by bracketed parameters, and pages", async () => {
    const token = await client.token();
    const page = await client.call("listProducts", {
      token,
      query: { "code[starts]": "SOFA", "code[order]": "desc", page: 2, size: 10 },
    });
    expect(page.at("/pagination")).toEqual({
      page: 2,
      size: 10,
      totalItems: expect.any(Number),
      totalPages: expect.any(Number),
    });
    expect(String(page.at("/items/0/code")) > String(page.at("/items/1/code"))).toBe(true);
  });
});
