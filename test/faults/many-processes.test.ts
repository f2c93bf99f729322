/**
 * Many processes, as they are: forked, killed, stopped and woken, over a real SQLite file and a real Redis, against a vendor whose
 * refresh tokens are spent once and whose reuse detection ends the session.
 */
import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { createClient } from "redis";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Fleet, type FleetOptions, type FleetWorker, startFleet } from "../../tools/chaos/worker-fleet.ts";
import type { TokenProxy } from "../../tools/chaos/token-proxy.ts";
import { hasRedis } from "../../tools/chaos/redis-server.ts";

const isRedisThere = hasRedis();
/** The product's own: a busy machine keeps it. */
const deadlineInMs = 10_000;
/** Of a holder whose lease a test waits out: it is three times as long. */
const holderDeadlineInMs = 3_000;
const patient = { timeout: 240_000 };
/** Of a wait for a state, which says what did not come. */
const within = { timeout: 60_000, interval: 50 };

let fleet: Fleet;
afterEach(() => fleet.stop());

describe.each([
  { engine: "sqlite" as const, isThere: true },
  { engine: "redis" as const, isThere: isRedisThere },
])("many processes over $engine", patient, ({ engine, isThere }) => {
  const test = it.runIf(isThere);
  const start = async (options: Partial<FleetOptions> = {}) => {
    fleet = await startFleet({ engine, tokenTimeoutInMs: deadlineInMs, ...options });
    return fleet;
  };

  // A process of its own costs a third of a second of CPU: the greater fleet on one engine.
  const size = engine === "sqlite" ? 64 : 16;
  test(`C01 ${size} cold processes with two hundred callers each make one sign-in`, async () => {
    await start({ answersItself: true });
    const workers = await startMany(size);
    const calls = await Promise.all(workers.map((worker) => worker.call(200)));
    expect(calls.map(({ ends }) => ends)).toEqual(workers.map(() => ({ 200: 200 })));
    expect(fleet.front.requests.map(({ path }) => path)).toEqual(["/auth/login"]);
  });

  test("C02 C24 processes that rotate one-time refresh tokens never use one twice, nor one that was not committed, nor two at once", async () => {
    await start({ switches: { accessLifetimeInSeconds: 3 } });
    const workers = await startMany(6);
    for (const worker of workers) worker.send({ type: "run", callers: 4, everyInMs: 200 });
    await vi.waitUntil(() => refreshesOf(fleet.front).length >= 6, within);
    const ends = await Promise.all(workers.map((worker) => worker.tell({ type: "rest" })));
    for (const end of ends) expect(Object(end).settled).toBe(Object(end).started);
    expect(fleet.sandbox.reuses).toBe(0);
    expect(fleet.front.mostAtOnce).toBe(1);
    const kept = new Set(fleet.deeds().map((deed) => (deed.type === "kept" ? deed.hash : "")));
    for (const { spent, attempt } of refreshesOf(fleet.front)) {
      expect(kept).toContain(spent);
      expect(attempt).toBe(1);
    }
  });

  test("C03 a token request ends before the lease it was made under, and the next attempt is marked", async () => {
    const { front } = await start();
    const [first, second] = [await startHolder(), await fleet.start()];
    await first.call();
    let letGo = () => {};
    const isOver = new Promise<"reset">((resolve) => {
      letGo = () => resolve("reset");
    });
    front.before = ({ pid, spent }) => (pid === first.pid && spent !== undefined ? isOver : undefined);
    const slow = first.refresh();
    await vi.waitUntil(() => refreshesOf(front).length === 1, within);
    // The other waits for the lease: it asks when the first has given up, and not before.
    const next = second.refresh();
    expect(await slow).toBe("in_doubt");
    await next;
    letGo();
    await vi.waitUntil(async () => (await second.refresh()) === "refreshed", within);
    expect(front.mostAtOnce).toBe(1);
    expect(unmarked(front)).toEqual([]);
    expect(refreshesOf(front)[1]).toMatchObject({ pid: second.pid, attempt: 2 });
    expect((await first.call(5)).ends).toEqual({ 200: 5 });
  });

  test("C04 a holder that was stopped before it sent anything sends nothing when it wakes, and takes the newer token", async () => {
    const { front } = await start();
    const [zombie, other] = [await startHolder(), await fleet.start()];
    await zombie.call();
    const { stopped } = await zombie.stopAt("intended");
    const woken = zombie.refresh();
    await reached(stopped, woken);
    // With strict reuse detection the marked attempt may be refused: the sign-in follows in the same refresh.
    expect(await other.refresh()).toBe("refreshed");
    zombie.signal("SIGCONT");
    expect(await woken).toBe("refreshed");
    expect(refreshesOf(front).map(({ pid, attempt }) => [pid, attempt])).toEqual([[other.pid, 2]]);
    expect(fleet.sandbox.reuses).toBe(0);
    expect((await zombie.call(5)).ends).toEqual({ 200: 5 });
    expect(zombie.events.some(({ type }) => type === "adoption")).toBe(true);
  });

  test("C04 a holder that was stopped with the answer in hand has its commit refused", async () => {
    const { front } = await start();
    const [zombie, other] = [await startHolder(), await fleet.start()];
    await zombie.call();
    const { stopped } = await zombie.stopAt("answered");
    const woken = zombie.refresh();
    await reached(stopped, woken);
    expect(await other.refresh()).toBe("refreshed");
    const before = front.requests.length;
    zombie.signal("SIGCONT");
    await woken;
    expect((await zombie.call(5)).ends).toEqual({ 200: 5 });
    expect((await other.call(5)).ends).toEqual({ 200: 5 });
    expect(front.requests.length).toBe(before);
    expect(unmarked(front)).toEqual([]);
  });

  test("C06 the lease of a holder killed before it sent anything ends by itself, and the next one refreshes", async () => {
    const { front } = await start();
    const [victim, other] = [await startHolder(), await fleet.start()];
    await victim.call();
    const { stopped } = await victim.stopAt("acquired");
    await reached(stopped, victim.refresh());
    await victim.kill();
    // Whoever waits longer than a lease and a deadline gives up.
    expect(await other.refresh()).toBe("refreshed");
    expect(refreshesOf(front).map(({ pid, attempt }) => [pid, attempt])).toEqual([[other.pid, 1]]);
    expect(fleet.sandbox.reuses).toBe(0);
  });

  test("C07 after a holder was killed between rotation and commit its token serves, then one attempt is made, marked, then a sign-in", async () => {
    const { front } = await start({ switches: { accessLifetimeInSeconds: 9 } });
    const [victim, other] = [await startHolder(), await fleet.start()];
    await victim.call();
    await other.call();
    const { stopped } = await victim.stopAt("answered");
    await reached(stopped, victim.refresh());
    await victim.kill();
    other.send({ type: "run", callers: 4, everyInMs: 100 });
    const asked = () => front.requests.map(({ path, pid, attempt }) => [path, pid, attempt]);
    const crashed = [
      ["/auth/login", victim.pid, 0],
      ["/auth/refresh", victim.pid, 1],
    ];
    await vi.waitUntil(
      () => other.events.some(({ type, inDoubtAttempt }) => type === "refresh" && inDoubtAttempt),
      within,
    );
    const { at = 0 } = front.requests[2] ?? {};
    // In the background window, the last quarter, nothing was tried: strict reuse detection would have ended the session.
    expect(at - (front.requests[0]?.at ?? 0)).toBeGreaterThan(7_000);
    await vi.waitUntil(() => front.requests.length >= 4, within);
    expect(await other.tell({ type: "rest" })).toMatchObject({ failed: 0 });
    expect(asked()).toEqual([...crashed, ["/auth/refresh", other.pid, 2], ["/auth/login", other.pid, 2]]);
    expect(unmarked(front)).toEqual([]);
  });

  test("C08 a refresh whose answer was lost is in doubt: tried once more, marked, then a sign-in", async () => {
    const { front } = await start({ switches: { accessLifetimeInSeconds: 3 } });
    const worker = await fleet.start({ retries: false });
    await worker.call();
    let isLost = false;
    front.after = ({ spent }) => {
      if (spent === undefined || isLost) return undefined;
      isLost = true;
      return "reset";
    };
    await untilOver(worker);
    expect((await worker.call(3)).ends).toEqual({ in_doubt: 3 });
    await vi.waitUntil(async () => (await worker.call()).ends["200"] === 1, within);
    expect(front.requests.slice(0, 4).map(({ path, attempt }) => [path, attempt])).toEqual([
      ["/auth/login", 0],
      ["/auth/refresh", 1],
      ["/auth/refresh", 2],
      ["/auth/login", 2],
    ]);
    expect(unmarked(front)).toEqual([]);
  });

  test("C09 a commit that fails keeps the token in memory, tells of it, tries again and rotates no further", async () => {
    const { front } = await start();
    const worker = await startHolder();
    await worker.call();
    const { stopped } = await worker.stopAt("intended");
    const refreshed = worker.refresh();
    await reached(stopped, refreshed);
    const fix = await fill(worker);
    worker.signal("SIGCONT");
    expect(await refreshed).toBe("refreshed");
    expect(storeEvents(worker).at(-1)).toMatchObject({ action: "commit", isUndurable: true });
    expect(await worker.tell({ type: "status" })).toMatchObject([{ state: "signed_in", unsaved: true }]);
    expect((await worker.call(3)).ends).toEqual({ 200: 3 });
    const before = front.requests.length;
    expect(await worker.refresh()).toBe("transient");
    expect(front.requests.length).toBe(before);
    await fix();
    await vi.waitUntil(() => storeEvents(worker).at(-1)?.isUndurable === false, within);
    const [next] = await startMany(1);
    expect((await next.call()).ends).toEqual({ 200: 1 });
    expect(front.requests.length).toBe(before);
    expect(await next.refresh()).toBe("refreshed");
    expect(fleet.sandbox.reuses).toBe(0);
  });

  test("C10 C11 C12 a loser whose refresh token was refused, since another rotated it, takes the other's token and leaves its record", async () => {
    const { front } = await start({ switches: { revokeFamilyOnReuse: false } });
    const [loser, winner] = await startMany(2);
    await loser.call();
    let letGo = () => {};
    front.before = ({ pid, spent }) =>
      pid === loser.pid && spent !== undefined
        ? new Promise((resolve) => {
            letGo = () => resolve(undefined);
          })
        : undefined;
    const lost = loser.refresh();
    await vi.waitUntil(() => refreshesOf(front).length === 1, within);
    await dropLease();
    expect(await winner.refresh()).toBe("refreshed");
    letGo();
    expect(await lost).toBe("refreshed");
    expect(front.requests.map(({ path, pid, status }) => [path, pid, status])).toEqual([
      ["/auth/login", loser.pid, 200],
      ["/auth/refresh", loser.pid, 401],
      ["/auth/refresh", winner.pid, 200],
    ]);
    expect((await loser.call(3)).ends).toEqual({ 200: 3 });
    expect(await winner.refresh()).toBe("refreshed");
    expect(refreshesOf(front).at(-1)?.status).toBe(200);
  });

  test("C13 a rotated refresh token is not dropped over an unrelated write to its record's place", async () => {
    const { front } = await start();
    const [worker] = await startMany(1);
    await worker.call();
    const { stopped } = await worker.stopAt("answered");
    const refreshed = worker.refresh();
    await reached(stopped, refreshed);
    await writeBeside();
    worker.signal("SIGCONT");
    expect(await refreshed).toBe("refreshed");
    const [next] = await startMany(1);
    expect(await next.refresh()).toBe("refreshed");
    expect(refreshesOf(front).map(({ status }) => status)).toEqual([200, 200]);
  });

  test("C14 without its store a one-time refresh token is not spent: the token serves, then calls fail, and it goes on as before when the store is back", async () => {
    const { front } = await start({
      switches: { accessLifetimeInSeconds: 6 },
      redis: { appendonly: "yes", appendfsync: "always" },
    });
    const [worker] = await startMany(1);
    await worker.call();
    const fix = await breakStore(worker);
    expect((await worker.call(3)).ends).toEqual({ 200: 3 });
    await untilOver(worker);
    expect((await worker.call(3)).ends).toEqual({ transient: 3 });
    expect(front.requests.length).toBe(1);
    expect(storeEvents(worker).at(-1)).toMatchObject({ isUndurable: false });
    await fix();
    await vi.waitUntil(async () => (await worker.call()).ends["200"] === 1, within);
    expect(refreshesOf(front).map(({ status }) => status)).toEqual([200]);
    expect(fleet.sandbox.reuses).toBe(0);
  });

  test("C16 a store that was emptied brings no older refresh token back, and a late holder's commit into it is refused", async () => {
    const { front } = await start();
    const [first, late] = await startMany(2);
    await first.call();
    expect(await first.refresh()).toBe("refreshed");
    const { stopped } = await late.stopAt("answered");
    const woken = late.refresh();
    await reached(stopped, woken);
    await emptyStore();
    const [cold] = await startMany(1);
    expect((await cold.call()).ends).toEqual({ 200: 1 });
    late.signal("SIGCONT");
    await woken;
    for (const worker of [first, late, cold]) expect((await worker.call()).ends).toEqual({ 200: 1 });
    // The first takes over what is there, the second is a refresh.
    for (let round = 0; round < 2; round += 1) expect(await first.refresh()).toBe("refreshed");
    // What the vendor gave to the late one is nobody's: the chain goes on from the sign-in.
    expect(front.requests.at(-1)?.spent).toBe(front.requests.at(-2)?.issued);
    expect(front.requests.at(-2)?.path).toBe("/auth/login");
    expect(fleet.sandbox.reuses).toBe(0);
  });

  test("C16 a grant that came while the store was emptied is kept where nobody else has signed in", async () => {
    const { front } = await start();
    const [worker] = await startMany(1);
    await worker.call();
    const { stopped } = await worker.stopAt("answered");
    const refreshed = worker.refresh();
    await reached(stopped, refreshed);
    await emptyStore();
    worker.signal("SIGCONT");
    expect(await refreshed).toBe("refreshed");
    const [next] = await startMany(1);
    expect(await next.refresh()).toBe("refreshed");
    expect(front.requests.map(({ path }) => path)).toEqual(["/auth/login", "/auth/refresh", "/auth/refresh"]);
    expect(fleet.sandbox.reuses).toBe(0);
  });

  test("K13 a forked child has no token of its own: it reads the store, and the fence goes on from there", async () => {
    const { front } = await start();
    const [parent] = await startMany(1);
    await parent.call();
    const children = await startMany(3);
    expect((await Promise.all(children.map((child) => child.call(10)))).map(({ ends }) => ends)).toEqual(
      children.map(() => ({ 200: 10 })),
    );
    expect(front.requests.length).toBe(1);
    expect(await children[0]?.refresh()).toBe("refreshed");
    expect(await parent.refresh()).toBe("refreshed");
    expect(front.requests.at(-1)?.spent).toBe(front.requests.at(-2)?.issued);
  });
});

