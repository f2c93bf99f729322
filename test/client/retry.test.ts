import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TransportError } from "../../src/index.ts";
import { type FakeVendor, type Handler, startFakeVendor } from "../support/fake-vendor.ts";
import { type Bench, connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

/** Advances the clock through every wait until the call has settled. */
async function settle<T>(bench: Bench, call: Promise<T>): Promise<T> {
  let isSettled = false;
  const mark = () => {
    isSettled = true;
  };
  call.then(mark, mark);
  const waits = () => bench.events.filter(({ type }) => type === "throttle" || type === "retry");
  let passed = 0;
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve));
    const next = waits()[passed];
    if (next && "waitInMs" in next) {
      passed += 1;
      await new Promise((resolve) => setImmediate(resolve));
      bench.clock.advance(next.waitInMs);
    }
  }
  return call;
}

const waitsOf = ({ events }: Bench) =>
  events.flatMap((event) => (event.type === "throttle" || event.type === "retry" ? [event.waitInMs] : []));

describe("a 429", () => {
  it("is retried after the time in Retry-After, for any method", async () => {
    const bench = connectTo(fake);
    fake.onApi = (_, count) => (count < 3 ? { status: 429, headers: { "retry-after": "7" } } : undefined);
    const { status, data } = await settle(bench, bench.client.POST("/things", { body: { once: true } }));
    expect(status).toBe(200);
    expect(data?.echo).toBe('{"once":true}');
    expect(waitsOf(bench).map((wait) => Math.floor(wait / 1000))).toEqual([7, 7]);
  });

  it("without Retry-After is retried after at least 1, 2, 4, 8 and 16 s and at most 30 s, and then returned", async () => {
    const bench = connectTo(fake);
    fake.onApi = () => ({ status: 429, body: { error: "slow_down" } });
    const { status, error } = await settle(bench, bench.client.GET("/things"));
    expect(status).toBe(429);
    expect(error).toEqual({ error: "slow_down" });
    expect(fake.apiRequests).toHaveLength(6);
    const waits = waitsOf(bench);
    for (const [index, least] of [1000, 2000, 4000, 8000, 16_000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(least);
      expect(waits[index]).toBeLessThanOrEqual(30_000);
    }
  });

  it("is returned at once without retries, while a 401 is still replayed", async () => {
    const bench = connectTo(fake, { retries: false });
    await bench.client.GET("/things");
    fake.revoke();
    expect((await bench.client.GET("/things")).status).toBe(200);
    fake.onApi = () => ({ status: 429 });
    expect((await bench.client.GET("/things")).status).toBe(429);
    expect(waitsOf(bench)).toEqual([]);
  });

  it("is returned at once if the wait would exceed the call's deadline", async () => {
    const bench = connectTo(fake);
    fake.onApi = () => ({ status: 429, headers: { "retry-after": "60" } });
    expect((await bench.client.GET("/things", { deadlineInMs: 5_000 })).status).toBe(429);
    expect(fake.apiRequests).toHaveLength(1);
  });

  it("rejects with the reason of the caller's signal if that aborts during a wait", async () => {
    const bench = connectTo(fake);
    fake.onApi = () => ({ status: 429 });
    const reason = new Error("enough");
    const controller = new AbortController();
    const call = bench.client.GET("/things", { signal: controller.signal });
    await expect.poll(() => waitsOf(bench).length).toBe(1);
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(bench.clock.timers).toBe(0);
  });
});

describe("a failure", () => {
  it.each([408, 502, 503, 504])("with %i is retried for an idempotent method", async (status) => {
    const bench = connectTo(fake);
    fake.onApi = (_, count) => (count < 3 ? { status } : undefined);
    expect((await settle(bench, bench.client.GET("/things"))).status).toBe(200);
    expect(fake.apiRequests).toHaveLength(3);
  });

  it("is not retried for a write without a key", async () => {
    const bench = connectTo(fake);
    fake.onApi = () => ({ status: 503 });
    expect((await bench.client.POST("/things", { body: {} })).status).toBe(503);
    fake.onApi = () => "drop";
    await expect(bench.client.POST("/things", { body: {} })).rejects.toMatchObject({ reason: "network" });
    expect(fake.apiRequests).toHaveLength(2);
  });

  it("is retried, with the same key, for a write whose caller gives an idempotency key", async () => {
    const bench = connectTo(fake);
    fake.onApi = (_, count) => (count < 3 ? "drop" : undefined);
    const { status } = await settle(bench, bench.client.POST("/things", { body: {}, idempotencyKey: "order-7" }));
    expect(status).toBe(200);
    expect(fake.apiRequests.map(({ headers }) => headers["idempotency-key"])).toEqual([
      "order-7",
      "order-7",
      "order-7",
    ]);
  });

  it("without any response is thrown after the last retry", async () => {
    const bench = connectTo(fake);
    fake.onApi = () => "drop";
    const error = await settle(bench, bench.client.GET("/things")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ reason: "network", outcome: "transient" });
    expect(fake.apiRequests).toHaveLength(4);
  });

  it("of every call exhausts the retry budget, which ends the retries until calls succeed again", async () => {
    const bench = connectTo(fake);
    await bench.client.GET("/things");
    fake.onApi = () => ({ status: 503 });
    for (let count = 0; count < 20; count += 1) await settle(bench, bench.client.GET("/things"));
    expect(fake.apiRequests.length).toBeLessThan(1 + 20 + 12);
    fake.onApi = undefined;
    for (let count = 0; count < 20; count += 1) await bench.client.GET("/things");
    fake.onApi = (_, count) => (count === before + 1 ? { status: 503 } : undefined);
    const before = fake.apiRequests.length;
    expect((await settle(bench, bench.client.GET("/things"))).status).toBe(200);
  });
});

