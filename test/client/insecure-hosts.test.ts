import { describe, expect, it } from "vitest";
import { ConfigurationError, connect, createMemoryStore } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { createTestVendor, testCredentials } from "../support/test-vendor.ts";

/** Connects to an address; everything is answered here, and what was asked for is kept. */
function open(url: string, allowInsecureHosts?: readonly string[]) {
  const asked: string[] = [];
  const client = connect(createTestVendor(), {
    credentials: testCredentials,
    server: { url },
    allowInsecureHosts,
    store: createMemoryStore(),
    async fetch(request) {
      asked.push(request.url);
      return Response.json({ access_token: "access-CANARY", token_type: "Bearer", expires_in: 3600 });
    },
  });
  return { client, asked };
}

describe("http inside a cluster", () => {
  it.each([
    ["http://orders.svc.cluster.local", ["orders.svc.cluster.local"]],
    ["http://orders:8080/v1", ["orders"]],
    ["http://orders:8080/v1", ["other", "orders:8080"]],
    ["http://orders", ["orders:80"]],
    ["http://ORDERS:80", ["Orders"]],
    ["http://10.0.0.7:8080", ["10.0.0.7"]],
    ["http://[fd00::7]:8080", ["[fd00::7]"]],
    ["http://bücher.internal", ["bücher.internal"]],
  ])("is called at %s where %j are allowed, for tokens as for calls", async (url, hosts) => {
    const { client, asked } = open(url, hosts);
    await client.GET("/things");
    const base = new URL(url).href.replace(/\/$/u, "");
    expect(asked).toEqual([`${base}/token`, `${base}/things`]);
    await client.close();
  });

  it.each([
    ["http://orders", []],
    ["http://orders", ["payments"]],
    ["http://orders:8081", ["orders:8080"]],
    ["http://orders.evil.example", ["orders"]],
    ["http://evil.orders", ["orders"]],
    ["http://orders@evil.example", ["orders"]],
    ["ftp://orders", ["orders"]],
    ["ws://orders", ["orders"]],
  ])("is refused at %s where %j are allowed", (url, hosts) => {
    expect(() => open(url, hosts)).toThrow(ConfigurationError);
  });

  it.each([
    "*",
    "*.internal",
    "http://orders",
    "orders/v1",
    "a@b",
    "orders:",
    "orders:99999",
    "",
    " orders",
    "a b",
    "?",
  ])("takes exact hosts alone: %j is refused by name", (host) => {
    expect(() => open("https://acme.example", ["orders", host])).toThrow(
      /^acme: allowInsecureHosts\[1\] is not a host; give exact hosts/u,
    );
  });

  it("holds for each host of the server by itself", () => {
    const { "~types": _, ...plain } = createTestVendor();
    const servers = { production: { url: "https://acme.invalid", hosts: { auth: "http://auth.internal" } } };
    const vendor = { ...plain, servers };
    const options = { credentials: testCredentials };
    expect(() => connect(vendor, options)).toThrow(/host auth is not https; .*allowInsecureHosts/u);
    expect(() => connect(vendor, { ...options, allowInsecureHosts: ["auth.internal"] })).not.toThrow();
  });

  it("is not opened to other addresses of a call", async () => {
    const { client, asked } = open("https://acme.example", ["orders"]);
    expect(await caught(client.GET("/things", { baseUrl: "http://orders" }))).toMatchObject({ reason: "origin" });
    expect(asked).toEqual([]);
    await client.close();
  });
});