describe("a Redis that fails over", patient, () => {
  it.runIf(isRedisThere)(
    "C15 a failover that loses the lease gives two holders, one commit, and a loser that takes the other's token",
    async () => {
      fleet = await startFleet({
        engine: "redis",
        tokenTimeoutInMs: deadlineInMs,
        switches: { revokeFamilyOnReuse: false },
      });
      const { front, redis } = fleet;
      const [old, next] = await startMany(2);
      await old.call();
      await ask("SAVE");
      const { stopped } = await old.stopAt("intended");
      const lost = old.refresh();
      await reached(stopped, lost);
      // The new primary has the record as it was before the lease, and another run.
      await redis?.kill();
      await redis?.start();
      const won = next.refresh();
      await vi.waitUntil(() => refreshesOf(front).length === 1, within);
      old.signal("SIGCONT");
      expect([await won, await lost]).toEqual(["refreshed", "refreshed"]);
      const spent = refreshesOf(front);
      // The next one knew that the record may be old: its attempt was marked.
      expect(spent.find(({ pid }) => pid === next.pid)?.attempt).toBe(2);
      expect(spent.filter(({ status }) => status === 200).length).toBe(1);
      expect((await old.call()).ends).toEqual({ 200: 1 });
      expect(await old.refresh()).toBe("refreshed");
      expect(front.requests.filter(({ path }) => path === "/auth/login").length).toBe(1);
    },
  );

  it.runIf(isRedisThere)(
    "C16 a Redis that comes back with an older snapshot makes its refresh token doubtful, not trusted",
    async () => {
      fleet = await startFleet({ engine: "redis", tokenTimeoutInMs: deadlineInMs });
      const { front, redis } = fleet;
      const [worker, other] = await startMany(2);
      await worker.call();
      await ask("SAVE");
      expect(await worker.refresh()).toBe("refreshed");
      expect((await worker.call()).ends).toEqual({ 200: 1 });
      await redis?.kill();
      await redis?.start();
      const [cold] = await startMany(1);
      await vi.waitUntil(async () => (await cold.refresh()) === "refreshed", within);
      expect(unmarked(front)).toEqual([]);
      expect((await other.call()).ends).toEqual({ 200: 1 });
      expect((await worker.call()).ends).toEqual({ 200: 1 });
    },
  );
});

