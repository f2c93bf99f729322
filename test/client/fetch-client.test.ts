import { QueryClient } from "@tanstack/react-query";
import { HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { createOpenApiHttp } from "openapi-msw";
import createQueryClient from "openapi-react-query";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type paths, propeller } from "../../generated/propeller/index.ts";
import { asFetchClient, connect, createMemoryStore } from "../../src/index.ts";

const url = "https://shop.invalid";
const credentials = { clientId: "client", clientSecret: "secret" };
const open = () => connect(propeller, { credentials, server: { url }, store: createMemoryStore() });

const http = createOpenApiHttp<paths>({ baseUrl: url });
const token = http.post("/oauth2/token", ({ response }) =>
  response(200).json({ access_token: "token", token_type: "Bearer", expires_in: 1800 }),
);
const server = setupServer();

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

describe("openapi-msw, with a vendor's paths", () => {
  it("responds to our client, its sign-in included", async () => {
    const seen: (string | null)[] = [];
    server.use(
      token,
      http.get("/v2/products", ({ request, response }) => {
        seen.push(request.headers.get("authorization"));
        return response(200).json({ data: [], total: 0 });
      }),
    );
    const { data, status } = await open().GET("/v2/products");
    expect({ data, status, seen }).toEqual({ data: { data: [], total: 0 }, status: 200, seen: ["Bearer token"] });
  });
});

describe("openapi-react-query, with asFetchClient(api)", () => {
  it("fetches through our client: signed in, typed, by its own query key", async () => {
    server.use(
      token,
      http.get("/v2/products", ({ query, response }) =>
        response(200).json({ data: [], total: Number(query.get("page")) }),
      ),
    );
    const $api = createQueryClient(asFetchClient(open()));
    const options = $api.queryOptions("get", "/v2/products", { params: { query: { page: 7 } } });
    const queries = new QueryClient();
    const data = await queries.fetchQuery(options);
    expect(data.total).toBe(7);
    expect(queries.getQueryData(["get", "/v2/products", { params: { query: { page: 7 } } }])).toEqual(data);
  });

  it("gets an error for an error response with an empty body", async () => {
    server.use(
      token,
      http.get("/v2/products", ({ response }) => response.untyped(new HttpResponse(null, { status: 503 }))),
    );
    const client = connect(propeller, { credentials, server: { url }, store: createMemoryStore(), retries: false });
    const $api = createQueryClient(asFetchClient(client));
    const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    await expect(queries.fetchQuery($api.queryOptions("get", "/v2/products"))).rejects.toMatchObject({
      name: "VendorError",
      status: 503,
    });
  });
});

describe("asFetchClient", () => {
  it("is a view of the same client, with its calls, middleware and tokens, and a `request` for any method", async () => {
    server.use(
      token,
      http.get("/v2/products", ({ request, response }) =>
        response(200).json({ data: [], total: Number(request.headers.get("x-page")) }),
      ),
    );
    const api = open();
    const client = asFetchClient(api);
    client.use({ onRequest: ({ request }) => request.headers.set("x-page", "3") });
    for (const call of [client.GET("/v2/products"), client.request("get", "/v2/products"), api.GET("/v2/products")])
      expect((await call).data?.total).toBe(3);
    expect(api.auth.status()).toMatchObject([{ state: "signed_in" }]);
  });

  it("keeps openapi-fetch's parseAs, and its types", async () => {
    server.use(
      token,
      http.get("/v2/products", ({ response }) => response(200).json({ data: [], total: 0 })),
    );
    const { data } = await asFetchClient(open()).GET("/v2/products", { parseAs: "text" });
    const text: string | undefined = data;
    expect(text).toBe('{"data":[],"total":0}');
  });
});
