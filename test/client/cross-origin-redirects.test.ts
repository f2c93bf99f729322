import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ConnectOptions, connect, createMemoryStore } from "../../src/index.ts";
import type { SecurityScheme } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo, createTestVendor, type TestTypes } from "../support/test-vendor.ts";

let vendor: FakeVendor;
let bucket: FakeVendor;
beforeEach(async () => {
  [vendor, bucket] = await Promise.all([startFakeVendor(), startFakeVendor()]);
  vendor.onApi = () => ({ status: 302, headers: { location: `${bucket.url}/file?signature=s` } });
  bucket.onApi = () => ({ headers: { "content-type": "application/json" }, body: { ok: true, echo: "file" } });
});
afterEach(() => Promise.all([vendor.close(), bucket.close()]));

const host = () => new URL(bucket.url).host;
const open = (options: Partial<ConnectOptions<TestTypes>> = {}) =>
  connectTo(vendor, { allowInsecureHosts: [host()], ...options });
const follow = { allowCrossOriginRedirects: true } as const;

describe("a redirect to another origin", () => {
  it("is followed where the call asks for it, with no header of ours", async () => {
    const { client } = open({ headers: { "x-tenant": "tenant-CANARY" } });
    const headers = { Range: "bytes=0-9", Cookie: "session=CANARY", "X-API-Key": "CANARY" };
    const { data } = await client.GET("/things", { ...follow, headers });
    expect(data).toEqual({ ok: true, echo: "file" });
    const [received] = bucket.apiRequests;
    expect(received?.path).toBe("/file?signature=s");
    expect(received?.headers).toMatchObject({ range: "bytes=0-9", accept: expect.any(String) });
    expect(JSON.stringify(received)).not.toContain("CANARY");
    expect(Object.keys(received?.headers ?? {})).not.toContain("authorization");
  });

  it.each([
    [{ in: "header", name: "X-API-Key" }],
    [{ in: "query", name: "api_key" }],
    [{ in: "cookie", name: "session" }],
  ] as const)("carries no key that travels by %j", async (send) => {
    const scheme: SecurityScheme = {
      send,
      credentials: { apiKey: { secret: true } },
      value: { as: "raw", value: "$credentials.apiKey" },
    };
    const options = {
      credentials: { apiKey: "key-CANARY" },
      server: { url: vendor.url },
      allowInsecureHosts: [host()],
    };
    const client = connect({ ...createTestVendor(), schemes: { bearer: scheme } }, Object(options));
    expect((await client.GET("/things", follow)).status).toBe(200);
    expect(JSON.stringify(vendor.apiRequests)).toContain("CANARY");
    expect(JSON.stringify(bucket.apiRequests)).not.toContain("CANARY");
  });

  it("is an error where the call does not ask for it", async () => {
    expect(await caught(open().client.GET("/things"))).toMatchObject({ reason: "redirect", outcome: "security" });
    expect(bucket.apiRequests).toEqual([]);
  });

  it("is never followed for a write", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      vendor.onApi = () => ({ status, headers: { location: `${bucket.url}/file` } });
      const call = open().client.POST("/things", { ...follow, body: { a: 1 } });
      expect(await caught(call)).toBeInstanceOf(Error);
    }
    expect(bucket.apiRequests).toEqual([]);
  });

  it("is not followed by http, but to a host of allowInsecureHosts", async () => {
    const error = await caught(open({ allowInsecureHosts: [] }).client.GET("/things", follow));
    expect(error).toMatchObject({ reason: "redirect" });
    expect(String(error)).toContain("is not https");
    expect(bucket.apiRequests).toEqual([]);
  });

  it.each(["https://user:pass@files.example/x", "https://files.example/?t=secret-CANARY"])(
    "is not followed to an address that holds a credential: %s",
    async (location) => {
      vendor.onApi = () => ({ status: 302, headers: { location } });
      const error = await caught(open().client.GET("/things", follow));
      expect(String(error)).toContain("redirects to https://files.example with a credential in the address");
      expect(String(error)).not.toContain("CANARY");
    },
  );

  it("is followed to a signed address of any length, and not where the end of it is a credential", async () => {
    const { client } = open();
    const path = `/file?signature=${"s".repeat(3_000)}`;
    vendor.onApi = () => ({ status: 302, headers: { location: `${bucket.url}${path}` } });
    expect((await client.GET("/things", follow)).status).toBe(200);
    expect(bucket.apiRequests.map((request) => request.path)).toEqual([path]);
    for (const secret of ["secret-CANARY", encodeURIComponent(btoa("client:secret-CANARY")), "access-1-CANARY"]) {
      vendor.onApi = () => ({ status: 302, headers: { location: `${bucket.url}${path}&t=${secret}` } });
      expect(await caught(client.GET("/things", follow))).toMatchObject({ reason: "redirect", outcome: "security" });
    }
    expect(bucket.apiRequests).toHaveLength(1);
  });

  it("is followed at most five times, and back at the vendor without a token, too", async () => {
    bucket.onApi = ({ path }) => ({ status: 302, headers: { location: `${path}x` } });
    expect(String(await caught(open().client.GET("/things", follow)))).toContain("redirected more than 5 times");
    expect(bucket.apiRequests.length).toBeGreaterThan(3);
    expect(JSON.stringify(bucket.apiRequests)).not.toContain("CANARY");
    bucket.onApi = () => ({ status: 302, headers: { location: `${vendor.url}/things/1` } });
    const away = vendor.onApi;
    vendor.onApi = (received, ...rest) =>
      received.path === "/things/1" ? { body: { ok: true } } : away?.(received, ...rest);
    const hosts = [host(), new URL(vendor.url).host];
    expect((await open({ allowInsecureHosts: hosts }).client.GET("/things", follow)).status).toBe(200);
    expect(vendor.apiRequests.at(-1)?.headers.authorization).toBeUndefined();
  });

  it.each([401, 403, 404])("whose target answers with a %i says nothing of our token", async (status) => {
    bucket.onApi = () => ({ status, body: "<Error/>" });
    const { client, events } = open();
    expect((await client.GET("/things", follow)).status).toBe(status);
    expect([vendor.tokenRequests.length, bucket.apiRequests.length]).toEqual([1, 1]);
    expect(events.map(({ type }) => type)).toEqual(["refresh"]);
  });

  it("whose target answers with a 429 pauses no call of the vendor, and is tried again from the vendor on", async () => {
    const busy: Reply = { status: 429, headers: { "retry-after": "9", ratelimit: '"files";r=0;t=900' } };
    bucket.onApi = () => (bucket.apiRequests.length === 1 ? busy : { body: { ok: true } });
    const { client, clock, events } = open();
    const file = client.GET("/things", follow);
    await expect.poll(() => events.some(({ type }) => type === "throttle")).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    vendor.onApi = () => ({ body: { ok: true } });
    expect((await client.GET("/things")).status).toBe(200);
    clock.advance(10_000);
    expect((await file).status).toBe(200);
    expect(events.some(({ type }) => type === "rate_limit")).toBe(false);
  });

  it("whose target is not there names that address", async () => {
    const address = bucket.url;
    await bucket.close();
    const { client } = connectTo(vendor, { allowInsecureHosts: [host()], retries: false, store: createMemoryStore() });
    const error = await caught(client.GET("/things", follow));
    expect(error).toMatchObject({ reason: "network" });
    expect(String(error)).toContain(address);
  });
});
