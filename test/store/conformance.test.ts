/** The three engines keep the protocol; so do they under encryption, on a Cluster, and through both clients. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import { afterAll, beforeAll, describe, it } from "vitest";
import {
  hasRedis,
  type RedisCluster,
  type RedisServer,
  startRedis,
  startRedisCluster,
} from "../../tools/chaos/redis-server.ts";
import { storeChecks } from "../../src/store/conformance.ts";
import { encryptStore } from "../../src/store/encrypted.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { TokenStore } from "../../src/store/token-store.ts";
import { createRedisStore } from "../../src/store/redis.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";

/** A hundred clients at once on a small machine. */
const timeoutInMs = 20_000;

const check = (open: () => TokenStore | Promise<TokenStore>) => {
  for (const { name, run } of storeChecks(open)) it.concurrent(name, run);
};

describe("memory", () => {
  const store = createMemoryStore();
  check(() => store);
});

/** Two clients do for all checks: each has its connections, of which Sentinel's has many. */
const inTurn = (open: () => TokenStore | Promise<TokenStore>) => {
  const made = new Map<number, TokenStore | Promise<TokenStore>>();
  let count = 0;
  return () => {
    count += 1;
    const store = made.get(count % 2) ?? open();
    made.set(count % 2, store);
    return store;
  };
};

const encrypted = { keys: { first: crypto.getRandomValues(new Uint8Array(32)) }, current: "first" };

describe("memory, encrypted", () => {
  const store = encryptStore(createMemoryStore(), encrypted);
  check(() => store);
});

describe("SQLite", () => {
  let folder: string;
  const stores: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "latchkey-sqlite-"));
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await rm(folder, { recursive: true });
  });
  check(() => {
    const store = createSqliteStore({ path: join(folder, "tokens.db") });
    stores.push(store);
    return store;
  });
});

describe.runIf(hasRedis())("Redis", () => {
  let redis: RedisServer;
  let cluster: RedisCluster;
  let sentinel: RedisServer;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    sentinel = await startRedis({ sentinel: `monitor main 127.0.0.1 ${redis.port} 1` });
    cluster = await startRedisCluster();
  });
  afterAll(async () => {
    for (const end of ends) await end();
    await sentinel.stop();
    await redis.stop();
    await cluster.stop();
  });

  describe("through redis", () =>
    check(
      inTurn(async () => {
        const client = createClient({ url: redis.url });
        ends.push(() => client.close());
        await client.connect();
        return createRedisStore({ client, timeoutInMs });
      }),
    ));

  describe("through ioredis", () =>
    check(
      inTurn(() => {
        const client = new Redis(redis.url);
        ends.push(() => client.quit());
        return createRedisStore({ client, prefix: "other:", timeoutInMs });
      }),
    ));

  describe("through ioredis, encrypted", () =>
    check(
      inTurn(() => {
        const client = new Redis(redis.url);
        ends.push(() => client.quit());
        return encryptStore(createRedisStore({ client, prefix: "sealed:", timeoutInMs }), encrypted);
      }),
    ));

  describe("Sentinel, through redis", () =>
    check(
      inTurn(async () => {
        const sentinelRootNodes = [{ host: "127.0.0.1", port: sentinel.port }];
        const client = createSentinel({ name: "main", sentinelRootNodes });
        client.on("error", () => {});
        ends.push(() => client.destroy());
        await client.connect();
        return createRedisStore({ client, prefix: "third:", timeoutInMs });
      }),
    ));

  describe("Sentinel, through ioredis", () =>
    check(
      inTurn(() => {
        const client = new Redis({ name: "main", sentinels: [{ host: "127.0.0.1", port: sentinel.port }] });
        client.on("error", () => {});
        ends.push(() => client.disconnect());
        return createRedisStore({ client, prefix: "fourth:", timeoutInMs });
      }),
    ));

  describe("Cluster, through redis", () =>
    check(
      inTurn(async () => {
        const client = createCluster({ rootNodes: cluster.nodes.map(({ url }) => ({ url })) });
        ends.push(() => client.close());
        await client.connect();
        return createRedisStore({ client, timeoutInMs });
      }),
    ));

  describe("Cluster, through ioredis", () =>
    check(
      inTurn(() => {
        const client = new Cluster(cluster.nodes.map(({ port }) => ({ host: "127.0.0.1", port })));
        ends.push(() => client.quit());
        return createRedisStore({ client, prefix: "other:", timeoutInMs });
      }),
    ));
});
