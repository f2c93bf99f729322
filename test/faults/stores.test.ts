/** What stores must bear: late and lost holders, busy and damaged files, others' records, keys of encryption. No vendor is asked. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, link, mkdir, mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { hasRedis, type RedisServer, startRedis } from "../../tools/chaos/redis-server.ts";
import { encryptStore } from "../../src/store/encrypted.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { TokenStore } from "../../src/store/token-store.ts";
import { formatRecord, parseRecord, type TokenRecord } from "../../src/store/token-record.ts";
import { createRecordStore } from "../../src/store/record-store.ts";
import { createRedisStore } from "../../src/store/redis.ts";
import { systemClock } from "../../src/util/clock.ts";
import { createSqliteStore, type SqliteStore } from "../../src/store/sqlite.ts";

const isRedisThere = hasRedis();
const keep = { keepForInMs: 600_000 };
const last = { ...keep, release: true };
const held = { owner: "test", ttlInMs: 60_000 };
/** Of a wait for a state, which says what did not come. */
const within = { timeout: 40_000, interval: 50 };

let folder: string;
let path: string;
let stores: SqliteStore[] = [];
const open = (): SqliteStore => {
  const store = createSqliteStore({ path });
  stores.push(store);
  return store;
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-stores-"));
  path = join(folder, "own", "tokens.db");
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  stores = [];
  await rm(folder, { recursive: true });
});

async function write(store: TokenStore, key: string, record: string): Promise<void> {
  const lease = await store.acquire(key, held);
  if (!lease) throw new Error("no lease");
  await store.commit(key, lease.fence, record, last);
}

