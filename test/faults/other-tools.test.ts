/** Living with other tools: a `fetch` that is patched, of another realm, or that throws. */
import { request as httpRequest } from "node:http";
import type { Readable } from "node:stream";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { adaptFetch, TransportError } from "../../src/index.ts";
import { createCanaries } from "../support/canaries.ts";
import { layGround, rejection } from "./support/fault-harness.ts";

const ground = layGround();
const canaries = createCanaries();
afterEach(() => vi.unstubAllGlobals());

describe("a fetch that is patched after connect", () => {
  it("L21 is used by the next call, and no longer once the patch is removed", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    const patched = vi.fn(async () => Response.json({ ok: true, echo: "stubbed" }));
    vi.stubGlobal("fetch", patched);
    expect((await client.GET("/things")).data?.echo).toBe("stubbed");
    vi.unstubAllGlobals();
    expect((await client.GET("/things")).data?.echo).toBe("");
    expect(patched).toHaveBeenCalledTimes(1);
  });

  it("L21 sees token requests as well", async () => {
    const { client } = ground.connect();
    const seen: string[] = [];
    const platform = globalThis.fetch;
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      seen.push(new URL(url).pathname);
      return platform(url, init);
    });
    await client.GET("/things");
    expect(seen).toEqual(["/token", "/things"]);
  });

  it("L21 of a client with a fetch of its own is not", async () => {
    const { client } = ground.connect({ fetch: (request) => fetch(request.clone()) });
    const own = ground.connect({ fetch: async () => Response.json({ access_token: "a", ok: true, echo: "own" }) });
    vi.stubGlobal("fetch", () => Promise.reject(new Error("patched")));
    expect((await own.client.GET("/things")).data?.echo).toBe("own");
    vi.unstubAllGlobals();
    expect((await client.GET("/things")).status).toBe(200);
  });
});