const startHolder = () => fleet.start({ tokenTimeoutInMs: holderDeadlineInMs, retries: false });

const startMany = async (count: number): Promise<[FleetWorker, FleetWorker, ...FleetWorker[]]> => {
  const workers = await Promise.all(Array.from({ length: Math.max(count, 1) }, () => fleet.start()));
  const [first, second = first, ...rest] = workers;
  if (!first || !second) throw new Error("no worker");
  return count === 1 ? [first, first] : [first, second, ...rest];
};

/** What was to be stopped half-way may have ended before. */
async function reached(stopped: Promise<void>, doing: Promise<unknown>): Promise<void> {
  const early = doing.then((end) => {
    throw new Error(`it ended before it could be stopped: ${String(end)}`);
  });
  early.catch(() => {});
  await Promise.race([stopped, early]);
}

/** Its token has ended, by its own clock. */
const untilOver = (worker: FleetWorker): Promise<unknown> =>
  vi.waitUntil(async () => {
    const [status] = [await worker.tell({ type: "status" })].flat();
    return Object(status).state !== "signed_in";
  }, within);

const refreshesOf = ({ requests }: TokenProxy) => requests.filter(({ spent }) => spent !== undefined);

/** Uses of a refresh token that was used before, where neither this use nor an earlier one was marked as in doubt. */
const unmarked = ({ requests }: TokenProxy) =>
  requests.filter(
    ({ spent, isReuse, at }) =>
      isReuse && !requests.some((one) => one.spent === spent && one.at <= at && one.attempt >= 2),
  );

