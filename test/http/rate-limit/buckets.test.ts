import { describe, expect, it } from "vitest";
import { createRateLimiter, type Limit, type QueueOptions } from "../../../src/http/rate-limit/rate-limiter.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";

/** A limiter on a clock of its own, and the order in which requests start. */
function open(limits: readonly Limit[] = [], given?: ManualClock) {
  const clock = given ?? createManualClock();
  const limiter = createRateLimiter(limits, clock);
  const started: string[] = [];
  const options: QueueOptions = {
    signal: undefined,
    leftInMs: Number.POSITIVE_INFINITY,
    late: () => new Error("late"),
    closers: new Set(),
    closed: () => new Error("closed"),
    onWait: () => {},
  };
  const answer = (status: number, headers: Record<string, string>) => new Response(null, { status, headers });
  return {
    clock,
    limiter,
    started,
    /** Sends a request and ends it with these headers. */
    async send(operation: string, headers: Record<string, string> = {}, status = 200) {
      const slot = await limiter.acquire(operation, options);
      started.push(operation);
      limiter.complete(slot, operation, answer(status, headers));
    },
    take: (operation: string) => limiter.acquire(operation, options),
  };
}

const turns = async () => {
  for (let round = 0; round < 10; round += 1) await Promise.resolve();
};

describe("buckets", () => {
  it("that a 429 names as empty wait for its Retry-After, not for their reset", async () => {
    const { send, started, clock } = open();
    await send("b", { ratelimit: '"search";r=9;t=60' });
    await send("a", { ratelimit: '"search";r=0;t=5', "retry-after": "20" }, 429);
    const later = send("b");
    clock.advance(19_999);
    await turns();
    expect(started).toEqual(["b", "a"]);
    clock.advance(1);
    await later;
  });

  it("that a response leaves out count until their reset", async () => {
    const { send, started, clock, take, limiter } = open();
    const slot = await take("a");
    await send("a", { ratelimit: '"search";r=0;t=30' });
    limiter.complete(slot, "a", new Response(null, { headers: { ratelimit: '"core";r=9;t=9' } }));
    const later = send("a");
    await turns();
    expect(started).toEqual(["a"]);
    clock.advance(30_000);
    await later;
  });

  it("that are paused for longer than the maximum let one request through at a time", async () => {
    const { limiter, take, clock } = open();
    limiter.pause("a", 86_400_000);
    const [first, second] = [take("a"), take("a")];
    expect(first).not.toBeInstanceOf(Promise);
    expect(second).toBeInstanceOf(Promise);
    expect(clock.timers).toBe(0);
    limiter.complete(await first, "a", undefined);
    await second;
  });

  it("of one documented limit are first come, first served, whatever the operation", async () => {
    const { send, started, clock } = open([{ requests: 2, perSeconds: 10 }]);
    await send("a");
    const waiting = [send("b"), send("c")];
    clock.advance(10_020);
    const last = send("d");
    await turns();
    clock.advance(10_020);
    await turns();
    clock.advance(10_020);
    await Promise.all([...waiting, last]);
    expect(started).toEqual(["a", "b", "c", "d"]);
  });

  it("keep a free slot for the request that came first, also while its timer is late", async () => {
    const manual = createManualClock();
    const timers: (() => void)[] = [];
    const after = (_: number, callback: () => void) => {
      timers.push(callback);
      return () => {};
    };
    const clock = Object.assign(Object.create(manual), { after });
    const { send, take, started } = open([{ requests: 2, perSeconds: 10 }], clock);
    await send("a");
    const first = send("b");
    manual.advance(10_020);
    expect(take("c")).toBeInstanceOf(Promise);
    timers.at(-1)?.();
    await first;
    expect(started).toEqual(["a", "b"]);
  });

  it("that are idle are forgotten: the limiter is no different from a new one", async () => {
    const { send, clock, limiter } = open();
    for (let count = 0; count < 300; count += 1) await send(`op ${count}`, { ratelimit: `"policy ${count}";r=5;t=10` });
    expect(limiter.isBusy).toBe(true);
    clock.advance(10_001);
    expect(limiter.isBusy).toBe(false);
  });
});