describe("a truncated response", () => {
  const breakOff =
    (times: number, status = 200): Handler =>
    (_received, count, response) => {
      if (count > times) return undefined;
      response.writeHead(status, { "content-type": "application/json" });
      response.write('{"ok":', () => response.destroy());
      return "hang";
    };

  it.each([200, 400])("with %i is requested once more if that is safe", async (status) => {
    const bench = connectTo(fake);
    fake.onApi = breakOff(1, status);
    expect((await settle(bench, bench.client.GET("/things"))).status).toBe(200);
    expect(fake.apiRequests).toHaveLength(2);
    expect(waitsOf(bench)).toHaveLength(1);
    expect(bench.clock.timers).toBe(0);
  });

  it.each([false, true])(
    "fails with a TransportError the second time, or for a write without a key (middleware: %s)",
    async (hasMiddleware) => {
      const bench = connectTo(fake);
      if (hasMiddleware) bench.client.use({ onRequest: () => undefined });
      fake.onApi = breakOff(9);
      for (const [call, requests] of [
        [() => bench.client.GET("/things"), 2],
        [() => bench.client.POST("/things", { body: {} }), 1],
        [() => bench.client.GET("/things", { retries: false }), 1],
      ] as const) {
        const before = fake.apiRequests.length;
        const error: unknown = await settle<unknown>(bench, call()).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(TransportError);
        expect(error).toMatchObject({ reason: "network", outcome: "transient", code: "UND_ERR_SOCKET" });
        expect(String(error)).toMatch(/(?:GET|POST) \/things failed in \d attempts? \(.+\): its response broke off/u);
        expect(fake.apiRequests.length - before).toBe(requests);
      }
      expect(bench.clock.timers).toBe(0);
    },
  );

  it("fails at once if the wait would exceed the call's deadline", async () => {
    const bench = connectTo(fake);
    fake.onApi = breakOff(9);
    const error = await bench.client.GET("/things", { deadlineInMs: 0.001 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: "network" });
    expect(fake.apiRequests).toHaveLength(1);
  });

  it("leaves the second call the rest of the deadline", async () => {
    const bench = connectTo(fake);
    const first = breakOff(1);
    fake.onApi = (received, count, response) => first(received, count, response) ?? "hang";
    const call = bench.client.GET("/things", { deadlineInMs: 5_000 });
    const ended = expect(call).rejects.toMatchObject({ reason: "timed_out" });
    await expect.poll(() => waitsOf(bench).length).toBe(1);
    const [waitInMs = 0] = waitsOf(bench);
    await expect.poll(() => bench.clock.timers).toBe(1);
    bench.clock.advance(waitInMs);
    await expect.poll(() => fake.apiRequests.length).toBe(2);
    bench.clock.advance(5_000 - waitInMs);
    expect(bench.clock.timers).toBe(0);
    await ended;
  });

  it("is not confused with a TypeError of the caller's middleware", async () => {
    const { client } = connectTo(fake);
    const mistake = new TypeError("undefined is not a function");
    client.use({
      onResponse() {
        throw mistake;
      },
    });
    await expect(client.GET("/things")).rejects.toBe(mistake);
    expect(fake.apiRequests).toHaveLength(1);
  });
});

