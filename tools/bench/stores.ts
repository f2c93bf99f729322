/**
 * What a shared store costs: a call with a cached token, a refresh (read, acquire, intent, commit), an adoption by another worker,
 * and how soon another worker's wait ends. `node --conditions=latchkey-source tools/bench/stores.ts`
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { systemClock } from "../../src/util/clock.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { TokenStore } from "../../src/store/token-store.ts";
import { createRedisStore } from "../../src/store/redis.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createTokenManager } from "../../src/auth/token/token-manager.ts";
import { clientCredentials } from "../lib/oauth-lifecycle.ts";
import { startRedis } from "../chaos/redis-server.ts";

const record = JSON.stringify({ format: 1, fingerprint: "f".repeat(43), token: "t".repeat(1_500) });
const keep = { keepForInMs: 3_600_000 };
const folder = await mkdtemp(join(tmpdir(), "latchkey-bench-"));
const safe = await startRedis({ appendonly: "yes", appendfsync: "always" });
const fast = await startRedis();

interface Engine {
  readonly name: string;
  open(): Promise<TokenStore>;
}

const ends: (() => unknown)[] = [];
const ofRedis = async (url: string): Promise<TokenStore> => {
  const client = createClient({ url });
  await client.connect();
  ends.push(() => client.close());
  return createRedisStore({ client });
};
const memory = createMemoryStore();
const engines: readonly Engine[] = [
  { name: "memory", open: async () => memory },
  {
    name: "SQLite, synchronous=FULL",
    async open() {
      const store = createSqliteStore({ path: join(folder, "own", "tokens.db") });
      ends.push(() => store.close());
      return store;
    },
  },
  { name: "Redis, in memory", open: () => ofRedis(fast.url) },
  { name: "Redis, appendfsync always", open: () => ofRedis(safe.url) },
];

async function median(rounds: number, run: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < rounds + 20; round += 1) {
    const began = performance.now();
    await run();
    if (round >= 20) took.push(performance.now() - began);
  }
  return took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? 0;
}

async function refresh(store: TokenStore): Promise<void> {
  await store.read("key");
  const lease = await store.acquire("key", { owner: "bench", ttlInMs: 30_000 });
  if (!lease) throw new Error("no lease");
  await store.commit("key", lease.fence, record, keep);
  await store.commit("key", lease.fence, record, { ...keep, release: true });
}

async function wake(first: TokenStore, second: TokenStore): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    const lease = await first.acquire("key", { owner: "bench", ttlInMs: 30_000 });
    if (!lease) throw new Error("no lease");
    const woken = second.wait("key", lease.version, 10_000).then(() => performance.now());
    // The latency of a fast vendor.
    await new Promise((resolve) => setTimeout(resolve, 150));
    await first.commit("key", lease.fence, record, { ...keep, release: true });
    const committed = performance.now();
    took.push(Math.max(0, (await woken) - committed));
  }
  return took.sort((a, b) => a - b)[20] ?? 0;
}

/** Nanoseconds to get a cached token. */
async function cached(store: TokenStore): Promise<number> {
  const token = { accessToken: "access", tokenType: "Bearer", estimated: false, attributes: {} };
  const manager = createTokenManager({
    vendor: "bench",
    schemeName: "bearer",
    lifecycle: { obtain: [clientCredentials], response: [] },
    tokenClient: {
      requestToken: async ({ storeNow }) => ({
        ok: true,
        token: { ...token, obtainedAt: storeNow(), expiresAt: storeNow() + 3_600_000 },
      }),
      revoke: async () => undefined,
    },
    resolveIdentity: async () => ({ key: "bench", fingerprint: "one", credentials: {}, obtain: clientCredentials }),
    endpoint: "https://bench.invalid/token",
    isDynamic: false,
    store,
    clock: systemClock,
    emit: () => {},
    worker: { owner: "bench", jitter: 0 },
    deadlineInMs: 10_000,
  });
  await manager.getToken();
  const rounds = 1_000_000;
  let took = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run += 1) {
    const began = performance.now();
    for (let round = 0; round < rounds; round += 1) manager.getToken();
    took = Math.min(took, performance.now() - began);
  }
  return (took * 1e6) / rounds;
}

try {
  console.log("| store | a call, token cached | read | a refresh's four steps | another worker learns of it after |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const { name, open } of engines) {
    const [first, second] = [await open(), await open()];
    const cells = [
      `${Math.round(await cached(first))} ns`,
      `${(await median(400, () => first.read("key"))).toFixed(2)} ms`,
      `${(await median(200, () => refresh(first))).toFixed(2)} ms`,
      `${(await wake(first, second)).toFixed(1)} ms`,
    ];
    console.log(`| ${[name, ...cells].join(" | ")} |`);
  }
} finally {
  for (const end of ends) await end();
  await fast.stop();
  await safe.stop();
  await rm(folder, { recursive: true });
}
