/** What workers of one credential owe each other: one request for all, everybody's back-off, nobody's session ended by another. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { hasRedis, type RedisServer, startRedis } from "../../tools/chaos/redis-server.ts";
import { systemClock } from "../../src/util/clock.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { TokenStore } from "../../src/store/token-store.ts";
import { createRedisStore } from "../../src/store/redis.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createWorkerId } from "../../src/auth/token/worker-id.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { type Bench, connectTo } from "../support/test-vendor.ts";

const isRedisThere = hasRedis();
let fake: FakeVendor;
let folder: string;
let benches: Bench[] = [];
let ends: (() => unknown)[] = [];

beforeEach(async () => {
  fake = await startFakeVendor();
  folder = await mkdtemp(join(tmpdir(), "latchkey-workers-"));
});
afterEach(async () => {
  await Promise.all(benches.map(({ client }) => client.close()));
  for (const end of ends) await end();
  benches = [];
  ends = [];
  await fake.close();
  await rm(folder, { recursive: true });
});

type Options = NonNullable<Parameters<typeof connectTo>[1]>;
const worker = (store: TokenStore, options: Options = {}): Bench => {
  const bench = connectTo(fake, { clock: systemClock, store, ...options });
  benches.push(bench);
  return bench;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const outcome = (call: Promise<{ status: number }>): Promise<unknown> =>
  call.then(
    ({ status }) => status,
    (error: unknown) => Object(error).outcome ?? error,
  );
/** Of a wait for a state, which says what did not come. */
const within = { timeout: 40_000, interval: 20 };
/** Client credentials: nothing that is spent. */
const reusable = { rotates: false };