/** The error's code. */
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "it was done",
    (error: unknown) => Object(error).code ?? error,
  );

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the SQLite file", () => {
  const onFile = <T>(run: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path);
    try {
      return run(database);
    } finally {
      database.close();
    }
  };

  it("S12 file and folder are for this user alone, whatever the umask", async () => {
    const script = `
      process.umask(0);
      const { createSqliteStore } = await import(${JSON.stringify(new URL("../../src/store/sqlite.ts", import.meta.url).href)});
      const store = createSqliteStore({ path: ${JSON.stringify(path)} });
      const lease = await store.acquire("key", { owner: "a", ttlInMs: 1000 });
      await store.commit("key", lease.fence, "record", { keepForInMs: 1000 });
      const { statSync } = await import("node:fs");
      const mode = (file) => (statSync(file).mode & 0o777).toString(8);
      process.send([mode(${JSON.stringify(join(folder, "own"))}), ...["", "-wal", "-shm"].map((end) => mode(${JSON.stringify(path)} + end))]);`;
    const file = join(folder, "umask.mjs");
    await writeFile(file, script);
    const child = fork(file, { execArgv: ["--conditions=latchkey-source", "--no-warnings"] });
    const [modes] = await once(child, "message");
    child.disconnect();
    expect(modes).toEqual(["700", "600", "600", "600"]);
  });

  it("S12 a file of ours that others could read is closed to them", async () => {
    await open().open();
    await Promise.all(stores.map((store) => store.close()));
    await chmod(path, 0o644);
    await open().open();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("S12 a folder that others may write to is refused", async () => {
    await mkdir(join(folder, "own"), { mode: 0o700 });
    await chmod(join(folder, "own"), 0o777);
    expect(await codeOf(open().open())).toBe("insecure");
    await chmod(join(folder, "own"), 0o1777);
    expect(await codeOf(open().open())).toBe("insecure");
  });

  it("S12 a symbolic link, a second name and a folder in its place are refused, and what they lead to is not touched", async () => {
    await mkdir(join(folder, "own"), { mode: 0o700 });
    const target = join(folder, "target");
    await writeFile(target, "precious", { mode: 0o644 });
    await symlink(target, path);
    expect(await codeOf(open().open())).toBe("insecure");
    await rm(path);
    await link(target, path);
    expect(await codeOf(open().open())).toBe("insecure");
    await rm(path);
    await mkdir(path);
    expect(await codeOf(open().open())).toBe("insecure");
    expect(await readFile(target, "utf8")).toBe("precious");
    expect((await stat(target)).mode & 0o777).toBe(0o644);
  });

  it.runIf(process.getuid?.() === 0)("S12 another user's file and folder are refused", async () => {
    await open().open();
    await Promise.all(stores.map((store) => store.close()));
    await chown(path, 12_345, 12_345);
    expect(await codeOf(open().open())).toBe("insecure");
    await chown(path, 0, 0);
    await chown(join(folder, "own"), 12_345, 12_345);
    expect(await codeOf(open().open())).toBe("insecure");
  });

  it("S13 a process killed at any moment of its writing leaves the old record or the new one", {
    timeout: 240_000,
  }, async () => {
    const file = join(folder, "writer.mjs");
    await writeFile(
      file,
      `const { createSqliteStore } = await import(${JSON.stringify(new URL("../../src/store/sqlite.ts", import.meta.url).href)});
       const store = createSqliteStore({ path: ${JSON.stringify(path)} });
       for (let count = Number(process.argv[2]); ; count += 1) {
         const lease = await store.acquire("key", { owner: "a", ttlInMs: 20 });
         if (!lease) { await store.wait("key", 0, 50); continue; }
         const record = String(count).repeat(4000);
         if (await store.commit("key", lease.fence, record, { keepForInMs: 600000, release: true })) process.send(count);
       }`,
    );
    const reader = open();
    let kept = 0;
    for (let round = 0; round < 12; round += 1) {
      const child = fork(file, [String(kept + 1)], { execArgv: ["--conditions=latchkey-source", "--no-warnings"] });
      let acknowledged = kept;
      child.on("message", (count) => {
        acknowledged = Number(count);
      });
      await once(child, "message");
      await pause(10 + round * 7);
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      const { record = "" } = await reader.read("key");
      const count = Number(record.slice(0, record.length / 4000));
      expect(record).toBe(String(count).repeat(4000));
      // What was acknowledged is there; at most one commit more, whose word was lost with the process.
      expect(count).toBeGreaterThanOrEqual(acknowledged);
      kept = count;
    }
  });

  it("C05 a late holder's release leaves the next holder's lease alone", async () => {
    const [late, next] = [open(), open()];
    const old = await late.acquire("key", { owner: "late", ttlInMs: 30 });
    await pause(60);
    const lease = await next.acquire("key", held);
    await late.release("key", old?.fence ?? 0);
    expect(await late.acquire("key", held)).toBeUndefined();
    expect(await next.commit("key", lease?.fence ?? 0, "next", last)).toBe(true);
  });

  it("C19 a file that another process holds is tried again, and the event loop goes on meanwhile", async () => {
    const store = open();
    await write(store, "key", "record");
    const file = join(folder, "holder.mjs");
    await writeFile(
      file,
      `import { DatabaseSync } from "node:sqlite";
       const database = new DatabaseSync(${JSON.stringify(path)});
       database.exec("BEGIN IMMEDIATE");
       process.send("held");
       setTimeout(() => { database.exec("COMMIT"); database.close(); process.disconnect(); }, 1000);`,
    );
    const child = fork(file, { execArgv: ["--no-warnings"] });
    await once(child, "message");
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 10);
    const lease = await store.acquire("key", held);
    clearInterval(ticking);
    expect(lease?.record).toBe("record");
    // SQLite's own busy timeout would have blocked all of that second, without one tick.
    expect(ticks).toBeGreaterThan(3);
  });

  it("C19 a file that stays busy gives a typed error", async () => {
    const store = createSqliteStore({ path, busyTimeoutInMs: 100 });
    stores.push(store);
    await store.open();
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    expect(await codeOf(store.acquire("key", held))).toBe("busy");
    other.exec("COMMIT");
    other.close();
    expect(await store.acquire("key", held)).toBeDefined();
  });

  it("C20 a file that is gone is made anew, and no number is given twice", async () => {
    const [one, two] = [open(), open()];
    await write(one, "key", "record");
    const before = await two.read("key");
    for (const end of ["", "-wal", "-shm"]) await rm(path + end);
    expect((await two.read("key")).record).toBeUndefined();
    const lease = await two.acquire("key", held);
    expect(lease?.fence).toBeGreaterThan(before.version);
    await two.commit("key", lease?.fence ?? 0, "again", last);
    expect((await one.read("key")).record).toBe("again");
  });

  it.each([
    ["another program's database", "foreign", (at: string) => new DatabaseSync(at).exec("CREATE TABLE theirs (id)")],
    [
      "a text",
      "foreign",
      (at: string) => writeFile(at, "not a database, but long enough to be taken for one ".repeat(40)),
    ],
    [
      "a newer schema",
      "newer",
      (at: string) =>
        new DatabaseSync(at).exec(
          `PRAGMA application_id = ${0x4c4b4559}; PRAGMA user_version = 2; CREATE TABLE record (id)`,
        ),
    ],
    [
      "a schema without its table",
      "corrupted",
      (at: string) =>
        new DatabaseSync(at).exec(
          `PRAGMA application_id = ${0x4c4b4559}; PRAGMA user_version = 1; CREATE TABLE other (id)`,
        ),
    ],
  ] as const)("C20 %s in its place gives a typed error, and stays as it is", async (_, code, make) => {
    await mkdir(join(folder, "own"), { mode: 0o700 });
    await make(path);
    await chmod(path, 0o600);
    const before = await readFile(path);
    const store = open();
    for (let round = 0; round < 2; round += 1) {
      expect(await codeOf(store.read("key"))).toBe(code);
      expect(await codeOf(store.acquire("key", held))).toBe(code);
    }
    await store.close();
    if (code !== "corrupted") expect((await readFile(path)).equals(before)).toBe(true);
  });

  it("C20 a damaged file gives a typed error, and what is left of it is kept", async () => {
    const store = open();
    for (let index = 0; index < 50; index += 1) await write(store, `key-${index}`, "x".repeat(2_000));
    await store.close();
    const { size } = await stat(path);
    await truncate(path, Math.floor(size / 2));
    expect(await codeOf(open().read("key-7"))).toBe("corrupted");
    expect((await stat(path)).size).toBeGreaterThan(0);
  });

  it("C09 C20 a disk that is full is told, and what was written before is there", async () => {
    await write(open(), "key", "before");
    const file = join(folder, "writer.mjs");
    await writeFile(
      file,
      `const { createSqliteStore } = await import(${JSON.stringify(new URL("../../src/store/sqlite.ts", import.meta.url).href)});
       const store = createSqliteStore({ path: ${JSON.stringify(path)} });
       const lease = await store.acquire("key", { owner: "a", ttlInMs: 1 });
       const code = (error) => error.code;
       const text = "x".repeat(1_000_000);
       process.send(await store.commit("key", lease.fence, text, { keepForInMs: 1000, release: true }).catch(code));`,
    );
    // Half a megabyte a file, in blocks of 512 bytes.
    const limited = `ulimit -f 1000; exec "$0" "$@"`;
    const child = fork(file, {
      execPath: "/bin/sh",
      execArgv: ["-c", limited, process.execPath, "--conditions=latchkey-source", "--no-warnings"],
    });
    const [code] = await once(child, "message");
    child.disconnect();
    expect(["full", "unreachable"]).toContain(code);
    expect((await open().read("key")).record).toBe("before");
  });

  it("C22 of many who find one dead lease, one takes it", async () => {
    const workers = Array.from({ length: 8 }, open);
    await workers[0]?.acquire("key", { owner: "dead", ttlInMs: 50 });
    await pause(80);
    const taken = await Promise.all(workers.flatMap((store) => [1, 2, 3].map(() => store.acquire("key", held))));
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it("C18 those who wait for another's refresh look seldom", async () => {
    const store = open();
    const lease = await store.acquire("key", held);
    const given = new AbortController();
    const looks = vi.spyOn(globalThis, "setTimeout");
    const began = performance.now();
    const waiting = Array.from({ length: 20 }, () => store.wait("key", lease?.version ?? 0, 60_000, given.signal));
    await vi.waitUntil(() => performance.now() - began > 3_000, within);
    const pauses = looks.mock.calls.length;
    const tookInMs = performance.now() - began;
    looks.mockRestore();
    given.abort();
    await Promise.all(waiting);
    expect(pauses).toBeGreaterThan(20);
    // Each looks some times in its first moment, and then every 75 to 150 ms; the waiting for that is in it.
    expect(pauses).toBeLessThan(20 * (8 + tookInMs / 75) + tookInMs / within.interval);
  });

  it("what is over is forgotten in time", async () => {
    const store = open();
    const lease = await store.acquire("old", { owner: "a", ttlInMs: 10 });
    await store.commit("old", lease?.fence ?? 0, "old", { keepForInMs: 1, release: true });
    onFile((database) => database.exec("UPDATE record SET until = 0 WHERE key = 'old'"));
    await pause(5);
    await write(open(), "new", "new");
    expect(onFile((database) => database.prepare("SELECT key FROM record").all())).toEqual([{ key: "new" }]);
  });
});

describe.runIf(isRedisThere)("Redis", () => {
  let redis: RedisServer;
  let client: ReturnType<typeof createClient>;
  beforeAll(async () => {
    redis = await startRedis();
    client = createClient({ url: redis.url });
    client.on("error", () => {});
    await client.connect();
  });
  afterAll(async () => {
    client.destroy();
    await redis.stop();
  });
  const ask = (...words: string[]): Promise<unknown> => client.sendCommand(words);
  /** Scripts run since the last `CONFIG RESETSTAT`. */
  const looks = async (): Promise<number> => {
    const stats = String(await ask("INFO", "commandstats"));
    return Number(/cmdstat_evalsha:calls=(\d+)/u.exec(stats)?.[1] ?? 0);
  };

  it("C05 C11 a late holder's release and commit leave the next holder's lease and record alone", async () => {
    const store = createRedisStore({ client });
    const old = await store.acquire("late", { owner: "late", ttlInMs: 30 });
    await pause(60);
    const lease = await store.acquire("late", held);
    await store.release("late", old?.fence ?? 0);
    expect(await store.commit("late", old?.fence ?? 0, "late", last)).toBe(false);
    expect(await store.acquire("late", held)).toBeUndefined();
    expect(await store.commit("late", lease?.fence ?? 0, "next", last)).toBe(true);
    expect((await store.read("late")).record).toBe("next");
  });

  it("C16 numbers go on over a flush, though the server's clock went back", async () => {
    const store = createRedisStore({ client });
    await write(store, "flushed", "record");
    const { version } = await store.read("flushed");
    // As a clock that is behind would have it: this worker has seen more.
    await ask("HSET", "latchkey:{ahead}", "sequence", String(version + 86_400_000), "record", "x", "version", "1");
    const ahead = await store.read("ahead");
    await ask("FLUSHALL");
    expect((await store.acquire("flushed", held))?.fence).toBeGreaterThan(version + 86_400_000);
    expect(ahead.record).toBe("x");
  });

  it("C18 those who wait for another's refresh are told, and ask about once a second beside", async () => {
    const store = createRedisStore({ client });
    const channel = "latchkey:{watched}:changed";
    const lease = await store.acquire("watched", held);
    await ask("CONFIG", "RESETSTAT");
    const began = performance.now();
    const waiting = Array.from({ length: 10 }, () => store.wait("watched", lease?.version ?? 0, 60_000));
    await vi.waitUntil(() => performance.now() - began > 3_000, within);
    const asked = await looks();
    // Two each to begin with, and one to two a second.
    expect(asked).toBeLessThanOrEqual(10 * (2 + (2 * (performance.now() - began)) / 1_000));
    await store.commit("watched", lease?.fence ?? 0, "record", last);
    await Promise.all(waiting);
    // Who is told need not look: of some rounds one at least is too quick for looks half a second apart.
    const rounds: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const next = await store.acquire("watched", held);
      const told = Array.from({ length: 10 }, () => store.wait("watched", next?.version ?? 0, 60_000));
      await vi.waitUntil(async () => String(await ask("PUBSUB", "NUMSUB", channel)) === `${channel},1`, within);
      const began = performance.now();
      await store.commit("watched", next?.fence ?? 0, "record", last);
      await Promise.all(told);
      rounds.push(performance.now() - began);
    }
    expect(Math.min(...rounds)).toBeLessThan(400);
    store.close();
  });

  it("C18 without publish and subscribe they ask some times a second", async () => {
    await ask("ACL", "SETUSER", "deaf", "on", ">deaf", "~*", "resetchannels", "+@all", "-subscribe");
    const deaf = createClient({ url: redis.url, username: "deaf", password: "deaf" });
    deaf.on("error", () => {});
    await deaf.connect();
    const store = createRedisStore({ client: deaf });
    const lease = await store.acquire("deaf", held);
    const waiting = store.wait("deaf", lease?.version ?? 0, 60_000);
    await ask("CONFIG", "RESETSTAT");
    const began = performance.now();
    await vi.waitUntil(async () => performance.now() - began > 2_000 && (await looks()) > 4, within);
    // Some at first; then every 200 to 400 ms.
    expect(await looks()).toBeLessThanOrEqual(8 + (performance.now() - began) / 200);
    await store.commit("deaf", lease?.fence ?? 0, "record", last);
    await waiting;
    // Who may not subscribe tries on one connection, however often it waits.
    for (let round = 0; round < 4; round += 1) {
      const next = await store.acquire("deaf", held);
      const again = store.wait("deaf", next?.version ?? 0, 60_000);
      await store.commit("deaf", next?.fence ?? 0, "record", last);
      await again;
    }
    expect(String(await ask("CLIENT", "LIST")).match(/user=deaf/gu)).toHaveLength(2);
    store.close();
    deaf.destroy();
  });

  it.each([
    ["full", ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]],
    ["read_only", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]],
    ["read_only", ["CONFIG", "SET", "min-replicas-to-write", "1"], ["CONFIG", "SET", "min-replicas-to-write", "0"]],
  ])("C09 a server that takes no writes is told: %s", async (code, spoil, fix) => {
    const store = createRedisStore({ client });
    await ask(...spoil);
    try {
      expect(await codeOf(store.acquire("spoilt", held))).toBe(code);
    } finally {
      await ask(...fix);
    }
    const lease = await store.acquire("spoilt", held);
    expect(lease).toBeDefined();
    await store.release("spoilt", lease?.fence ?? 0);
  });

  it("another program's key, and a user without rights, are told", async () => {
    const store = createRedisStore({ client });
    await ask("SET", "latchkey:{theirs}", "text");
    expect(await codeOf(store.read("theirs"))).toBe("foreign");
    expect(await ask("GET", "latchkey:{theirs}")).toBe("text");
    await ask("ACL", "SETUSER", "poor", "on", ">poor", "~*", "-@all", "+ping", "+hello", "+client");
    const poor = createClient({ url: redis.url, username: "poor", password: "poor" });
    poor.on("error", () => {});
    await poor.connect();
    expect(await codeOf(createRedisStore({ client: poor }).read("key"))).toBe("denied");
    poor.destroy();
  });

  it("nothing lives for ever: every key has an end", async () => {
    const store = createRedisStore({ client });
    await write(store, "ends", "record");
    await store.acquire("leased", held);
    for (const key of ["ends", "leased"]) {
      const left = Number(await ask("PTTL", `latchkey:{${key}}`));
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(2 * 3_600_000);
    }
  });

  it("C14 a server that gives no answer is given up soon, and the lease it gives later is given back", async () => {
    const store = createRedisStore({ client, timeoutInMs: 200 });
    // Longer than the test may take: what ends the wait is the store's own time.
    await ask("CLIENT", "PAUSE", "600000", "WRITE");
    expect(await codeOf(store.acquire("paused", held))).toBe("unreachable");
    // Behind the one that waits, on its connection, this would wait too.
    const other = await client.duplicate().connect();
    await other.sendCommand(["CLIENT", "UNPAUSE"]);
    await other.close();
    const patient = createRedisStore({ client, timeoutInMs: within.timeout });
    await vi.waitUntil(async () => (await patient.acquire("paused", held)) !== undefined, within);
  });
});

