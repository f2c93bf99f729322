/** A token endpoint that fails for the moment: calls without a usable token wait for its next attempt, which they share. */
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/index.ts";
import type { Handler, Script } from "../support/fake-vendor.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { testCredentials } from "../support/test-vendor.ts";
import { layGround, passing, rejection, turn, until } from "./support/fault-harness.ts";

const ground = layGround();

const down: Script = { status: 503 };
/** Fails the first token requests. */
const failing =
  (times: number, script: Script | Handler = down): Handler =>
  (received, count, response) => {
    if (count > times) return undefined;
    return typeof script === "function" ? script(received, count, response) : script;
  };

/** Lets time pass in tenths of a second until the promise is settled. */
const live = <T>(clock: ManualClock, promise: Promise<T>): Promise<T> => passing([clock], promise, 100);

const faults: readonly [string, Script | Handler][] = [
  ["answers 500", { status: 500 }],
  ["answers 503", down],
  ["answers 429 and names a moment", { status: 429, headers: { "retry-after": "3" } }],
  ["resets the connection", "drop"],
  ["hangs past its timeout", "hang"],
  ["answers something that is no JSON", { body: "<html>" }],
  [
    "breaks off within its answer",
    (_received, _count, response) => {
      response.writeHead(200, { "content-length": "500" }).write("{");
      response.socket?.end();
      return "hang";
    },
  ],
];

