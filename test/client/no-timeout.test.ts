import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { caught } from "../support/caught.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

describe("timeoutInMs: Infinity", () => {
  it("starts no timer, and the call may take any time", async () => {
    const { client, clock } = connectTo(fake, { timeoutInMs: Number.POSITIVE_INFINITY });
    await client.GET("/things");
    let respond = () => {};
    fake.onApi = () => new Promise((resolve) => (respond = () => resolve(undefined)));
    const call = client.GET("/things");
    await expect.poll(() => fake.apiRequests.length).toBe(2);
    expect(clock.timers).toBe(0);
    clock.advance(24 * 3_600_000);
    respond();
    expect((await call).response.url).toContain("/things");
  });

  it("still lets the caller's signal abort the call, and leaves no listener on it", async () => {
    const { client } = connectTo(fake);
    await client.GET("/things");
    fake.onApi = () => "hang";
    const controller = new AbortController();
    const call = caught(
      client.GET("/things", { timeoutInMs: Number.POSITIVE_INFINITY, signal: controller.signal, retries: false }),
    );
    await expect.poll(() => fake.apiRequests.length).toBe(2);
    controller.abort("enough");
    expect(await call).toBe("enough");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});
