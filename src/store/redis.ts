/**
 * Stores tokens in Redis 5 or newer, Valkey or a compatible service, for many machines, through the caller's own `redis` or `ioredis`
 * client. Each operation is one script. Keys have a hash tag, as a Cluster needs. Times are the server's. A commit is as durable as the
 * server makes it: `appendfsync always`, and `min-replicas-to-write` with failover (docs/fleet.md).
 */
import { onAbort } from "../util/abortable.ts";
import type { Snapshot, TokenStore } from "./token-store.ts";
import { createChangeNotifier, type ChangeSubscription } from "./redis-notifications.ts";
import { createRedisConnection, createScript, firstWord, type RedisClient, type Script } from "./redis-client.ts";
import { acquireScript, commitScript, readScript, releaseScript } from "./redis-scripts.ts";
import { StoreError, type StoreErrorCode } from "./store-error.ts";

export type { IoRedis, NodeRedis, RedisClient } from "./redis-client.ts";

export interface RedisStoreOptions {
  /** A connected client. The caller closes it. */
  readonly client: RedisClient;
  /** The prefix of every key and channel. @default "latchkey:" */
  readonly prefix?: string;
  /** The time limit of one command in milliseconds: a client that queues commands while disconnected would wait for ever. @default 2000 */
  readonly timeoutInMs?: number;
}

export interface RedisStore extends TokenStore {
  /** Closes the store's own connection, which listens for changes. It also closes with the caller's client. */
  close(): void;
}

interface StoredSnapshot extends Snapshot {
  readonly sequence: number;
  /** The time left of the lease; 0 without a lease. */
  readonly leftInMs: number;
  readonly fence: number;
  /** The key with its prefix, as the server has it. */
  readonly key: string;
}

/** Poll intervals: the first, the longest, and the one while changes are notified. */
const firstPollInMs = 50;
const maxPollInMs = 400;
const notifiedPollInMs = 1_000;

export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const { client, prefix = "latchkey:", timeoutInMs = 2_000 } = options;
  const connection = createRedisConnection(client);
  const notifier = createChangeNotifier(connection);
  const scripts = lazy(async () => ({
    read: await createScript(readScript),
    acquire: await createScript(acquireScript),
    commit: await createScript(commitScript),
    release: await createScript(releaseScript),
  }));
  /** The highest number seen, so that none is granted twice even if Redis is emptied and its clock set back. */
  let highest = 0;

  async function run(
    name: keyof Awaited<ReturnType<typeof scripts>>,
    key: string,
    values: readonly string[],
    onLateReply?: (answer: unknown) => void,
  ): Promise<unknown> {
    const script: Script = (await scripts())[name];
    let isLate = false;
    const running = connection.run(script, `${prefix}{${key}}`, values);
    running.then((answer) => isLate && onLateReply?.(answer)).catch(() => {});
    try {
      return await within(timeoutInMs, running);
    } catch (error) {
      isLate = true;
      throw toStoreError(error);
    }
  }

  function toStoredSnapshot(answer: unknown): StoredSnapshot {
    if (!Array.isArray(answer))
      throw new StoreError("foreign", "Redis returned something that is not a snapshot; give the store its own prefix");
    const [record, has, version, now, sequence, old, left, fence, key] = answer.map(String);
    highest = Math.max(highest, Number(sequence), Number(fence));
    return {
      record: has === "1" ? record : undefined,
      version: Number(version),
      now: Number(now),
      ...(old === "1" ? { mayBeStale: true } : {}),
      sequence: Number(sequence),
      leftInMs: Number(left),
      fence: Number(fence),
      key: key ?? "",
    };
  }

  const readKey = async (key: string): Promise<StoredSnapshot> => toStoredSnapshot(await run("read", key, []));
  const release = async (key: string, fence: number): Promise<void> =>
    void (await run("release", key, [String(fence)]));

  return {
    isShared: true,
    read: async (key) => toSnapshot(await readKey(key)),
    async acquire(key, { owner, ttlInMs }) {
      // A client that was disconnected may send the command later: nobody would use that lease.
      const releaseLate = (late: unknown) => {
        if (Array.isArray(late)) release(key, toStoredSnapshot(late).fence).catch(() => {});
      };
      const answer = await run("acquire", key, [owner, String(Math.ceil(ttlInMs)), String(highest)], releaseLate);
      if (answer === null || answer === undefined) return undefined;
      const seen = toStoredSnapshot(answer);
      return { ...toSnapshot(seen), fence: seen.fence };
    },
    async commit(key, fence, record, { release: isLast = false, keepForInMs }) {
      const values = [String(fence), record, String(Math.ceil(keepForInMs)), isLast ? "1" : "0"];
      return String(await run("commit", key, values)) === "1";
    },
    release,
    async wait(key, version, waitInMs, signal) {
      const until = performance.now() + waitInMs;
      const wakeUp = createWakeUp(signal);
      let subscription: ChangeSubscription | undefined;
      let pollInMs = firstPollInMs;
      try {
        for (;;) {
          const seen = await readKey(key);
          const left = until - performance.now();
          if (seen.version !== version || seen.leftInMs === 0 || left <= 0 || signal?.aborted) return;
          // It calls back when it has started, so that changes before the subscription are seen too.
          subscription ??= notifier.subscribe(`${seen.key}:changed`, wakeUp.wake);
          await wakeUp.wait(Math.min(pollInMs * (0.5 + Math.random() / 2), seen.leftInMs + 1, left));
          pollInMs = subscription.isActive ? notifiedPollInMs : Math.min(pollInMs * 1.5, maxPollInMs);
        }
      } finally {
        subscription?.unsubscribe();
        wakeUp.dispose();
      }
    },
    close: () => notifier.close(),
  };
}

