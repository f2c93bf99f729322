import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ConnectOptions,
  connect,
  createMemoryStore,
  type LatchkeyEvent,
  TransportError,
} from "../../../src/index.ts";
import type { RateLimit, Vendor } from "../../../src/vendor.ts";
import { caught } from "../../support/caught.ts";
import { type FakeVendor, startFakeVendor } from "../../support/fake-vendor.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";
import { createTestVendor, type TestTypes, testCredentials } from "../../support/test-vendor.ts";

let fake: FakeVendor;
let clock: ManualClock;
beforeEach(async () => {
  fake = await startFakeVendor();
  clock = createManualClock();
});
afterEach(() => fake.close());

const client = "client";
const limit = (requests: number, perSeconds: number, more: Partial<RateLimit> = {}): RateLimit => ({
  requests,
  perSeconds,
  sharedBy: client,
  operations: ["GET /things"],
  ...more,
});

function open(rateLimits?: readonly RateLimit[], options: Partial<ConnectOptions<TestTypes>> = {}) {
  const { "~types": _, ...acme } = createTestVendor();
  const vendor: Vendor<TestTypes> = { ...acme, ...(rateLimits ? { rateLimits } : {}) };
  const store = createMemoryStore({ clock });
  return connect(vendor, { credentials: testCredentials, server: { url: fake.url }, clock, store, ...options });
}

const many = <R>(count: number, make: () => Promise<R>): Promise<R>[] => Array.from({ length: count }, make);
const arrived = () => fake.apiRequests.length;
/** All that can go on without time passing has gone on. */
const settled = (count: number) => expect.poll(arrived).toBe(count);
/** A client's own wait: nothing new arrives however often it is looked. */
async function stays(count: number): Promise<void> {
  for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(arrived()).toBe(count);
}