describe("a timeout", () => {
  it("ends an attempt that hangs with a TransportError, and leaves no timer", async () => {
    const bench = connectTo(fake, { retries: false });
    await bench.client.GET("/things");
    fake.onApi = () => "hang";
    const call = bench.client.GET("/things", { timeoutInMs: 2_000 });
    await expect.poll(() => fake.apiRequests.length).toBe(2);
    bench.clock.advance(2_000);
    await expect(call).rejects.toMatchObject({ name: "TransportError", reason: "timed_out", outcome: "timed_out" });
    expect(bench.clock.timers).toBe(0);
  });

  it("includes the reading of the body", async () => {
    const bench = connectTo(fake, { retries: false });
    fake.onApi = (_received, _count, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"ok":');
      return "hang";
    };
    const call = bench.client.GET("/things", { timeoutInMs: 2_000 });
    await expect.poll(() => fake.apiRequests.length).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    bench.clock.advance(2_000);
    await expect(call).rejects.toMatchObject({ reason: "timed_out" });
  });

  it("in the body of a call that is safe to repeat leads to one more request", async () => {
    const bench = connectTo(fake);
    fake.onApi = (_received, count, response) => {
      if (count > 1) return undefined;
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"ok":');
      return "hang";
    };
    let answers = 0;
    const counting = async (request: Request) => {
      const response = await fetch(request);
      answers += 1;
      return response;
    };
    const call = settle(bench, bench.client.GET("/things", { timeoutInMs: 2_000, fetch: counting }));
    await expect.poll(() => answers).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    bench.clock.advance(2_000);
    expect((await call).status).toBe(200);
    expect(fake.apiRequests).toHaveLength(2);
    expect(bench.clock.timers).toBe(0);
  });

  it("of one caller does not end a shared sign-in", async () => {
    const bench = connectTo(fake);
    let release = () => {};
    fake.onToken = () =>
      new Promise((resolve) => {
        release = () => resolve(undefined);
      });
    const hurried = bench.client.GET("/things", { timeoutInMs: 100, retries: false });
    await expect.poll(() => fake.tokenRequests.length).toBe(1);
    bench.clock.advance(100);
    await expect(hurried).rejects.toMatchObject({ reason: "timed_out" });
    const patient = bench.client.GET("/things");
    release();
    expect((await patient).status).toBe(200);
    expect(fake.tokenRequests).toHaveLength(1);
  });
});

describe("a call's deadline", () => {
  it("ends an attempt that hangs before its own timeout", async () => {
    const bench = connectTo(fake, { deadlineInMs: 5_000 });
    await bench.client.GET("/things");
    fake.onApi = () => "hang";
    const call = bench.client.GET("/things");
    await expect.poll(() => fake.apiRequests.length).toBe(2);
    bench.clock.advance(4_999);
    expect(bench.clock.timers).toBe(1);
    bench.clock.advance(1);
    await expect(call).rejects.toMatchObject({ reason: "timed_out" });
    expect(fake.apiRequests).toHaveLength(2);
  });

  it("includes earlier attempts: the next attempt has the rest", async () => {
    const bench = connectTo(fake);
    fake.onApi = (_, count) => (count === 1 ? { status: 429, headers: { "retry-after": "3" } } : "hang");
    const call = bench.client.GET("/things", { deadlineInMs: 5_000 });
    const ended = expect(call).rejects.toMatchObject({ reason: "timed_out" });
    await expect.poll(() => waitsOf(bench).length).toBe(1);
    const [waitInMs = 0] = waitsOf(bench);
    // One timer of the attempt, and one of the wait.
    await expect.poll(() => bench.clock.timers).toBe(2);
    bench.clock.advance(waitInMs);
    await expect.poll(() => fake.apiRequests.length).toBe(2);
    bench.clock.advance(5_000 - waitInMs);
    await ended;
    expect(bench.clock.timers).toBe(0);
  });
});