describe.each(isRedisThere ? (["sqlite", "redis"] as const) : (["sqlite"] as const))("workers over %s", (engine) => {
  let redis: RedisServer | undefined;
  beforeAll(async () => {
    redis = engine === "redis" ? await startRedis() : undefined;
  });
  afterAll(() => redis?.stop());
  let serial = 0;
  const openStore = (): TokenStore => {
    if (!redis) {
      const store = createSqliteStore({ path: join(folder, "own", "tokens.db") });
      ends.push(() => store.close());
      return store;
    }
    const client = new Redis(redis.url);
    ends.push(() => client.quit());
    return createRedisStore({ client, prefix: `test-${serial}:`, timeoutInMs: within.timeout });
  };
  beforeEach(() => {
    serial += 1;
  });

  it("B05 a thousand workers that start together, and whose token ends together, cost one request each time", {
    timeout: 240_000,
  }, async () => {
    // A thousand of them in one process, which a busy machine seldom lets run.
    const tokenTimeoutInMs = 60_000;
    const stores = Array.from({ length: 20 }, openStore);
    let aheadInMs = 0;
    const clock = {
      ...systemClock,
      now: () => Date.now() + aheadInMs,
      monotonic: () => performance.now() + aheadInMs,
    };
    const workers = Array.from({ length: 1_000 }, (_, index) =>
      worker(stores[index % stores.length] ?? openStore(), { clock, tokenTimeoutInMs, timeoutInMs: 120_000 }),
    );
    const callAll = async () => new Set(await Promise.all(workers.map(({ client }) => outcome(client.GET("/things")))));
    expect(await callAll()).toEqual(new Set([200]));
    expect(fake.tokenRequests).toHaveLength(1);
    // It is over for all of them at once.
    aheadInMs = 3_600_000;
    expect(await callAll()).toEqual(new Set([200]));
    expect(fake.tokenRequests).toHaveLength(2);
    // Five minutes before the end of the next, and up to half a minute earlier by a worker's own jitter: some begin, and one asks.
    aheadInMs += (3_600 - 315) * 1_000;
    expect(await callAll()).toEqual(new Set([200]));
    const hasNext = ({ client }: Bench) =>
      client.auth.status().every(({ expiresAt = 0 }) => expiresAt > clock.now() + 1_000_000);
    await vi.waitUntil(() => workers.some(hasNext), within);
    expect(await callAll()).toEqual(new Set([200]));
    expect(fake.tokenRequests).toHaveLength(3);
  });

  it("B08 a Retry-After that one worker was told holds for all", async () => {
    fake.onToken = (_, count) => (count === 1 ? { status: 429, headers: { "retry-after": "5" } } : undefined);
    const [first, ...others] = Array.from({ length: 5 }, () => worker(openStore()));
    const began = Date.now();
    const hasty = { retries: false } as const;
    expect(await outcome(first?.client.GET("/things", hasty) ?? Promise.reject())).toBe("throttled");
    const told = await Promise.all(
      others.map(({ client }) => client.GET("/things", hasty).catch((error: unknown) => error)),
    );
    const heldUntil = told.map((error) => Number(Object(error).retryAt));
    for (const error of told) expect(error).toMatchObject({ outcome: "throttled" });
    // Not sooner than the vendor said, by clocks that count whole milliseconds, and no longer.
    expect(Math.min(...heldUntil)).toBeGreaterThanOrEqual(began + 5_000 - 2);
    expect(Math.max(...heldUntil)).toBeLessThanOrEqual(Date.now() + 5_000);
    expect(fake.tokenRequests).toHaveLength(1);
    await vi.waitUntil(() => Date.now() > Math.max(...heldUntil), within);
    expect(await Promise.all(others.map(({ client }) => outcome(client.GET("/things"))))).toEqual([200, 200, 200, 200]);
    expect(fake.tokenRequests).toHaveLength(2);
  });

  it("refused credentials that one worker tried are tried by no other", async () => {
    const wrong = { credentials: { clientId: "client", clientSecret: "wrong-CANARY" } };
    const workers = Array.from({ length: 5 }, () => worker(openStore(), wrong));
    for (const { client } of workers) expect(await outcome(client.GET("/things"))).toBe("configuration");
    expect(fake.tokenRequests).toHaveLength(1);
    // The right ones have a record of their own.
    const right = worker(openStore());
    expect(await outcome(right.client.GET("/things"))).toBe(200);
    expect(await outcome(workers[0]?.client.GET("/things") ?? Promise.reject())).toBe("configuration");
    expect(fake.tokenRequests).toHaveLength(2);
  });

  it("B14 an outage costs the fleet one attempt per back-off slot, and one attempt recovers the token for all", {
    timeout: 60_000,
  }, async () => {
    let isDown = true;
    fake.onToken = () => (isDown ? { status: 503 } : undefined);
    const workers = Array.from({ length: 30 }, () => worker(openStore()));
    const callAll = () => Promise.all(workers.map(({ client }) => outcome(client.GET("/things"))));
    const until = Date.now() + 6_000;
    while (Date.now() < until) {
      expect(new Set(await callAll())).toEqual(new Set(["transient"]));
      await pause(50);
    }
    // Slots of one, two and four seconds, longer by jitter.
    expect(fake.tokenRequests.length).toBeGreaterThanOrEqual(1);
    expect(fake.tokenRequests.length).toBeLessThanOrEqual(4);
    isDown = false;
    const before = fake.tokenRequests.length;
    await vi.waitUntil(async () => (await callAll()).every((end) => end === 200), within);
    expect(fake.tokenRequests.length).toBe(before + 1);
  });

  it("D10 consent withdrawn gives one transition to re-authentication, which the others read", async () => {
    fake.rotating = true;
    fake.expiresIn = 4;
    // By a code of the vendor's own: the session is over, and a person must sign in.
    const withdrawn = { code: "consent_withdrawn", on: ["obtain" as const], kind: "invalid_grant" as const };
    const consent: Options = { errors: { envelopes: [], table: [withdrawn] } };
    const workers = Array.from({ length: 6 }, () => worker(openStore(), consent));
    for (const { client } of workers) expect(await outcome(client.GET("/things"))).toBe(200);
    fake.onToken = ({ body }) =>
      body.includes("refresh_token=")
        ? { status: 400, body: { error: "invalid_grant" } }
        : { status: 403, body: { error: "consent_withdrawn" } };
    const isOver = ({ client }: Bench) => client.auth.status().every(({ state }) => state === "signed_out");
    await vi.waitUntil(() => workers.every(isOver), within);
    const before = fake.tokenRequests.length;
    const told = await Promise.all(workers.map(({ client }) => outcome(client.GET("/things"))));
    expect(told).toEqual(workers.map(() => "reauthentication_required"));
    // The refresh and the sign-in that follows, once for all.
    expect(fake.tokenRequests.length).toBe(before + 2);
    expect(await outcome(worker(openStore(), consent).client.GET("/things"))).toBe("reauthentication_required");
    expect(fake.tokenRequests.length).toBe(before + 2);
  });

  it("C17 a worker whose clock is ten minutes ahead decides by the store's time, and does not refresh in turns with others", async () => {
    fake.expiresIn = 4;
    const ahead = { ...systemClock, now: () => Date.now() + 600_000 };
    const [right, wrong] = [worker(openStore()), worker(openStore(), { clock: ahead })];
    const until = Date.now() + 7_000;
    while (Date.now() < until) {
      expect(await outcome(right.client.GET("/things"))).toBe(200);
      expect(await outcome(wrong.client.GET("/things"))).toBe(200);
      await pause(50);
    }
    expect(fake.tokenRequests.length).toBeLessThanOrEqual(4);
    expect(fake.tokenRequests.length).toBeGreaterThanOrEqual(2);
  });

  it("a worker that revokes leaves the others their session, unless it is asked to end it everywhere", async () => {
    const ending: Options = {
      lifecycle: {
        revoke: {
          method: "POST",
          path: "/revoke",
          grant: "revoke",
          contentType: "application/json",
          clientAuthentication: "none",
          request: {},
          revokes: "token",
        },
      },
    };
    fake.onApi = ({ path }) => (path === "/revoke" ? { status: 204 } : undefined);
    const [first, second] = [worker(openStore(), ending), worker(openStore(), ending)];
    await first.client.GET("/things");
    await second.client.GET("/things");
    const sent = () => fake.apiRequests.filter(({ path }) => path === "/revoke").length;
    expect(await first.client.auth.revoke()).toEqual([{ scheme: "bearer", revoked: false, reason: "shared" }]);
    await first.client.close({ revoke: true });
    expect(sent()).toBe(0);
    expect(await outcome(second.client.GET("/things"))).toBe(200);
    expect(await outcome(worker(openStore(), ending).client.GET("/things"))).toBe(200);
    expect(fake.tokenRequests).toHaveLength(1);
    expect(await second.client.auth.revoke({ everywhere: true })).toEqual([{ scheme: "bearer", revoked: true }]);
    expect(sent()).toBe(1);
    expect(await outcome(worker(openStore(), ending).client.GET("/things"))).toBe(200);
    expect(fake.tokenRequests).toHaveLength(2);
  });

  it("a worker that closes leaves the others their session", async () => {
    const [first, second] = [worker(openStore()), worker(openStore())];
    await first.client.GET("/things");
    await second.client.GET("/things");
    await first.client.close();
    expect(await outcome(second.client.GET("/things"))).toBe(200);
    expect(await outcome(worker(openStore()).client.GET("/things"))).toBe(200);
    expect(fake.tokenRequests).toHaveLength(1);
  });
});