describe("a documented limit", () => {
  it("lets so many go at once, with no timer, and the rest as places come free", async () => {
    const api = open([limit(5, 10)]);
    await Promise.all(many(4, () => api.GET("/things")));
    let answered = 0;
    const calls = many(9, async () => {
      const result = await api.GET("/things");
      answered += 1;
      return result;
    });
    const answers = (count: number) => expect.poll(() => answered).toBe(count);
    await answers(1);
    await stays(5);
    clock.advance(9_000);
    await stays(5);
    clock.advance(1_100);
    await answers(6);
    clock.advance(10_100);
    await settled(13);
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(9).fill(200));
  });

  it("sets no timer while there is room", async () => {
    const api = open([limit(5, 10)]);
    await api.GET("/things");
    const timers = clock.timers;
    await Promise.all(many(4, () => api.GET("/things")));
    expect(clock.timers).toBe(timers);
  });

  it("is never exceeded in any stretch of its length, as the vendor counts", async () => {
    const times: number[] = [];
    fake.onApi = () => {
      times.push(clock.monotonic());
      return { body: { ok: true } };
    };
    const api = open([limit(7, 1)]);
    const calls = Promise.all(many(60, () => api.GET("/things")));
    let isOver = false;
    calls.then(() => {
      isOver = true;
    });
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(7);
    }
    for (const [index, time] of times.entries())
      expect((times[index + 7] ?? Number.POSITIVE_INFINITY) - time).toBeGreaterThanOrEqual(1000);
  });

  it("is shared by the clients of one credential, and by nobody else", async () => {
    const limits = [limit(5, 10)];
    const [one, same] = [open(limits), open(limits)];
    const other = open(limits, { credentials: { clientId: "another", clientSecret: "secret-CANARY" } });
    await Promise.all([...many(3, () => one.GET("/things")), ...many(2, () => same.GET("/things"))]);
    const waiting = same.GET("/things");
    await Promise.all(many(5, () => other.GET("/things")));
    await stays(10);
    clock.advance(10_100);
    expect((await waiting).status).toBe(200);
  });

  it("is another one at another path of the same origin: a tenant may be a path", async () => {
    const limits = [limit(1, 10)];
    const at = (path: string) =>
      open(limits, {
        server: { url: `${fake.url}${path}` },
        fetch: (request) => {
          const { pathname } = new URL(request.url);
          return fetch(new Request(`${fake.url}${pathname.replace(path, "")}`, request));
        },
      });
    const [one, same, other] = [at("/a"), at("/a"), at("/b")];
    await one.GET("/things");
    const waiting = same.GET("/things");
    await other.GET("/things");
    await stays(2);
    clock.advance(10_100);
    expect((await waiting).status).toBe(200);
  });

  it("in figures of a client's own is that client's, and of those that have the same", async () => {
    const rateLimit = [{ requests: 2, perSeconds: 10, operations: ["GET /things"] }];
    const [documented, own, same] = [open([limit(1, 10)]), open([], { rateLimit }), open([], { rateLimit })];
    await Promise.all([documented.GET("/things"), own.GET("/things"), same.GET("/things")]);
    const waiting = [documented.GET("/things"), own.GET("/things")];
    await stays(3);
    clock.advance(10_100);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("stays where a secret is rotated: the client is the same", async () => {
    const limits = [limit(1, 10)];
    fake.onToken = () => ({ body: { access_token: "t", token_type: "Bearer", expires_in: 3600 } });
    fake.onApi = () => ({ body: { ok: true } });
    await open(limits).GET("/things");
    const rotated = open(limits, { credentials: { clientId: "client", clientSecret: "another-CANARY" } }).GET(
      "/things",
    );
    await stays(1);
    clock.advance(10_100);
    expect((await rotated).status).toBe(200);
  });

  it("is another one for another API key, although both clients name the same region", async () => {
    const limits = [limit(1, 10)];
    fake.onApi = () => ({ body: { ok: true } });
    const key = (clientSecret: string, options: object = {}) => {
      const { "~types": _, ...acme } = createTestVendor();
      const credentials = { clientId: { secret: false, ...options }, clientSecret: { secret: true } };
      const scheme = {
        send: { in: "header", name: "x-key" },
        credentials,
        value: { as: "raw", value: "$credentials.clientSecret" },
      } as const;
      const vendor: Vendor<TestTypes> = {
        ...acme,
        rateLimits: limits,
        schemes: { key: scheme },
        security: [{ key: [] }],
      };
      return connect(vendor, { credentials: { clientId: "eu", clientSecret }, server: { url: fake.url }, clock });
    };
    for (const options of [{}, { default: "eu" }, { optional: true }]) {
      const before = arrived();
      await Promise.all([key("key-one", options).GET("/things"), key("key-two", options).GET("/things")]);
      expect(arrived()).toBe(before + 2);
      clock.advance(10_100);
    }
  });

  it("holds for its operations and its server alone, and the tightest of several decides", async () => {
    const elsewhere = limit(1, 10, { server: "sandbox" });
    const api = open([limit(3, 10), limit(2, 1), elsewhere]);
    await Promise.all(many(2, () => api.GET("/things")));
    const third = api.GET("/things");
    await Promise.all(many(20, () => api.GET("/public")));
    await stays(22);
    clock.advance(1_010);
    await third;
    const fourth = api.GET("/things");
    clock.advance(2_000);
    await stays(23);
    clock.advance(7_100);
    expect((await fourth).status).toBe(200);
  });

  it("counts a token request where it counts all, and never holds it up", async () => {
    const { operations: _, ...all } = limit(2, 10);
    const api = open([{ ...all, requests: 3 }]);
    await Promise.all(many(2, () => api.GET("/things")));
    expect(fake.tokenRequests).toHaveLength(1);
    const third = api.GET("/things");
    await stays(2);
    clock.advance(10_100);
    expect((await third).status).toBe(200);
  });

  it("gives a place back where the call was never sent", async () => {
    fake.onToken = () => ({ status: 401, body: { error: "invalid_client" } });
    const api = open([limit(2, 10)]);
    for (let count = 0; count < 5; count += 1) await expect(api.GET("/things")).rejects.toThrow("invalid_client");
  });

  it("can be the caller's own figure, or switched off", async () => {
    const own = open([limit(1, 10)], { rateLimit: [{ requests: 3, perSeconds: 10 }] });
    await own.GET("/things");
    await Promise.all(many(20, () => open([limit(1, 10)], { rateLimit: false }).GET("/things")));
    expect(arrived()).toBe(21);
  });
});

