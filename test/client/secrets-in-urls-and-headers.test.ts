/** Secrets in the URLs of responses and redirects, and in header values that the platform refuses. */
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { createTestVendor, type TestTypes } from "../support/test-vendor.ts";

const apiKey = "canary/key+4711";
let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

const vendor = (): Vendor<TestTypes> => ({
  ...createTestVendor(),
  schemes: {
    key: {
      send: { in: "query", name: "api_key" },
      credentials: { clientId: { secret: false }, clientSecret: { secret: true } },
      value: { as: "raw", value: "$credentials.clientSecret" },
    },
  },
  security: [{ key: [] }],
});

const open = (more: { headers?: Record<string, string> } = {}) =>
  connect(vendor(), {
    credentials: { clientId: "client", clientSecret: apiKey },
    server: { url: fake.url },
    ...more,
  });

describe("an API key in the query", () => {
  it("is sent, and is not in the url of the response", async () => {
    fake.onApi = () => ({ body: { ok: true } });
    const { response } = await open().GET("/things", { params: { query: { page: "2" } } });
    expect(fake.apiRequests[0]?.path).toContain("api_key=");
    expect(response.url).toBe(`${fake.url}/things?page=2`);
  });

  it("is removed from the target of a redirect that is not followed", async () => {
    fake.onApi = () => ({ status: 307, headers: { location: `/moved/${encodeURIComponent(apiKey)}` } });
    const error = await caught(open().POST("/things", { body: {} }));
    expect(error).toMatchObject({ name: "TransportError", reason: "redirect" });
    expect(inspect(error)).toContain("/moved/[redacted]");
  });
});

describe("a header value that the platform refuses", () => {
  it.each(["canary\r\nx: y", "canary\0", "canary €"])("is not quoted in a call's error: %j", async (value) => {
    const error = await caught(open().GET("/things", { headers: { "x-token": value } }));
    expect(error).toMatchObject({ name: "ConfigurationError" });
    expect(String(error)).toContain("the header x-token");
    expect(inspect(error)).not.toContain("canary");
    expect(fake.apiRequests).toHaveLength(0);
  });

  it("is not quoted in the error of connect", async () => {
    const error = await caught((async () => open({ headers: { "x-token": "canary\n\0" } }).GET("/things"))());
    expect(error).toMatchObject({ name: "ConfigurationError" });
    expect(inspect(error)).not.toContain("canary");
  });
});

it("a path that a program made up is reported without the secret in it", async () => {
  fake.onApi = () => ({ status: 404, body: { error: "x" } });
  const exchanges: unknown[] = [];
  const client = connect(vendor(), {
    credentials: { clientId: "client", clientSecret: apiKey },
    server: { url: fake.url },
    onHttp: (exchange) => exchanges.push(exchange),
  });
  await client.GET("/things");
  await Object(client).GET(`/things/${encodeURIComponent(apiKey)}`);
  expect(exchanges).toMatchObject([{ template: "/things" }, { template: "/things/[redacted]" }]);
});
