import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import { connect, createMemoryStore } from "../../src/index.ts";
import type { HeaderType } from "../../src/vendor.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { createTestVendor, testCredentials } from "../support/test-vendor.ts";
import { openBench } from "../support/sandbox-harness.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

const open = (headers?: Readonly<Record<string, HeaderType>>) =>
  connect(
    { ...createTestVendor(), ...(headers ? { headers } : {}) },
    { credentials: testCredentials, server: { url: fake.url }, store: createMemoryStore() },
  );

describe("a result's headers", () => {
  it("have the types of the document: a vendor's totals are numbers", async () => {
    await using bench = await openBench(popupGiftCards, { rateLimits: false });
    const { data, error, headers } = await bench.connect().GET("/api/v1/wallets", { params: { query: { limit: 25 } } });
    if (error) throw new Error("refused");
    expect(data).toHaveLength(25);
    expect(headers).toMatchObject({ "X-Total-Count": 60, "X-Total-Pages": 3, "X-Has-More": true, "X-Page": 1 });
    expect(headers["X-Request-Id"]).toMatch(/\S/u);
  });

  it("are parsed for an error response as well", async () => {
    fake.onApi = () => ({ status: 404, headers: { "X-Total": "0" }, body: { error: "none" } });
    const result = await open({ "X-Total": "number" }).GET("/things");
    expect([result.status, result.headers]).toEqual([404, { "X-Total": 0 }]);
  });

  it.each<[HeaderType, string, unknown]>([
    ["number", "-1.5e3", -1500],
    ["number", "0", 0],
    ["number", "0x10", undefined],
    ["number", "12, 13", undefined],
    ["number", "true", undefined],
    ["number", "", undefined],
    ["boolean", "True", true],
    ["boolean", "false", false],
    ["boolean", "0", undefined],
    ["boolean", "maybe", undefined],
    ["string", "", ""],
    ["string", "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"],
    ["string[]", "a, b,c", ["a", "b", "c"]],
    ["number[]", "1, 2", [1, 2]],
    ["number[]", "1, two", undefined],
    ["boolean[]", "true,false", [true, false]],
    ["number[]", "", []],
    ["json", '{"next":[1]}', { next: [1] }],
    ["json", "{", undefined],
  ])("of type %s are parsed from %j, or omitted if they are not of that type", async (type, text, value) => {
    fake.onApi = () => ({ headers: { "X-One": text }, body: {} });
    const { headers } = await open({ "x-oNE": type, "X-Missing": type }).GET("/things");
    expect(headers).toEqual(value === undefined ? {} : { "x-oNE": value });
  });

  it("are empty if the document types none", async () => {
    expect((await open().GET("/things")).headers).toEqual({});
  });

  it("are parsed when they are read: a result has the members of openapi-fetch's, and the status", async () => {
    const client = open({ "X-Total": "number" });
    expect(Object.keys(await client.GET("/things"))).toEqual(["status", "response", "data"]);
    fake.onApi = () => ({ status: 400, body: { error: "no" } });
    expect(Object.keys(await client.GET("/things"))).toEqual(["status", "response", "error"]);
  });
});