describe("a request that waits for a slot", () => {
  it("leaves when its signal says so, and takes no place", async () => {
    const api = open([limit(1, 10)]);
    await api.GET("/things");
    const controller = new AbortController();
    const left = api.GET("/things", { signal: controller.signal });
    const next = api.GET("/things");
    controller.abort(new Error("enough"));
    await expect(left).rejects.toThrow("enough");
    clock.advance(10_100);
    expect((await next).status).toBe(200);
    expect(clock.timers).toBe(0);
  });

  it("is told when the call's deadline comes first; the wait is no part of an attempt's time", async () => {
    const api = open([limit(1, 100)]);
    await api.GET("/things");
    const late = api.GET("/things", { deadlineInMs: 5_000 });
    const patient = api.GET("/things", { timeoutInMs: 1_000 });
    await stays(1);
    clock.advance(5_000);
    const error = await caught(late);
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ reason: "timed_out" });
    expect(String(error)).toContain("it was not sent");
    clock.advance(95_300);
    expect((await patient).status).toBe(200);
  });

  it("gets a closed error when the client is closed", async () => {
    const api = open([limit(1, 10)]);
    await api.GET("/things");
    const waiting = api.GET("/things");
    await stays(1);
    await api.close();
    expect(await caught(waiting)).toMatchObject({ reason: "closed" });
  });
});

describe("what answers say", () => {
  const quota = (remaining: number, reset: number | string, prefix = "RateLimit") => ({
    [`${prefix}-Remaining`]: String(remaining),
    [`${prefix}-Reset`]: String(reset),
  });

  it.each([
    ["seconds from now", () => quota(0, 30)],
    ["an epoch in seconds", () => quota(0, Math.ceil(clock.now() / 1000) + 30)],
    ["an epoch in milliseconds", () => quota(0, clock.now() + 30_000, "X-RateLimit")],
    ["a structured field", () => ({ ratelimit: '"burst";r=9;t=1, "default";r=0;t=30' })],
  ])("of nothing left is believed until the reset, given as %s", async (_, headers) => {
    fake.onApi = () => ({ headers: headers(), body: { ok: true } });
    const api = open();
    await api.GET("/things");
    const second = api.GET("/things");
    await stays(1);
    clock.advance(28_000);
    await stays(1);
    clock.advance(4_000);
    expect((await second).status).toBe(200);
  });

  it("of little left lets so many more go", async () => {
    fake.onApi = (_, count) => ({ headers: quota(Math.max(0, 4 - count), 60), body: { ok: true } });
    const api = open();
    await api.GET("/things");
    const calls = Promise.allSettled(many(9, () => api.GET("/things")));
    await settled(4);
    await stays(4);
    await api.close();
    expect((await calls).filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  });

  it("that makes no sense is left alone", async () => {
    fake.onApi = () => ({ headers: quota(0, "soon"), body: { ok: true } });
    const api = open();
    await Promise.all(many(5, () => api.GET("/things")));
    await api.GET("/things");
    expect(arrived()).toBe(6);
  });
});

describe("a 429", () => {
  const waits: LatchkeyEvent[] = [];
  const onEvent = (event: LatchkeyEvent) => void (event.type === "throttle" && waits.push(event));
  /** Its wait has begun. */
  async function throttled(): Promise<void> {
    const before = waits.length;
    await expect.poll(() => waits.length).toBeGreaterThan(before);
    await new Promise((resolve) => setImmediate(resolve));
  }

  it("makes everybody wait who shares the limit, then lets them in little by little", async () => {
    fake.onApi = (_, count) =>
      count === 1 ? { status: 429, headers: { "retry-after": "20" } } : { body: { ok: true } };
    const [one, same] = [open(undefined, { onEvent }), open()];
    const first = one.GET("/things");
    await throttled();
    const others = many(30, () => same.GET("/things"));
    await stays(1);
    clock.advance(19_900);
    await stays(1);
    clock.advance(1_000);
    expect((await first).status).toBe(200);
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(Array(30).fill(200));
  });

  it("leaves no trace once it is over: the vendor costs nothing again", async () => {
    fake.onApi = (_, count) =>
      count === 1 ? { status: 429, headers: { "retry-after": "5" } } : { body: { ok: true } };
    const api = open(undefined, { onEvent });
    const first = api.GET("/things");
    await throttled();
    clock.advance(6_000);
    await first;
    await Promise.all(many(50, () => api.GET("/things")));
    expect(arrived()).toBe(52);
    expect(clock.timers).toBe(0);
  });
});