describe("records", () => {
  const token = {
    accessToken: "access-CANARY",
    tokenType: "Bearer",
    refreshToken: "refresh-CANARY",
    estimated: false,
    attributes: { clientId: 7 },
    obtainedAt: 1,
    expiresAt: 2,
  };
  const record: TokenRecord = { format: 1, fingerprint: "mine", token };

  it("C23 a record of a newer format is neither used nor overwritten", async () => {
    const engine = createMemoryStore();
    const newer = JSON.stringify({ format: 2, fingerprint: "mine", secrets: ["CANARY"] });
    await write(engine, "key", newer);
    const store = createRecordStore(engine, systemClock, 10_000);
    await expect(store.read("key")).rejects.toMatchObject({ action: "read", reason: "newer" });
    await expect(store.acquire("key", held)).rejects.toMatchObject({ action: "acquire", reason: "newer" });
    expect((await engine.read("key")).record).toBe(newer);
    // The lease that was given before the record was read is given back.
    expect(await engine.acquire("key", held)).toBeDefined();
  });

  it("C23 what a newer version has written beside is kept", () => {
    const text = JSON.stringify({ ...record, later: { kept: true } });
    expect(JSON.parse(formatRecord(parseRecord(text)))).toEqual({ ...record, later: { kept: true } });
  });

  it.each([
    ["no JSON", "access-CANARY"],
    ["another's JSON", '{"value":"CANARY"}'],
    ["an array", "[]"],
    ["a token without an end", JSON.stringify({ ...record, token: { ...token, expiresAt: undefined } })],
    ["a token of another form", JSON.stringify({ ...record, token: "CANARY" })],
    ["an attribute that is an object", JSON.stringify({ ...record, token: { ...token, attributes: { a: {} } } })],
    ["a hold without a message", JSON.stringify({ ...record, hold: { failures: 1, error: {} } })],
    ["a prototype", '{"__proto__":{"format":1,"fingerprint":"mine"}}'],
  ])("C20 a record that is %s is refused, and not quoted", async (_, text) => {
    const engine = createMemoryStore();
    await write(engine, "key", text);
    const error: unknown = await createRecordStore(engine, systemClock, 10_000)
      .read("key")
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ action: "read", reason: "corrupted" });
    expect(String(error)).not.toContain("CANARY");
    expect((await engine.read("key")).record).toBe(text);
  });
});

