import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/util/clock.ts";
import { createMemoryStore } from "../../src/index.ts";
import { createRefreshWindows } from "../../src/auth/token/refresh-policy.ts";
import { createWorkerId } from "../../src/auth/token/worker-id.ts";
import type { Reply } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { testCredentials, testLifecycle } from "../support/test-vendor.ts";
import {
  answerHere,
  createBarrier,
  type GroundOptions,
  layGround,
  rejection,
  sharedError,
  turn,
  until,
} from "./support/fault-harness.ts";

const ground = layGround();

/** A client whose calls fail with the first attempt. */
const connectOnce = (options: GroundOptions = {}) => ground.connect({ retries: false, ...options });

const minute = 60_000;
const grant = (expiresIn: number, more: object = {}): Reply => ({
  body: { access_token: "granted-CANARY", token_type: "Bearer", expires_in: expiresIn, ...more },
});
const repeat = (count: number): undefined[] => Array.from({ length: count });

describe("windows, failure while the token is good, back-off", () => {
  it("B01 while the token endpoint answers 503, callers get the old token before it has answered, and attempts back off", async () => {
    const { client, clock, events } = connectOnce();
    const { seen, fetch } = answerHere();
    await client.GET("/things", { fetch });
    const barrier = createBarrier();
    ground.fake.onToken = async () => {
      await barrier.wait();
      return { status: 503 };
    };
    clock.advance(3_600_000 - 299_000);
    await client.GET("/things", { fetch });
    await until(() => barrier.size === 1);
    expect(seen).toHaveLength(2);
    barrier.release();
    for (let second = 0; second < 200; second += 1) {
      await client.GET("/things", { fetch });
      for (let turns = 0; turns < 3; turns += 1) await turn();
      barrier.release();
      await until(() => events.filter(({ type }) => type === "refresh").length === ground.fake.tokenRequests.length);
      clock.advance(1_000);
    }
    expect(new Set(seen)).toEqual(new Set(["Bearer access-1-CANARY"]));
    expect(seen).toHaveLength(202);
    // 1, 2, 4, 8, 16, 32 and 60 seconds, and a quarter more at most: seven to nine attempts in 200 seconds.
    expect(ground.fake.tokenRequests.length - 1).toBeGreaterThanOrEqual(7);
    expect(ground.fake.tokenRequests.length - 1).toBeLessThanOrEqual(9);
  });

  it("B01 a busy client of a token endpoint that takes long waits for no refresh after the first", async () => {
    const { client, clock } = connectOnce();
    const { seen, fetch } = answerHere();
    await client.GET("/things", { fetch });
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    for (let second = 0; second < 3 * 3_600; second += 10) {
      const calls = seen.length;
      // The endpoint answers half a second after it was asked: only once the calls of that moment are done.
      await client.GET("/things", { fetch });
      expect(seen).toHaveLength(calls + 1);
      // A timer means that something is under way in the background.
      if (clock.timers > 0) {
        await until(() => barrier.size === 1);
        await client.GET("/things", { fetch });
        clock.advance(500);
        barrier.release();
        await until(() => clock.timers === 0);
      }
      clock.advance(10_000);
    }
    expect(ground.fake.tokenRequests.length).toBeGreaterThanOrEqual(3);
    expect(ground.fake.tokenRequests.length).toBeLessThanOrEqual(5);
  });

  it("B02 a token endpoint that cannot be reached reaches no caller while the token is good", async () => {
    const { client, clock, events } = connectOnce();
    const { seen, fetch } = answerHere();
    await client.GET("/things", { fetch });
    await ground.fake.close();
    clock.advance(3_600_000 - 200_000);
    for (let second = 0; second < 199; second += 1) {
      expect((await client.GET("/things", { fetch })).status).toBe(200);
      await turn();
      clock.advance(1_000);
    }
    expect(new Set(seen)).toEqual(new Set(["Bearer access-1-CANARY"]));
    await until(() => events.some((event) => event.type === "refresh" && event.outcome === "unavailable"));
    clock.advance(minute + 15_000);
    expect(await rejection(client.GET("/things", { fetch }))).toMatchObject({
      name: "AuthError",
      outcome: "transient",
      kind: "unavailable",
      code: "ECONNREFUSED",
    });
  });

  it("B03 a background refresh that fails past the token's end rejects nowhere, and the next caller gets the typed error", async () => {
    const { client, clock, events } = connectOnce();
    await client.GET("/things");
    const barrier = createBarrier();
    ground.fake.onToken = async () => {
      await barrier.wait();
      return { status: 503 };
    };
    clock.advance(3_600_000 - 35_000);
    await client.GET("/things");
    await until(() => barrier.size === 1);
    clock.stepWall(36_000);
    barrier.release();
    await until(() => events.some((event) => event.type === "refresh" && event.outcome === "unavailable"));
    await turn();
    expect(await rejection(client.GET("/things"))).toMatchObject({ name: "AuthError", outcome: "transient" });
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("B04 a hundred calls with a fresh token of four minutes cost one sign-in", async () => {
    ground.fake.expiresIn = 240;
    const { client, clock } = connectOnce();
    const { fetch } = answerHere();
    for (const _ of repeat(100)) {
      await client.GET("/things", { fetch });
      clock.advance(1_700);
    }
    await turn();
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("B05 jitter moves a refresh earlier only, by no more than a tenth of the window", () => {
    const plain = createRefreshWindows(3_600_000, 300_000, 0);
    const most = createRefreshWindows(3_600_000, 300_000, 1);
    expect(plain).toEqual({ advisoryInMs: 300_000, mandatoryInMs: 30_000 });
    expect(most).toEqual({ advisoryInMs: 330_000, mandatoryInMs: 30_000 });
  });

  it("B05 workers' jitters differ, and each keeps its own", () => {
    const jitters = repeat(100).map(() => createWorkerId().jitter);
    expect(new Set(jitters).size).toBeGreaterThan(90);
    expect(jitters.every((jitter) => jitter >= 0 && jitter < 1)).toBe(true);
  });

  it("B06 with nothing cached and the endpoint down, two hundred callers cost one attempt per back-off slot", async () => {
    ground.fake.onToken = () => ({ status: 503 });
    const { client, clock } = connectOnce();
    const errors: unknown[] = [];
    for (const _ of repeat(200)) {
      const startedAt = clock.now();
      const error = await rejection(client.GET("/things"));
      expect(error).toMatchObject({ name: "AuthError", outcome: "transient", status: 503 });
      expect(Object(error).retryAt).toBeGreaterThan(startedAt);
      errors.push(error);
      clock.advance(100);
    }
    // Twenty seconds hold the slots of 1, 2, 4 and 8 seconds, and the beginning of the next.
    expect(ground.fake.tokenRequests.length).toBeGreaterThanOrEqual(4);
    expect(ground.fake.tokenRequests.length).toBeLessThanOrEqual(5);
    expect(new Set(errors.map(sharedError)).size).toBe(ground.fake.tokenRequests.length);
  });

  it("B06 an attempt is made again at the moment that the error named, and not before", async () => {
    ground.fake.onToken = () => ({ status: 503 });
    const { client, clock } = connectOnce();
    const { retryAt } = Object(await rejection(client.GET("/things")));
    clock.advance(retryAt - clock.now() - 1);
    await rejection(client.GET("/things"));
    expect(ground.fake.tokenRequests).toHaveLength(1);
    clock.advance(1);
    await rejection(client.GET("/things"));
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("B07 refused credentials are remembered for minutes by every client that has them", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const credentials = { clientId: "client", clientSecret: "wrong-CANARY" };
    const one = connectOnce({ clock, store, credentials });
    const two = connectOnce({ clock, store, credentials });
    const first = await rejection(one.client.GET("/things"));
    expect(first).toMatchObject({ outcome: "configuration", kind: "invalid_credentials", code: "invalid_client" });
    clock.advance(5 * minute - 1);
    expect(sharedError(await rejection(one.client.GET("/things")))).toBe(sharedError(first));
    expect(await rejection(two.client.GET("/things"))).toMatchObject({ kind: "invalid_credentials" });
    expect(ground.fake.tokenRequests).toHaveLength(1);
    clock.advance(1);
    await rejection(two.client.GET("/things"));
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("B07 a client with other credentials signs in at once", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const wrong = connectOnce({ clock, store, credentials: { clientId: "client", clientSecret: "wrong-CANARY" } });
    await rejection(wrong.client.GET("/things"));
    const right = connectOnce({ clock, store });
    expect((await right.client.GET("/things")).status).toBe(200);
  });

  it("B07 a function that gives other credentials is heard within a minute, and asked no more than once in it", async () => {
    let clientSecret = "wrong-CANARY";
    let asked = 0;
    const { client, clock } = connectOnce({
      credentials: () => {
        asked += 1;
        return { clientId: "client", clientSecret };
      },
    });
    const first = await rejection(client.GET("/things"));
    const atFirst = asked;
    for (const _ of repeat(59)) {
      clock.advance(1_000);
      expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(first));
    }
    expect(asked).toBe(atFirst);
    clock.advance(1_000);
    expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(first));
    expect(ground.fake.tokenRequests).toHaveLength(1);
    clientSecret = testCredentials.clientSecret;
    clock.advance(minute);
    expect((await client.GET("/things")).status).toBe(200);
  });

  it("B07 a trial that succeeds lifts the refusal for every client of the credentials", async () => {
    ground.fake.onToken = (_, count) => (count === 1 ? { status: 401, body: { error: "invalid_client" } } : undefined);
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const one = connectOnce({ clock, store });
    const two = connectOnce({ clock, store });
    await rejection(one.client.GET("/things"));
    await one.client.auth.verify();
    expect((await two.client.GET("/things")).status).toBe(200);
    expect((await one.client.GET("/things")).status).toBe(200);
  });

  it("B07 a forced refresh asks again in spite of a standing refusal", async () => {
    ground.fake.onToken = (_, count) => (count === 1 ? { status: 401, body: { error: "invalid_client" } } : undefined);
    const { client } = connectOnce();
    await rejection(client.GET("/things"));
    await client.auth.refresh();
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("B08 after a 429 with Retry-After nothing is asked until then, and the old token serves", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const one = connectOnce({ clock, store });
    const two = connectOnce({ clock, store });
    const { fetch } = answerHere();
    await one.client.GET("/things", { fetch });
    await two.client.GET("/things", { fetch });
    ground.fake.onToken = () => ({ status: 429, headers: { "retry-after": "120" } });
    clock.advance(3_600_000 - 200_000);
    for (const _ of repeat(119)) {
      expect((await one.client.GET("/things", { fetch })).status).toBe(200);
      expect((await two.client.GET("/things", { fetch })).status).toBe(200);
      await until(() => one.events.concat(two.events).filter(({ type }) => type === "refresh").length === 2);
      clock.advance(1_000);
    }
    expect(ground.fake.tokenRequests).toHaveLength(2);
    clock.advance(2_000);
    await one.client.GET("/things", { fetch });
    await until(() => ground.fake.tokenRequests.length === 3);
  });

  it("B08 without a token, callers are told until when the vendor wants to be left alone", async () => {
    ground.fake.onToken = () => ({ status: 429, headers: { "retry-after": "120" } });
    const { client, clock } = connectOnce();
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({ outcome: "throttled", kind: "rate_limited", retryAt: clock.now() + 120_000 });
    clock.advance(119_999);
    expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(error));
    expect(ground.fake.tokenRequests).toHaveLength(1);
    ground.fake.onToken = undefined;
    clock.advance(1);
    expect((await client.GET("/things")).status).toBe(200);
  });

  it("B09 a Retry-After date is measured against the server's clock, though ours is ten minutes fast", async () => {
    const { client, clock } = connectOnce();
    const server = clock.now() - 10 * minute;
    ground.fake.onToken = () => ({
      status: 429,
      headers: {
        date: new Date(server).toUTCString(),
        "retry-after": new Date(server + 2 * minute).toUTCString(),
      },
    });
    const { retryAt } = Object(await rejection(client.GET("/things")));
    expect(retryAt - clock.now()).toBe(2 * minute);
  });

  it.each([
    ["999999999", 3_600_000, 3_600_000],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 3_600_000, 3_600_000],
    ["-5", 1_000, 1_250],
    ["soon", 1_000, 1_250],
    ["NaN", 1_000, 1_250],
    ["Infinity", 1_000, 1_250],
    ["1e9", 1_000, 1_250],
    ["0", 1_000, 1_250],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 1_000, 1_250],
  ])("B10 a Retry-After of %s leaves the endpoint alone for a bounded time", async (value, least, most) => {
    ground.fake.onToken = () => ({ status: 429, headers: { "retry-after": value } });
    const { client, clock } = connectOnce();
    const { retryAt } = Object(await rejection(client.GET("/things")));
    expect(retryAt - clock.now()).toBeGreaterThanOrEqual(least);
    expect(retryAt - clock.now()).toBeLessThanOrEqual(most);
    expect(clock.timers).toBe(0);
  });

  it("B11 Retry-After goes before RateLimit headers, whatever these say", async () => {
    ground.fake.onToken = () => ({
      status: 429,
      headers: {
        "retry-after": "7",
        ratelimit: '"default";r=0;t=900',
        "ratelimit-reset": "NaN",
        "x-ratelimit-reset": "-1",
      },
    });
    const { client, clock } = connectOnce();
    expect(Object(await rejection(client.GET("/things"))).retryAt - clock.now()).toBe(7_000);
  });

  it("B11 malformed RateLimit headers alone do no harm", async () => {
    ground.fake.onToken = () => ({ status: 429, headers: { ratelimit: ";;=,", "ratelimit-reset": "1e400" } });
    const { client, clock } = connectOnce();
    expect(Object(await rejection(client.GET("/things"))).retryAt - clock.now()).toBeLessThanOrEqual(1_250);
  });

  it("B12 where the server says when to refresh, that is when the background refresh begins", async () => {
    const [shape] = testLifecycle.response;
    if (!shape) throw new Error("the test vendor describes its token response");
    const response = [{ ...shape, refreshAt: { from: "$response.body#/refresh_in", as: "seconds" as const } }];
    const { client, clock } = connectOnce({ lifecycle: { response } });
    const { fetch } = answerHere();
    ground.fake.onToken = () => grant(3_600, { refresh_in: 1_800 });
    await client.GET("/things", { fetch });
    clock.advance(1_790_000);
    await client.GET("/things", { fetch });
    for (const _ of repeat(20)) await turn();
    expect(ground.fake.tokenRequests).toHaveLength(1);
    clock.advance(11_000);
    await client.GET("/things", { fetch });
    await until(() => ground.fake.tokenRequests.length === 2);
  });

  it("B12 a refresh that the server wants later than we would is made when it says", async () => {
    const [shape] = testLifecycle.response;
    if (!shape) throw new Error("the test vendor describes its token response");
    const response = [{ ...shape, refreshAt: { from: "$response.body#/refresh_in", as: "seconds" as const } }];
    const { client, clock } = connectOnce({ lifecycle: { response } });
    const { fetch } = answerHere();
    ground.fake.onToken = () => grant(3_600, { refresh_in: 3_500 });
    await client.GET("/things", { fetch });
    clock.advance(3_490_000);
    await client.GET("/things", { fetch });
    for (const _ of repeat(20)) await turn();
    expect(ground.fake.tokenRequests).toHaveLength(1);
    clock.advance(11_000);
    await client.GET("/things", { fetch });
    await until(() => ground.fake.tokenRequests.length === 2);
  });

  it("B13 a good token is served in the cool-down after a failed refresh, also in the last seconds of its life", async () => {
    const { client, clock } = connectOnce();
    const { seen, fetch } = answerHere();
    await client.GET("/things", { fetch });
    ground.fake.onToken = () => ({ status: 503 });
    clock.advance(3_600_000 - 20_000);
    for (const _ of repeat(19)) {
      await client.GET("/things", { fetch });
      clock.advance(1_000);
    }
    expect(seen).toHaveLength(20);
    expect(ground.fake.tokenRequests.length - 1).toBeLessThanOrEqual(5);
  });

  it("B14 after an outage of half an hour one attempt recovers the token for every client", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const benches = repeat(20).map(() => connectOnce({ clock, store }));
    const { fetch } = answerHere();
    let isDown = true;
    ground.fake.onToken = () => (isDown ? { status: 503 } : undefined);
    for (const _ of repeat(180)) {
      await Promise.all(benches.map(({ client }) => rejection(client.GET("/things", { fetch }))));
      clock.advance(10_000);
    }
    const inOutage = ground.fake.tokenRequests.length;
    // 1, 2, 4, 8, 16, 32 and then 60 seconds, each rounded up to the next call.
    expect(inOutage).toBeLessThanOrEqual(36);
    isDown = false;
    clock.advance(75_000);
    const answers = await Promise.all(benches.map(({ client }) => client.GET("/things", { fetch })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(ground.fake.tokenRequests).toHaveLength(inOutage + 1);
  });

  it.each([0, -5, "0", "-3600"])("B15 a token that lives %s seconds is a failure with back-off", async (expiresIn) => {
    ground.fake.onToken = () => ({ body: { access_token: "granted-CANARY", expires_in: expiresIn } });
    const { client } = connectOnce();
    const errors = new Set<unknown>();
    for (const _ of repeat(20)) errors.add(sharedError(await rejection(client.GET("/things"))));
    expect(errors.size).toBe(1);
    expect([...errors][0]).toMatchObject({ name: "AuthError", outcome: "transient", kind: "unexpected" });
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("B15 a token that was over before its response arrived is a failure with back-off", async () => {
    const { client, clock } = connectOnce();
    ground.fake.onToken = () => {
      clock.advance(9_000);
      return grant(4);
    };
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({ name: "AuthError", outcome: "transient" });
    expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(error));
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("B16 a token of thirty days is asked for once, and no timer is set for it", async () => {
    ground.fake.expiresIn = 30 * 24 * 3_600;
    const { client, clock } = connectOnce();
    const { fetch } = answerHere();
    for (const _ of repeat(29)) {
      await client.GET("/things", { fetch });
      expect(clock.timers).toBe(0);
      clock.advance(24 * 60 * minute);
    }
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("B16 a delay of more than 31 bits does not fire at once", async () => {
    let fired = 0;
    const cancel = systemClock.after(2 ** 31 + 5, () => {
      fired += 1;
    });
    for (const _ of repeat(50)) await turn();
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    cancel();
    expect(fired).toBe(0);
  });

  it("B17 a process that made a call and has nothing else to do ends by itself", async () => {
    const program = fileURLToPath(new URL("support/one-call.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=latchkey-source", program, ground.fake.url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    const [code] = await once(child, "close");
    expect([code, output.trim()]).toEqual([0, "200"]);
  });

  it("B17 a client with a cached token has no timer", async () => {
    const { client, clock } = connectOnce();
    await client.GET("/things");
    expect(clock.timers).toBe(0);
  });
});
