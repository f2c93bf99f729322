import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { SchemaError } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

const page = "<html>SECRET-CANARY</html>";
const html = (more: Reply = {}): Reply => ({
  body: page,
  ...more,
  headers: { "content-type": "text/html; charset=utf-8", "x-request-id": "r-17", ...more.headers },
});

describe("a successful response that is not JSON, or not of its schema", () => {
  it("is a SchemaError with the status, the request id and the media type, but nothing of the body", async () => {
    const { client } = connectTo(fake);
    fake.onApi = () => html({ status: 201 });
    const error = await caught(client.POST("/things", { body: {} }));
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({
      message:
        "acme: the response of POST /things (201) does not match the document: the body: it is not JSON (its type is text/html)",
      operation: "POST /things",
      direction: "response",
      status: 201,
      requestId: "r-17",
      outcome: "unreadable",
    });
    for (const text of [JSON.stringify(error), inspect(error)]) {
      expect(text).not.toContain("CANARY");
      expect(text).toContain("r-17");
    }
    expect(fake.apiRequests).toHaveLength(1);
  });

  it("has the status of the final response, after a replay or a retry", async () => {
    const { client, clock, events } = connectTo(fake);
    await client.GET("/things");
    fake.revoke();
    fake.onApi = (_, count) => (count === 2 ? undefined : html({ status: 203 }));
    expect(await caught(client.GET("/things"))).toMatchObject({ status: 203 });
    fake.onApi = (_, count) => (count === 4 ? { status: 503 } : html({ status: 202 }));
    const call = caught(client.GET("/things"));
    await expect.poll(() => events.filter(({ type }) => type === "retry")).toHaveLength(1);
    clock.advance(10_000);
    expect(await call).toMatchObject({ status: 202 });
    expect(fake.apiRequests).toHaveLength(5);
  });

  it("has no request id or media type if the response has none, and redacts a secret in the request id", async () => {
    const { client } = connectTo(fake);
    fake.onApi = ({ headers }) => ({ body: page, headers: { "x-request-id": `r-${headers.authorization}` } });
    const echoed = await caught(client.GET("/things"));
    expect(echoed).toMatchObject({ requestId: "r-Bearer [redacted]" });
    expect(String(echoed)).toMatch(/: it is not JSON$/u);
    fake.onApi = () => ({ body: page, headers: { "content-type": "no type" } });
    expect(await caught(client.GET("/things"))).toMatchObject({ status: 200, requestId: undefined });
  });

  it("has the request id as well if validation fails", async () => {
    const { client } = connectTo(fake);
    fake.onApi = () => ({ body: { ok: 1 }, headers: { "x-request-id": "r-18" } });
    const validate = { responses: { "200": () => z.object({ ok: z.boolean() }) } };
    expect(await caught(client.GET("/things", { validate }))).toMatchObject({
      status: 200,
      requestId: "r-18",
      issues: [{ path: "/ok", message: "must be boolean" }],
    });
  });

  it("is not confused with a request body that could not be serialised", async () => {
    const { client } = connectTo(fake);
    const mistake = new SyntaxError("mine");
    const bodySerializer = (): string => {
      throw mistake;
    };
    expect(await caught(client.POST("/things", { body: {}, bodySerializer }))).toBe(mistake);
    expect(fake.apiRequests).toHaveLength(0);
  });
});
