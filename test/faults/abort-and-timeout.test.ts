import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/index.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { testCredentials } from "../support/test-vendor.ts";
import { answerHere, createBarrier, layGround, rejection, turn, until } from "./support/fault-harness.ts";

const ground = layGround();

/** Sign-ins and refreshes wait until they are let go. */
function holdTokens() {
  const barrier = createBarrier();
  ground.fake.onToken = async () => void (await barrier.wait());
  return barrier;
}

describe("aborts and timeouts", () => {
  it.for([0, 1, 2])(
    "G01 of three callers that share a refresh, caller %d aborts; the others get their token",
    async (quitter) => {
      const { client } = ground.connect();
      const barrier = holdTokens();
      const controllers = [new AbortController(), new AbortController(), new AbortController()];
      const calls = controllers.map(({ signal }) => client.GET("/things", { signal }));
      await until(() => barrier.size === 1);
      const reason = new Error("changed my mind");
      controllers[quitter]?.abort(reason);
      expect(await rejection(calls[quitter] ?? expect.fail())).toBe(reason);
      barrier.release();
      const others = calls.filter((_, index) => index !== quitter);
      expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200]);
      expect(ground.fake.tokenRequests).toHaveLength(1);
    },
  );

  it("G02 whoever aborts leaves at once, while the refresh goes on", async () => {
    const { client } = ground.connect();
    const barrier = holdTokens();
    const first = client.GET("/things");
    await until(() => barrier.size === 1);
    const controller = new AbortController();
    const second = rejection(client.GET("/things", { signal: controller.signal }));
    controller.abort();
    expect(await second).toBe(controller.signal.reason);
    expect(barrier.size, "the refresh is still under way").toBe(1);
    barrier.release();
    expect((await first).status).toBe(200);
  });

  it("G03 when all callers abort before anything was sent, nothing breaks and the next call signs in once", async () => {
    const barrier = createBarrier();
    const { client } = ground.connect({
      credentials: async () => {
        await barrier.wait();
        return testCredentials;
      },
    });
    const controller = new AbortController();
    const calls = [1, 2, 3].map(() => rejection(client.GET("/things", { signal: controller.signal })));
    await until(() => barrier.size === 1);
    controller.abort();
    expect(await Promise.all(calls)).toEqual([1, 2, 3].map(() => controller.signal.reason));
    expect(ground.fake.tokenRequests).toEqual([]);
    const next = client.GET("/things");
    await turn();
    barrier.release();
    expect((await next).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("G04 when all callers abort after a one-time refresh token was sent, its successor is kept all the same", async () => {
    ground.fake.rotating = true;
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.advance(3_601_000);
    const barrier = holdTokens();
    const controller = new AbortController();
    const calls = [1, 2, 3].map(() => rejection(client.GET("/things", { signal: controller.signal })));
    await until(() => barrier.size === 1);
    controller.abort();
    await Promise.all(calls);
    barrier.release();
    await until(() => client.auth.status()[0]?.state === "signed_in");
    await client.GET("/things");
    expect(ground.fake.tokenRequests, "the token that came is used").toHaveLength(2);
    clock.advance(3_601_000);
    ground.fake.onToken = undefined;
    await client.GET("/things");
    expect(ground.fake.tokenRequests[2]?.body).toContain("refresh-2-CANARY");
    expect(ground.fake.reuses).toBe(0);
  });

  it.for([
    ["a cold client", undefined],
    ["a fresh token", 0],
    ["a token in its advisory window", 3_600_000 - 200_000],
    ["a token that is over", 3_601_000],
  ] as const)("G05 a signal that is aborted already sends nothing and starts no refresh: %s", async ([, age]) => {
    const { client, clock } = ground.connect();
    if (age !== undefined) await client.GET("/things");
    clock.advance(age ?? 0);
    const before = [ground.fake.tokenRequests.length, ground.fake.apiRequests.length];
    const { seen, fetch } = answerHere();
    const signal = AbortSignal.abort("no");
    expect(await rejection(client.GET("/things", { signal }))).toBe("no");
    expect(await rejection(client.GET("/things", { signal, fetch }))).toBe("no");
    expect(await rejection(client.GET("/public", { signal, fetch }))).toBe("no");
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect([ground.fake.tokenRequests.length, ground.fake.apiRequests.length]).toEqual(before);
    expect(seen).toEqual([]);
  });

  it("G06 a caller whose time is up leaves with a timeout, and the token lands for the next one", async () => {
    const { client, clock } = ground.connect();
    const barrier = holdTokens();
    const call = rejection(client.GET("/things", { timeoutInMs: 100, retries: false }));
    await until(() => barrier.size === 1);
    clock.advance(100);
    expect(await call).toMatchObject({ name: "TransportError", outcome: "timed_out" });
    barrier.release();
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("G07 ten thousand callers with one signal leave no listener on it, and no warning", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const { client } = ground.connect();
    const { fetch } = answerHere();
    const { signal } = new AbortController();
    // Cold: all of them wait for one sign-in.
    await Promise.all(Array.from({ length: 10_000 }, () => client.GET("/things", { signal, fetch })));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    // Warm, over real sockets, and with middleware, which is given the platform's Request.
    for (let call = 0; call < 200; call += 1) await client.GET("/things", { signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
    client.use({ onRequest: () => undefined });
    await Promise.all(Array.from({ length: 2_000 }, () => client.GET("/things", { signal, fetch })));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await turn();
    process.off("warning", note);
    expect(warnings).toEqual([]);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("G07 callers that failed or left have no listener on the signal either", async () => {
    const { client, clock } = ground.connect({ retries: false });
    const controller = new AbortController();
    const { signal } = controller;
    ground.fake.onToken = () => ({ status: 503 });
    await Promise.all(Array.from({ length: 100 }, () => rejection(client.GET("/things", { signal }))));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    clock.advance(2_000);
    const barrier = holdTokens();
    const calls = Array.from({ length: 100 }, () => rejection(client.GET("/things", { signal })));
    await until(() => barrier.size === 1);
    controller.abort();
    await Promise.all(calls);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    barrier.release();
  });

  const reasons: readonly [string, unknown][] = [
    ["an error of the caller's own", Object.assign(new Error("stop"), { code: "STOP" })],
    ["an object", { why: "because" }],
    ["a DOMException", new DOMException("late", "TimeoutError")],
    ["a text", "stop"],
  ];
  it.for(reasons)("G08 the abort reason comes back as it is, wherever the call was: %s", async ([, reason]) => {
    const abort = async (isThere: () => boolean, start: (signal: AbortSignal) => Promise<unknown>) => {
      const controller = new AbortController();
      const call = rejection(start(controller.signal));
      await until(isThere);
      controller.abort(reason);
      expect(await call).toBe(reason);
    };
    const waiting = ground.connect();
    const barrier = holdTokens();
    await abort(
      () => barrier.size === 1,
      (signal) => waiting.client.GET("/things", { signal }),
    );
    barrier.release();
    ground.fake.onToken = undefined;

    const { client, clock, events } = ground.connect();
    await client.GET("/things");
    const there = (count: number) => () => ground.fake.apiRequests.length === count;
    let isBodyBegun = false;
    ground.fake.onApi = (_received, count, response) => {
      if (count === 2) return "hang";
      if (count === 4) return { status: 429, headers: { "retry-after": "60" } };
      if (count !== 3) return undefined;
      response.writeHead(200, { "content-type": "application/json" });
      response.write("{", () => {
        isBodyBegun = true;
      });
      return "hang";
    };
    await abort(there(2), (signal) => client.GET("/things", { signal }));
    await abort(
      () => isBodyBegun,
      (signal) => client.GET("/things", { signal }),
    );
    await abort(
      () => events.some(({ type }) => type === "throttle"),
      (signal) => client.GET("/things", { signal }),
    );
    // The 429 is heeded by the calls that come after it, too.
    clock.advance(70_000);
    // Another client: the one that was throttled keeps still for the minute it was asked for.
    const touched = ground.connect();
    touched.client.use({ onRequest: () => undefined });
    ground.fake.onApi = () => "hang";
    await abort(there(5), (signal) => touched.client.GET("/things", { signal }));
  });

  it("G09 whoever aborts while another worker refreshes leaves at once, and no lease stays behind", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const one = ground.connect({ clock, store });
    const two = ground.connect({ clock, store });
    const barrier = holdTokens();
    const first = one.client.GET("/things");
    await until(() => barrier.size === 1);
    const controller = new AbortController();
    const call = rejection(two.client.GET("/things", { signal: controller.signal }));
    for (let turns = 0; turns < 20; turns += 1) await turn();
    controller.abort();
    expect(await call).toBe(controller.signal.reason);
    barrier.release();
    await first;
    expect((await two.client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests, "it took the first one's token").toHaveLength(1);
    clock.advance(3_601_000);
    ground.fake.onToken = undefined;
    expect((await two.client.GET("/things")).status, "the lease is free").toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("G10 a worker frozen in the middle of its refresh adopts what another one committed meanwhile", async () => {
    const storeClock = createManualClock();
    const store = createMemoryStore({ clock: storeClock });
    const frozen = ground.connect({ clock: createManualClock(), store });
    const other = ground.connect({ clock: createManualClock(), store });
    const barrier = createBarrier();
    ground.fake.onToken = async (_received, count) => (count === 1 ? void (await barrier.wait()) : undefined);
    const call = frozen.client.GET("/things");
    await until(() => barrier.size === 1);
    storeClock.advance(600_000);
    expect((await other.client.GET("/things")).status).toBe(200);
    // It wakes: its monotonic clock stood still, so no deadline fired, and the answer it waited for is there.
    frozen.clock.sleepMachine(600_000);
    barrier.release();
    expect((await call).status).toBe(200);
    expect(ground.fake.apiRequests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer access-1-CANARY",
      "Bearer access-1-CANARY",
    ]);
    expect(frozen.events.map(({ type }) => type)).toContain("adoption");
  });

  it("G10 a worker whose clock ran on while it was frozen gives its request up, and adopts", async () => {
    const storeClock = createManualClock();
    const store = createMemoryStore({ clock: storeClock });
    const frozen = ground.connect({ clock: createManualClock(), store });
    const other = ground.connect({ clock: createManualClock(), store });
    const barrier = createBarrier();
    ground.fake.onToken = async (_received, count) => (count === 1 ? void (await barrier.wait()) : undefined);
    const call = frozen.client.GET("/things", { retries: false, timeoutInMs: 3_600_000 });
    await until(() => barrier.size === 1);
    storeClock.advance(600_000);
    await other.client.GET("/things");
    frozen.clock.advance(600_000);
    expect((await call).status).toBe(200);
    expect(ground.fake.apiRequests.at(-1)?.headers.authorization).toBe("Bearer access-1-CANARY");
    expect(frozen.events).toMatchObject([{ type: "refresh", outcome: "unavailable" }, { type: "adoption" }]);
    barrier.release();
  });
});