it("A14 four worker threads share a SQLite file, and make one sign-in", { timeout: 60_000 }, async () => {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const file = join(folder, "thread.mjs");
  await writeFile(
    file,
    `import { parentPort } from "node:worker_threads";
     const { connect } = await import(${url("../../src/index.ts")});
     const { createSqliteStore } = await import(${url("../../src/store/sqlite.ts")});
     const { createTestVendor } = await import(${url("../support/test-vendor.ts")});
     const store = createSqliteStore({ path: ${JSON.stringify(join(folder, "own", "tokens.db"))} });
     const api = connect(createTestVendor(), { store, server: { url: ${JSON.stringify(fake.url)} }, credentials: { clientId: "client", clientSecret: "secret-CANARY" } });
     const calls = await Promise.all(Array.from({ length: 25 }, () => api.GET("/things")));
     await store.close();
     parentPort.postMessage(calls.map(({ status }) => status));`,
  );
  const threads = Array.from(
    { length: 4 },
    () => new Worker(file, { execArgv: ["--conditions=latchkey-source", "--no-warnings"] }),
  );
  const answers = await Promise.all(threads.map((thread) => once(thread, "message")));
  expect(answers.flat(2)).toEqual(Array.from({ length: 100 }, () => 200));
  expect(fake.tokenRequests).toHaveLength(1);
  await Promise.all(threads.map((thread) => thread.terminate()));
});