/** As node-fetch and undici's own do: it takes a URL, has classes of its own, and a body that is a Node stream. */
const nodeFetch = (url: string, init: { readonly agent?: string; readonly [name: string]: unknown }) =>
  new Promise<{
    status: number;
    statusText: string;
    url: string;
    headers: Map<string, string>;
    body: Readable;
    arrayBuffer(): Promise<ArrayBuffer>;
  }>((resolve, reject) => {
    if (typeof url !== "string") throw Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" });
    const { method, headers, body, signal, agent } = Object(init);
    const sent = httpRequest(
      url,
      { method, headers: { ...headers, "x-agent": agent ?? "none" }, signal },
      (message) => {
        const pairs = Object.entries(message.headers).map(([name, value]) => [name, String(value)] as const);
        resolve({
          status: message.statusCode ?? 0,
          statusText: message.statusMessage ?? "",
          url,
          headers: new Map(pairs),
          body: message,
          arrayBuffer: async () => new ArrayBuffer(0),
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });

describe("a fetch of another realm", () => {
  it("L22 works through the adapter: bodies, headers, options of its own, statuses, aborts", async () => {
    const { client } = ground.connect({ fetch: adaptFetch(nodeFetch, { agent: "proxy" }) });
    const { data, response } = await client.POST("/things", { body: { a: "ü" } });
    expect(data).toEqual({ ok: true, echo: '{"a":"ü"}' });
    expect(response.url).toBe(`${ground.fake.url}/things`);
    expect(ground.fake.apiRequests[0]?.headers).toMatchObject({
      "x-agent": "proxy",
      "content-type": "application/json",
    });
    ground.fake.onApi = () => ({ status: 204 });
    expect((await client.GET("/things")).status).toBe(204);
    ground.fake.onApi = () => ({ status: 404, body: { error: "gone" } });
    expect((await client.GET("/things")).error).toEqual({ error: "gone" });
    ground.fake.onApi = () => "hang";
    const controller = new AbortController();
    const call = rejection(client.GET("/things", { signal: controller.signal }));
    await vi.waitUntil(() => ground.fake.apiRequests.length === 4);
    controller.abort("enough");
    expect(await call).toBe("enough");
  });

  it("L22 keeps the client's replay, redirects, limits and validation of origins", async () => {
    const { client } = ground.connect({ fetch: adaptFetch(nodeFetch, {}), maxBodyInBytes: 1_000 });
    await client.GET("/things");
    ground.fake.revoke();
    expect((await client.POST("/things", { body: { a: 1 } })).status).toBe(200);
    ground.fake.onApi = ({ path }) =>
      path === "/things" ? { status: 302, headers: { location: "/public" } } : undefined;
    expect((await client.GET("/things")).response.url).toBe(`${ground.fake.url}/public`);
    ground.fake.onApi = () => ({ body: { ok: true, echo: "x".repeat(2_000) } });
    expect(await rejection(client.GET("/things"))).toMatchObject({ reason: "too_large" });
  });

  it("L22 whose code comes from another realm altogether works, with a body that is no stream", async () => {
    const foreign: typeof nodeFetch = runInNewContext(
      "(async (url, init) => ({ status: 200, statusText: 'OK', url, body: {}, headers: new Map([['content-type', 'application/json']]), arrayBuffer: () => encode(url, init) }))",
      {
        encode: (url: string) =>
          new TextEncoder().encode(
            JSON.stringify(
              url.endsWith("/token") ? { access_token: "a", token_type: "Bearer" } : { ok: true, echo: "foreign" },
            ),
          ).buffer,
      },
    );
    const { client } = ground.connect({ fetch: adaptFetch(foreign, {}) });
    expect((await client.GET("/things")).data).toEqual({ ok: true, echo: "foreign" });
  });

  it("L22 without the adapter is an error that names it", async () => {
    const { client } = ground.connect({
      fetch: Object(nodeFetch),
      retries: false,
      operations: { "GET /things": { security: [] } },
    });
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({ name: "ConfigurationError" });
    expect(String(error)).toContain("fetch: adaptFetch(fetch)");
  });

  it("L22 that returns no response is an error that says so", async () => {
    const security = { "GET /things": { security: [] } };
    for (const answer of [undefined, null, {}, "text"]) {
      const { client } = ground.connect({ fetch: async () => Object(answer), retries: false, operations: security });
      expect(String(await rejection(client.GET("/things")))).toContain(
        "the fetch option returned something that is not a Response",
      );
    }
  });
});

describe("a fetch that throws", () => {
  const security = { "GET /things": { security: [] }, "POST /things": { security: [] } };
  const open = (fetch: (request: Request) => Promise<Response>) =>
    ground.connect({ fetch, retries: false, operations: security }).client;

  it("L22 is the cause of the error itself, asynchronously or at once", async () => {
    const thrown = Object.assign(new Error("proxy refused", { cause: new Error("ECONN") }), { code: "EPROXY" });
    for (const fetch of [
      () => Promise.reject(thrown),
      () => {
        throw thrown;
      },
    ]) {
      const error = await rejection(open(fetch).POST("/things", { body: {} }));
      expect(error).toBeInstanceOf(TransportError);
      expect(Object(error).cause).toBe(thrown);
      expect(error).toMatchObject({ reason: "network", code: "EPROXY", delivery: "unknown" });
    }
  });

  it("L22 with the platform's own, too: what it says of the connection is the cause", async () => {
    ground.fake.onApi = () => "drop";
    const error = await rejection(ground.connect({ retries: false, operations: security }).client.GET("/things"));
    expect(Object(error).cause).toMatchObject({ name: "TypeError", message: "fetch failed" });
    expect(canaries.find({ error })).toEqual([]);
  });

  it.each<readonly [string, (request: Request) => unknown]>([
    ["a request with a token", (request) => Object.assign(new Error("lost"), { request })],
    ["a token in its message", (request) => new Error(`lost ${request.headers.get("authorization")}`)],
    ["a token in its cause", (request) => new Error("lost", { cause: { headers: [...request.headers] } })],
    [
      "a getter",
      (request) => Object.defineProperty(new Error("lost"), "later", { get: () => request.headers, enumerable: true }),
    ],
    ["a function", () => Object.assign(new Error("lost"), { retry: () => "secret-CANARY" })],
    ["a token alone", (request) => request.headers.get("authorization")],
  ])("L22 with %s is copied without it", async (_, toThrown) => {
    const { client } = ground.connect({ retries: false });
    await client.GET("/things");
    let thrown: unknown;
    const fetch = async (request: Request) => {
      thrown = toThrown(request);
      throw thrown;
    };
    const error = await rejection(client.GET("/things", { fetch }));
    expect(Object(error).cause).not.toBe(thrown);
    expect(String(Object(error).cause)).toMatch(/lost|redacted/u);
    expect(canaries.find({ error, cause: Object(error).cause })).toEqual([]);
  });

  it("L22 with something that throws when it is read still gives an error", async () => {
    const hostile = new Proxy(new Error("lost"), {
      getOwnPropertyDescriptor() {
        throw new Error("hostile");
      },
      get(_, key) {
        if (key === "message") throw new Error("hostile");
        return undefined;
      },
    });
    const error = await rejection(open(() => Promise.reject(hostile)).GET("/things"));
    expect(error).toBeInstanceOf(TransportError);
  });
});