describe("a token endpoint that fails for the moment", () => {
  describe.each([1, 2])("%d time(s)", (times) => {
    it.each(faults)("L01 a call waits for the next attempt after one that %s", async (_, fault) => {
      const { client, clock } = ground.connect();
      ground.fake.onToken = failing(times, fault);
      expect((await live(clock, client.GET("/things"))).status).toBe(200);
      expect(ground.fake.tokenRequests).toHaveLength(times + 1);
    });
  });

  it("L01 a call waits for the next attempt after refused connections", async () => {
    const codes = ["ECONNREFUSED", "ENOTFOUND"];
    const { client, clock } = ground.connect({
      async fetch(request) {
        const code = codes.shift();
        if (code !== undefined) throw Object.assign(new Error(), { code });
        return fetch(request);
      },
    });
    expect((await live(clock, client.GET("/things"))).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("L01 a call waits where its token is over as it does without one, whatever its method", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.advance(3_601_000);
    ground.fake.onToken = (_, count) => (count < 4 ? down : undefined);
    expect((await live(clock, client.POST("/things", { body: {} }))).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(4);
    expect(ground.fake.apiRequests.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it("L01 a call whose token was refused waits for the one that replaces it", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    ground.fake.revoke();
    ground.fake.onToken = (_, count) => (count < 4 ? down : undefined);
    expect((await live(clock, client.GET("/things"))).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(4);
  });

  it("L01 a call waits for a credentials function that fails for the moment", async () => {
    let asked = 0;
    const { client, clock } = ground.connect({
      credentials: () => {
        asked += 1;
        if (asked < 3) throw new Error("the vault is sealed");
        return testCredentials;
      },
    });
    expect((await live(clock, client.GET("/things"))).status).toBe(200);
    expect(asked).toBe(3);
  });

  it("L01 fifty callers of two processes share each attempt, and all of them succeed", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const clients = [1, 2].map(() => ground.connect({ clock, store }).client);
    ground.fake.onToken = failing(3);
    const calls = clients.flatMap((client) => Array.from({ length: 25 }, () => client.GET("/things")));
    const answers = await live(clock, Promise.all(calls));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(ground.fake.tokenRequests).toHaveLength(4);
  });

  it("L01 callers that come while a slot lasts share its next attempt", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = failing(1);
    const first = client.GET("/things", { retries: 1 });
    await until(() => clock.timers > 1);
    clock.advance(500);
    const second = client.GET("/things", { retries: 1 });
    expect((await live(clock, Promise.all([first, second]))).map(({ status }) => status)).toEqual([200, 200]);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it.each([
    ["of the client", { retries: false as const }, {}],
    ["of the call", {}, { retries: false as const }],
    ["of none", {}, { retries: 0 }],
  ])("L01 without retries %s, a call fails at once and says when the next attempt is", async (_, ofClient, ofCall) => {
    const { client, clock } = ground.connect(ofClient);
    ground.fake.onToken = () => down;
    const error = await rejection(client.GET("/things", ofCall));
    expect(error).toMatchObject({ name: "AuthError", outcome: "transient", kind: "unavailable", status: 503 });
    const slot = Object(error).retryAt - clock.now();
    expect(slot).toBeGreaterThanOrEqual(1_000);
    expect(slot).toBeLessThanOrEqual(1_250);
    expect(clock.timers).toBe(0);
    clock.advance(slot - 1);
    await rejection(client.GET("/things", ofCall));
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it.each([
    ["deadline", { deadlineInMs: 900 }],
    ["timeout", { timeoutInMs: 900 }],
  ])("L01 a call whose %s comes before the next slot fails at once", async (_, limits) => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = () => down;
    expect(await rejection(client.GET("/things", limits))).toMatchObject({ name: "AuthError", outcome: "transient" });
    expect(clock.timers).toBe(0);
  });

  it("L01 a wait that the vendor asks for and the call has no time for is not begun", async () => {
    const { client, clock } = ground.connect({ timeoutInMs: 30_000 });
    ground.fake.onToken = failing(1, { status: 429, headers: { "retry-after": "31" } });
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({ outcome: "throttled", retryAt: clock.now() + 31_000 });
    // Two seconds later, the rest of the slot is short enough.
    clock.advance(2_000);
    expect((await live(clock, client.GET("/things"))).status).toBe(200);
  });

  it("L01 each failed attempt that a call waits through is one of its retries", async () => {
    const { client, clock, events } = ground.connect();
    ground.fake.onToken = () => down;
    expect(await live(clock, rejection(client.GET("/things", { retries: 2 })))).toMatchObject({ outcome: "transient" });
    expect(ground.fake.tokenRequests).toHaveLength(3);
    expect(events.flatMap((event) => (event.type === "retry" ? [event] : []))).toMatchObject([
      { operation: "GET /things", attempt: 1, reason: "token_endpoint", waitInMs: expect.closeTo(1_125, -3) },
      { operation: "GET /things", attempt: 2, reason: "token_endpoint", waitInMs: expect.closeTo(2_250, -3) },
    ]);
  });

  it("L01 retries of the token and of the API are counted together", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = failing(1);
    ground.fake.onApi = () => ({ status: 503 });
    expect((await live(clock, client.GET("/things", { retries: 3 }))).status).toBe(503);
    expect([ground.fake.tokenRequests.length, ground.fake.apiRequests.length]).toEqual([2, 3]);
  });

  it("L01 without retries of its own, a client waits as often as its vendor's schedule has retries", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = () => down;
    await live(clock, rejection(client.GET("/things")));
    expect(ground.fake.tokenRequests).toHaveLength(4);
  });

  it("L01 a caller that aborts leaves the wait with its own reason, and the others go on", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = failing(1);
    const leaving = new AbortController();
    const { signal } = leaving;
    const left = rejection(client.GET("/things", { signal }));
    const stays = client.GET("/things", { signal: new AbortController().signal });
    await until(() => clock.timers === 4);
    leaving.abort("enough");
    expect(await left).toBe("enough");
    expect(clock.timers, "the other's timeout and its slot").toBe(2);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect((await live(clock, stays)).status).toBe(200);
  });

  it("L01 no attempt is made when nobody waits any more", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = () => down;
    const leaving = new AbortController();
    const calls = [1, 2, 3].map(() => rejection(client.GET("/things", { signal: leaving.signal })));
    await until(() => clock.timers === 6);
    leaving.abort();
    await Promise.all(calls);
    expect(clock.timers).toBe(0);
    clock.advance(60_000);
    await turn();
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("L01 closing the client ends all waits at once", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = () => down;
    const waiting = [client.GET("/things"), client.auth.refresh(), client.auth.verify()].map(rejection);
    await until(() => clock.timers === 4);
    await client.close();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ outcome: "closed" });
    expect(clock.timers).toBe(0);
  });

  it.each(["refresh", "verify"] as const)("L01 auth.%s() waits as a call does", async (name) => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = failing(2);
    await live(clock, client.auth[name]());
    expect(ground.fake.tokenRequests).toHaveLength(3);
    const hasty = ground.connect({ retries: false, credentials: { ...testCredentials, clientId: "another" } });
    ground.fake.onToken = () => down;
    expect(await rejection(hasty.client.auth[name]())).toMatchObject({
      outcome: "transient",
      retryAt: expect.any(Number),
    });
    const late = ground.connect({ deadlineInMs: 500, credentials: { ...testCredentials, clientId: "a third" } });
    await rejection(late.client.auth[name]());
    expect(ground.fake.tokenRequests).toHaveLength(5);
  });

  it("L01 forced refreshes of two processes are attempted at once, and after that once a slot", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const clients = [1, 2].map(() => ground.connect({ clock, store }).client);
    ground.fake.onToken = failing(3);
    await live(clock, Promise.all(clients.map((client) => client.auth.refresh())));
    // One of them asked for its new token after the other's was stored.
    expect(ground.fake.tokenRequests.length).toBeLessThanOrEqual(5);
  });

  it("B06 with the endpoint down for a while, calls wait within their limits, and one attempt a slot serves all", async () => {
    const { client, clock } = ground.connect();
    const start = clock.now();
    ground.fake.onToken = () => (clock.now() - start < 100_000 ? down : undefined);
    const ends: Promise<number | string>[] = [];
    for (let second = 0; second < 140; second += 1) {
      ends.push(
        client.GET("/things").then(
          ({ status }) => status,
          ({ outcome }) => outcome,
        ),
      );
      for (let turns = 0; turns < 10; turns += 1) await turn();
      clock.advance(1_000);
    }
    const all = await live(clock, Promise.all(ends));
    // 1, 2, 4, 8, 16, 32, 60 seconds and a quarter more at most: eight to nine attempts.
    expect(ground.fake.tokenRequests.length).toBeLessThanOrEqual(9);
    expect(all.at(-1)).toBe(200);
    expect(all.filter((end) => end !== "transient" && end !== "timed_out" && end !== 200)).toEqual([]);
    expect(all).toContain("transient");
  });
});