const storeEvents = (worker: FleetWorker) => worker.events.filter(({ type }) => type === "store");

async function ask(...words: string[]): Promise<unknown> {
  const client = createClient({ url: fleet.redis?.url ?? "" });
  await client.connect();
  try {
    return await client.sendCommand(words);
  } finally {
    await client.close();
  }
}

async function keys(): Promise<string[]> {
  const found = await ask("KEYS", "latchkey:*");
  return Array.isArray(found) ? found.map(String) : [];
}

async function onFile(sql: string): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(fleet.engine.kind === "sqlite" ? fleet.engine.path : "", { timeout: 2_000 });
  database.exec(sql);
  database.close();
}

/** No room: for a process's files, or in Redis. */
async function fill(worker: FleetWorker): Promise<() => Promise<void>> {
  if (fleet.redis) {
    await ask("CONFIG", "SET", "maxmemory", "1");
    return async () => void (await ask("CONFIG", "SET", "maxmemory", "0"));
  }
  execFileSync("prlimit", ["--pid", String(worker.pid), "--fsize=1:"]);
  return async () => void execFileSync("prlimit", ["--pid", String(worker.pid), "--fsize=unlimited:"]);
}

/** As a failover that lost it would. */
async function dropLease(): Promise<void> {
  if (fleet.redis) for (const key of await keys()) await ask("HSET", key, "fence", "0");
  else await onFile("UPDATE record SET fence = 0");
}

async function writeBeside(): Promise<void> {
  if (fleet.redis) for (const key of await keys()) await ask("HSET", key, "note", "quota 7", "owner", "somebody");
  else
    await onFile(
      "UPDATE record SET owner = 'somebody'; CREATE TABLE quota (left INTEGER); INSERT INTO quota VALUES (7)",
    );
}

async function breakStore(worker: FleetWorker): Promise<() => Promise<void>> {
  if (!fleet.redis) return fill(worker);
  await fleet.redis.kill();
  return async () => fleet.redis?.start();
}

async function emptyStore(): Promise<void> {
  if (fleet.engine.kind === "redis") await ask("FLUSHALL");
  else for (const suffix of ["", "-wal", "-shm"]) await rm(`${fleet.engine.path}${suffix}`);
}
