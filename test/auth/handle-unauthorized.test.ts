import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

describe("a replay is no retry", () => {
  it("is made with retries off", async () => {
    const { client } = connectTo(fake, { retries: false });
    await client.GET("/things");
    fake.revoke();
    expect((await client.POST("/things", { body: { a: 1 }, retries: false })).status).toBe(200);
    expect(fake.tokenRequests).toHaveLength(2);
    expect(fake.apiRequests).toHaveLength(3);
  });

  it("uses up none of the retries of its call", async () => {
    const { client, clock } = connectTo(fake, { retries: 1 });
    await client.GET("/things");
    fake.revoke();
    // 401, then at the replay 429, and the one retry of it.
    fake.onApi = (_, count) => (count === 3 ? { status: 429, headers: { "retry-after": "0" } } : undefined);
    const call = client.GET("/things");
    await expect.poll(() => fake.apiRequests.length, { interval: 1 }).toBe(3);
    await expect.poll(() => clock.advance(1) ?? fake.apiRequests.length, { interval: 1 }).toBe(4);
    expect((await call).status).toBe(200);
    await client.close();
  });

  it("takes nothing from the retry budget", async () => {
    const { client, clock } = connectTo(fake);
    // Ten retries would spend the budget of a client.
    for (let count = 0; count < 15; count += 1) {
      await client.GET("/things");
      fake.revoke();
    }
    expect((await client.GET("/things")).status).toBe(200);
    expect(fake.tokenRequests).toHaveLength(16);
    let isDown = true;
    fake.onApi = () => (isDown ? { status: 503, headers: { "retry-after": "0" } } : undefined);
    const call = client.GET("/things");
    const before = fake.apiRequests.length;
    await expect.poll(() => fake.apiRequests.length, { interval: 1 }).toBe(before + 1);
    isDown = false;
    await expect.poll(() => clock.advance(1) ?? fake.apiRequests.length, { interval: 1 }).toBe(before + 2);
    expect((await call).status).toBe(200);
    await client.close();
  });
});

describe("an operation that rejects every token", () => {
  it("costs one refresh per back-off slot, although other operations accept the token in between", async () => {
    const { client, clock } = connectTo(fake);
    await client.GET("/things");
    fake.onApi = ({ method }) => (method === "POST" ? { status: 401, body: { error: "invalid_token" } } : undefined);
    const start = clock.now();
    while (clock.now() - start < 600_000) {
      expect((await client.POST("/things", { body: {} })).status).toBe(401);
      expect((await client.GET("/things")).status).toBe(200);
      clock.advance(5_000);
    }
    // The first sign-in; slots of 1, 2, 4, … 60 seconds.
    expect(fake.tokenRequests.length).toBeGreaterThan(10);
    expect(fake.tokenRequests.length).toBeLessThanOrEqual(18);
  });
});