describe("a one-time refresh token whose answer is lost", () => {
  const spent = ({ body }: { readonly body: string }) => new URLSearchParams(body).get("refresh_token");

  /** The vendor carries out the first refreshes, and their answers are lost. */
  async function loseAnswers(times: number) {
    ground.fake.rotating = true;
    let left = 0;
    const bench = ground.connect({
      async fetch(request) {
        const isRefresh = request.url.endsWith("/token") && (await request.clone().text()).includes("refresh_token");
        const response = await fetch(request);
        if (!isRefresh || left === 0) return response;
        left -= 1;
        await response.body?.cancel();
        throw Object.assign(new Error(), { code: "ECONNRESET" });
      },
    });
    await bench.client.GET("/things");
    bench.clock.advance(3_601_000);
    left = times;
    return bench;
  }

  it.each([1, 2])(
    "L02 %d time(s): the waiting call succeeds by one marked attempt, and then a sign-in",
    async (times) => {
      const { client, clock, events } = await loseAnswers(times);
      expect((await live(clock, client.GET("/things"))).status).toBe(200);
      expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "refresh-1-CANARY", "refresh-1-CANARY", null]);
      expect(ground.fake.reuses).toBe(1);
      const refreshes = events.flatMap((event) => (event.type === "refresh" ? [event] : []));
      expect(refreshes.map(({ inDoubtAttempt }) => inDoubtAttempt)).toEqual([false, false, true, false]);
    },
  );

  it("L02 and many callers wait for the same attempts", async () => {
    const { client, clock } = await loseAnswers(2);
    const calls = Promise.all(Array.from({ length: 20 }, () => client.GET("/things")));
    expect((await live(clock, calls)).every(({ status }) => status === 200)).toBe(true);
    expect(ground.fake.tokenRequests).toHaveLength(4);
    expect(ground.fake.reuses).toBe(1);
  });

  it("L02 a call that may not wait fails at once, in doubt, and the next one goes on from there", async () => {
    const { client, clock } = await loseAnswers(1);
    expect(await rejection(client.GET("/things", { retries: false }))).toMatchObject({ outcome: "in_doubt" });
    expect((await live(clock, client.GET("/things"))).status).toBe(200);
    expect(ground.fake.reuses).toBe(1);
  });
});

describe("a token endpoint that returns the same token until it ends", () => {
  it.each([0, 0.5, 0.99])(
    "L08 with a lifetime rounded down, no call fails at the boundary (%d s into it)",
    async (part) => {
      const { client, clock } = ground.connect();
      const start = clock.now() - part * 1_000;
      const lifeInMs = 10_000;
      ground.fake.onToken = () => {
        const serial = Math.floor((clock.now() - start) / lifeInMs);
        const leftInMs = lifeInMs - ((clock.now() - start) % lifeInMs);
        ground.fake.admit(`shared-${serial}-CANARY`);
        return { body: { access_token: `shared-${serial}-CANARY`, expires_in: Math.floor(leftInMs / 1_000) } };
      };
      ground.fake.onApi = ({ headers }) => {
        const isGood = headers.authorization === `Bearer shared-${Math.floor((clock.now() - start) / lifeInMs)}-CANARY`;
        return isGood ? { body: { ok: true } } : undefined;
      };
      const ends: unknown[] = [];
      const calls: Promise<unknown>[] = [];
      for (let at = 0; at < 3 * lifeInMs; at += 40) {
        calls.push(
          client.GET("/things").then(
            ({ status }) => ends.push(status),
            (error: unknown) => ends.push(String(error)),
          ),
        );
        for (let turns = 0; turns < 3; turns += 1) await turn();
        clock.advance(40);
      }
      await live(clock, Promise.all(calls));
      expect(new Set(ends)).toEqual(new Set([200]));
      expect(ground.fake.tokenRequests.length).toBeLessThan(60);
    },
  );
});