describe("without its store", () => {
  /** A port where nobody listens. */
  const deadStore = async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = Object(server.address()).port;
    server.close();
    const client = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    client.on("error", () => {});
    ends.push(() => client.disconnect());
    return { store: createRedisStore({ client, timeoutInMs: 200 }), port };
  };

  it.runIf(isRedisThere)(
    "C14 client credentials sign in for the process alone, once for a token's life, and tell so",
    async () => {
      const { store } = await deadStore();
      const workers = [worker(store, { lifecycle: reusable }), worker(store, { lifecycle: reusable })];
      for (let round = 0; round < 3; round += 1) {
        for (const { client } of workers)
          expect(await Promise.all([1, 2, 3].map(() => outcome(client.GET("/things"))))).toEqual([200, 200, 200]);
      }
      expect(fake.tokenRequests).toHaveLength(2);
      for (const { events } of workers)
        expect(events).toContainEqual(
          expect.objectContaining({ type: "store", action: "read", reason: "unreachable", isUndurable: false }),
        );
    },
  );

  it.runIf(isRedisThere)("C14 and where they fail too, that is held back like any failure", async () => {
    fake.onToken = () => ({ status: 503 });
    const { store } = await deadStore();
    const { client } = worker(store, { lifecycle: reusable });
    expect(
      await Promise.all(Array.from({ length: 20 }, () => outcome(client.GET("/things", { retries: false })))),
    ).toEqual(Array.from({ length: 20 }, () => "transient"));
    expect(fake.tokenRequests).toHaveLength(1);
  });

  it.runIf(isRedisThere)(
    "C14 a one-time refresh token is not spent, and calls fail with a word on the store",
    async () => {
      fake.rotating = true;
      const { store } = await deadStore();
      const { client } = worker(store);
      const error: unknown = await client.GET("/things").catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "AuthError", outcome: "transient" });
      expect(String(error)).toContain("the token store failed (read: unreachable)");
      expect(fake.tokenRequests).toHaveLength(0);
    },
  );
});

describe("a process that was not there for a while", () => {
  it("C21 a host that slept with the lease counts it as lost, and sends nothing under it", async () => {
    fake.rotating = true;
    const clock = createManualClock();
    const storeClock = createManualClock();
    const engine = createMemoryStore({ clock: storeClock });
    const first = worker(engine, { clock });
    await first.client.GET("/things");
    clock.advance(3_600_000);
    storeClock.advance(3_600_000);
    const other = worker(engine, { clock: storeClock });
    let naps = 0;
    const sleepy = worker(
      {
        ...engine,
        async commit(key, fence, record, options) {
          const isKept = await engine.commit(key, fence, record, options);
          naps += 1;
          if (naps > 1) return isKept;
          // The intent is written; the lid is closed; the machine's monotonic clock stands still, and others go on.
          clock.sleepMachine(600_000);
          storeClock.advance(600_000);
          expect(await outcome(other.client.GET("/things"))).toBe(200);
          return isKept;
        },
      },
      { clock },
    );
    expect(await outcome(sleepy.client.GET("/things"))).toBe(200);
    expect(fake.reuses).toBe(0);
    expect(fake.tokenRequests).toHaveLength(2);
    expect(sleepy.events.map(({ type }) => type)).toContain("adoption");
  });

  it("K14 a process restored from a snapshot takes a new name and jitter, and finds its token over", async () => {
    const clock = createManualClock();
    const storeClock = createManualClock();
    const owners: string[] = [];
    const engine = createMemoryStore({ clock: storeClock });
    const store: TokenStore = {
      ...engine,
      acquire(key, options) {
        owners.push(options.owner);
        return engine.acquire(key, options);
      },
    };
    const { client } = worker(store, { clock });
    await client.GET("/things");
    clock.advance(60_000);
    await client.auth.refresh();
    expect(owners[1]).toBe(owners[0]);
    // Restored two hours later: the wall clock knows, the monotonic one does not.
    clock.sleepMachine(7_200_000);
    storeClock.advance(7_260_000);
    fake.revoke();
    expect((await client.GET("/things")).status).toBe(200);
    expect(fake.apiRequests).toHaveLength(2);
    expect(owners[2]).not.toBe(owners[0]);
  });

  it("K14 a worker's name and jitter hold as long as its clocks agree", () => {
    const clock = createManualClock();
    const one = createWorkerId(clock);
    const before = { owner: one.owner, jitter: one.jitter };
    clock.advance(86_400_000);
    expect({ owner: one.owner, jitter: one.jitter }).toEqual(before);
    clock.sleepMachine(60_000);
    expect(one.owner).not.toBe(before.owner);
    expect(one.jitter).not.toBe(before.jitter);
    expect(one.owner).toBe(one.owner);
  });
});