describe("encrypted records", () => {
  const bytes = (fill: number) => new Uint8Array(32).fill(fill);
  const record = JSON.stringify({ secret: "CANARY" });

  it("S14 a record put in another's place is refused", async () => {
    const engine = createMemoryStore();
    const store = encryptStore(engine, { keys: { a: bytes(1) }, current: "a" });
    await write(store, "tenant-a", record);
    const { record: sealed = "" } = await engine.read("tenant-a.sealed");
    await write(engine, "tenant-b.sealed", sealed);
    expect((await store.read("tenant-a")).record).toBe(record);
    expect(await codeOf(store.read("tenant-b"))).toBe("rejected");
    expect(await codeOf(store.acquire("tenant-b", held))).toBe("rejected");
    expect((await engine.read("tenant-b.sealed")).record).toBe(sealed);
  });

  it("S14 a record that was changed, cut or replaced by a plain one is refused", async () => {
    const engine = createMemoryStore();
    const store = encryptStore(engine, { keys: { a: bytes(1) }, current: "a" });
    await write(store, "key", record);
    const { record: sealed = "" } = await engine.read("key.sealed");
    const middle = Math.floor(sealed.length * 0.7);
    const changed = `${sealed.slice(0, middle)}${sealed[middle] === "A" ? "B" : "A"}${sealed.slice(middle + 1)}`;
    for (const text of [changed, sealed.slice(0, -8), `${sealed}.x`, record, "", "lk1.a..", "lk2.a.b.c"]) {
      await write(engine, "key.sealed", text);
      expect(await codeOf(store.read("key"))).toBe("rejected");
    }
  });

  it("S15 a rotated key reads the old and writes the new", async () => {
    const engine = createMemoryStore();
    await write(encryptStore(engine, { keys: { old: bytes(1) }, current: "old" }), "key", record);
    const rotating = encryptStore(engine, { keys: { old: bytes(1), new: bytes(2) }, current: "new" });
    expect((await rotating.read("key")).record).toBe(record);
    await write(rotating, "key", record);
    const after = encryptStore(engine, { keys: { new: bytes(2) }, current: "new" });
    expect((await after.read("key")).record).toBe(record);
  });

  it("S15 a key that is missing gives a typed error, changes nothing, and is no reason to write plainly", async () => {
    const engine = createMemoryStore();
    await write(encryptStore(engine, { keys: { old: bytes(1) }, current: "old" }), "key", record);
    const { record: sealed } = await engine.read("key.sealed");
    const store = encryptStore(engine, { keys: { new: bytes(2) }, current: "new" });
    expect(await codeOf(store.read("key"))).toBe("key_missing");
    expect(await codeOf(store.acquire("key", held))).toBe("key_missing");
    expect((await engine.read("key.sealed")).record).toBe(sealed);
    expect(await codeOf(Promise.resolve().then(() => encryptStore(engine, { keys: {}, current: "new" })))).toBe(
      "key_missing",
    );
    // A wrong key under the right name.
    const wrong = encryptStore(engine, { keys: { old: bytes(9) }, current: "old" });
    expect(await codeOf(wrong.read("key"))).toBe("rejected");
  });

  it("S12 nothing of a record is in the file, nor in its log", async () => {
    const store = encryptStore(open(), { keys: { a: bytes(1) }, current: "a" });
    await write(store, "key", record);
    for (const end of ["", "-wal"]) expect((await readFile(path + end)).includes("CANARY")).toBe(false);
  });

  it("keys that do not fit are refused at once, by name and not by value", async () => {
    for (const keys of [{ a: new Uint8Array(5) }, { "a.b": bytes(1) }]) {
      expect(() => encryptStore(createMemoryStore(), { keys, current: Object.keys(keys)[0] ?? "" })).toThrow(
        /token store: /u,
      );
    }
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const store = encryptStore(createMemoryStore(), { keys: { a: key }, current: "a" });
    await write(store, "key", record);
    expect((await store.read("key")).record).toBe(record);
  });
});