const toSnapshot = ({ record, version, now, mayBeStale }: StoredSnapshot): Snapshot => ({
  record,
  version,
  now,
  ...(mayBeStale ? { mayBeStale } : {}),
});

function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** A wait that `wake` or the signal ends. A `wake` before the wait ends the next one at once. */
function createWakeUp(signal: AbortSignal | undefined) {
  let isAwake = false;
  let endWait: (() => void) | undefined;
  const wake = () => {
    isAwake = true;
    endWait?.();
  };
  const stopListening = onAbort(signal, wake);
  return {
    wake,
    async wait(delayInMs: number): Promise<void> {
      if (!isAwake) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, delayInMs);
          endWait = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      endWait = undefined;
      isAwake = false;
    },
    dispose: stopListening,
  };
}

class CommandTimeout extends Error {}

function within<T>(limitInMs: number, running: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new CommandTimeout()), limitInMs);
    running.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Store errors by the word that a Redis error begins with. */
const errorsByWord: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  OOM: ["full", "Redis has reached its maxmemory; raise it, or evict other keys"],
  READONLY: ["read_only", "this Redis is a replica; connect to the primary"],
  MISCONF: ["read_only", "Redis cannot save to disk, so it rejects writes; check its log"],
  NOREPLICAS: ["read_only", "Redis has too few replicas, so it rejects writes; check its replication"],
  NOAUTH: ["denied", "Redis requires a password; give it to the client"],
  WRONGPASS: ["denied", "Redis refused the client's password; check it"],
  NOPERM: ["denied", "the Redis user may not run the store's scripts; allow EVAL, EVALSHA, TIME and the keys' pattern"],
  WRONGTYPE: ["foreign", "a Redis key of the store belongs to another program; give the store its own prefix"],
};

function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof CommandTimeout)
    return new StoreError("unreachable", "Redis did not respond in time; check the server and the network");
  const known = errorsByWord[firstWord(error) ?? ""];
  return known
    ? new StoreError(...known)
    : new StoreError(
        "unreachable",
        "Redis cannot be reached, or accepts no commands; check the server and the network",
      );
}
