import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HttpExchange, LatchkeyEvent } from "../../src/index.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
let events: unknown[] = [];
let exchanges: unknown[] = [];
const noteEvent = (message: unknown) => void events.push(message);
const noteExchange = (message: unknown) => void exchanges.push(message);

beforeEach(async () => {
  events = [];
  exchanges = [];
  fake = await startFakeVendor();
});
afterEach(async () => {
  unsubscribe("latchkey", noteEvent);
  unsubscribe("latchkey:http", noteExchange);
  await fake.close();
});

describe("what is published on diagnostics channels", () => {
  it("is what a listener is told, event by event", async () => {
    subscribe("latchkey", noteEvent);
    const bench = connectTo(fake);
    await bench.client.GET("/things");
    fake.revoke();
    await bench.client.GET("/things");
    expect(events).toEqual(bench.events);
    expect(bench.events.map(({ type }) => type)).toEqual(["refresh", "invalidation", "refresh", "replay"]);
  });

  it("comes without a listener too, and ends with the subscription", async () => {
    subscribe("latchkey", noteEvent);
    const { client } = connectTo(fake, { onEvent: undefined });
    await client.GET("/things");
    expect(events).toHaveLength(1);
    unsubscribe("latchkey", noteEvent);
    await client.auth.refresh();
    expect(events).toHaveLength(1);
  });

  it("has every HTTP request with its method, template, status and what it was sent again for", async () => {
    subscribe("latchkey:http", noteExchange);
    const told: HttpExchange[] = [];
    const { client } = connectTo(fake, { onHttp: (exchange) => void told.push(exchange) });
    await client.GET("/things/{id}", { params: { path: { id: "secret-id" } } });
    fake.revoke();
    await client.GET("/things/{id}", { params: { path: { id: "secret-id" } } });
    fake.onApi = () => "drop";
    await client.POST("/things", { body: {} }).catch(() => {});
    expect(exchanges).toEqual(told);
    const origin = fake.url;
    const get = {
      vendor: "acme",
      method: "GET",
      template: "/things/{id}",
      phase: "resource",
      origin,
      failure: undefined,
    };
    const post = { vendor: "acme", method: "POST", origin };
    expect(told).toMatchObject([
      { ...post, template: "/token", phase: "obtain", status: 200, resends: 0 },
      { ...get, status: 200, resends: 0 },
      { ...get, status: 401, resends: 0 },
      { ...post, template: "/token", phase: "obtain", status: 200 },
      { ...get, status: 200, resends: 1 },
      { ...post, template: "/things", phase: "resource", status: undefined, failure: expect.any(String) },
    ]);
    expect(JSON.stringify(told)).not.toContain("secret-id");
  });

  it("is not disturbed by a listener that throws or rejects", async () => {
    const bad = (): never => {
      throw new Error("the listener's own failure");
    };
    const rejecting = async (_: LatchkeyEvent | HttpExchange): Promise<void> => bad();
    for (const listener of [bad, rejecting]) {
      const { client } = connectTo(fake, { onEvent: listener, onHttp: listener });
      expect((await client.GET("/things")).status).toBe(200);
    }
  });
});
