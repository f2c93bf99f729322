import { afterEach, beforeEach, expect, it } from "vitest";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

it("what happens to a token is told with its key, a reason and a duration, also where a call is sent again", async () => {
  const bench = connectTo(fake);
  await bench.client.GET("/things");
  bench.clock.advance(9_000);
  fake.revoke();
  await bench.client.GET("/things");
  fake.onApi = (_, count) => (count < 5 ? { status: 429, headers: { "retry-after": "2" } } : undefined);
  const ending = new AbortController();
  const waiting = bench.client.GET("/things", { signal: ending.signal });
  await expect.poll(() => bench.events.at(-1)?.type).toBe("throttle");
  ending.abort();
  await waiting.catch(() => {});
  bench.clock.advance(60_000);
  fake.onApi = () => ({ status: 503 });
  const failing = bench.client.GET("/things", { signal: AbortSignal.any([]), deadlineInMs: 60_000 });
  await expect.poll(() => bench.events.at(-1)?.type).toBe("retry");
  await bench.client.close();
  bench.clock.advance(60_000);
  await failing.catch(() => {});

  const [first] = bench.events;
  const key = first && "key" in first ? first.key : "";
  expect(key).toMatch(/^[\w-]{20,}$/u);
  const duration = expect.any(Number);
  expect(bench.events.slice(0, 6)).toMatchObject([
    { type: "refresh", key, trigger: "cold", durationInMs: duration },
    { type: "invalidation", key, reason: "invalid_token", ageInMs: 9_000 },
    { type: "refresh", key, trigger: "rejected", durationInMs: duration },
    { type: "replay", keys: [key], reason: "invalid_token", durationInMs: duration },
    { type: "throttle", keys: [key], reason: "retry_after", waitInMs: duration },
    { type: "retry", keys: [key], reason: "default_schedule", waitInMs: duration },
  ]);
});
