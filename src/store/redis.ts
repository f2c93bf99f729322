/**
 * A fleet: Redis 5 or newer, Valkey, and services that speak their protocol, through the user's own `redis` or `ioredis` client. Each
 * step is one script; keys carry a hash tag, so that a Cluster serves them; times are the server's. A commit is as durable as the
 * server makes it: `appendfsync always`, and `min-replicas-to-write` where it fails over (docs/fleet.md).
 */
import { onAbort } from "../util/abortable.ts";
import type { Snapshot, TokenStore } from "./token-store.ts";
import { createChangeNotifier, type ChangeSubscription } from "./redis-notifications.ts";
import { createRedisConnection, createScript, firstWord, type RedisClient, type Script } from "./redis-client.ts";
import { acquireScript, commitScript, readScript, releaseScript } from "./redis-scripts.ts";
import { StoreError, type StoreErrorCode } from "./store-error.ts";

export type { IoRedis, NodeRedis, RedisClient } from "./redis-client.ts";

export interface RedisStoreOptions {
  /** A connected client; it stays the caller's, who closes it. */
  readonly client: RedisClient;
  /** Before every key and channel. @default "latchkey:" */
  readonly prefix?: string;
  /** For one command, in milliseconds: a client that queues while it is not connected would wait for ever. @default 2000 */
  readonly timeoutInMs?: number;
}

export interface RedisStore extends TokenStore {
  /** Ends the store's own connection, which listens for changes; ends by itself with the caller's client. */
  close(): void;
}

interface Seen extends Snapshot {
  readonly sequence: number;
  /** Of the lease; 0: there is none. */
  readonly leftInMs: number;
  readonly fence: number;
  /** As the server knows it. */
  readonly key: string;
}

/** Between two looks: at first, at most, and where changes are told. */
const firstPollInMs = 50;
const maxPollInMs = 400;
const toldPollInMs = 1_000;

export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const { client, prefix = "latchkey:", timeoutInMs = 2_000 } = options;
  const connection = createRedisConnection(client);
  const bell = createChangeNotifier(connection);
  const scripts = lazy(async () => ({
    read: await createScript(readScript),
    acquire: await createScript(acquireScript),
    commit: await createScript(commitScript),
    release: await createScript(releaseScript),
  }));
  /** No number is given twice, though Redis is emptied and its clock set back. */
  let highest = 0;

  async function run(
    name: keyof Awaited<ReturnType<typeof scripts>>,
    key: string,
    values: readonly string[],
    whenLate?: (answer: unknown) => void,
  ): Promise<unknown> {
    const script: Script = (await scripts())[name];
    let isLate = false;
    const running = connection.run(script, `${prefix}{${key}}`, values);
    running.then((answer) => isLate && whenLate?.(answer)).catch(() => {});
    try {
      return await within(timeoutInMs, running);
    } catch (error) {
      isLate = true;
      throw toStoreError(error);
    }
  }

  function toSeen(answer: unknown): Seen {
    if (!Array.isArray(answer))
      throw new StoreError("foreign", "Redis gave no snapshot; give the store a prefix of its own");
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

  const look = async (key: string): Promise<Seen> => toSeen(await run("read", key, []));
  const release = async (key: string, fence: number): Promise<void> =>
    void (await run("release", key, [String(fence)]));

  return {
    isShared: true,
    read: async (key) => toSnapshot(await look(key)),
    async acquire(key, { owner, ttlInMs }) {
      // Sent late by a client that was not connected, the lease would be nobody's.
      const giveBack = (late: unknown) => {
        if (Array.isArray(late)) release(key, toSeen(late).fence).catch(() => {});
      };
      const answer = await run("acquire", key, [owner, String(Math.ceil(ttlInMs)), String(highest)], giveBack);
      if (answer === null || answer === undefined) return undefined;
      const seen = toSeen(answer);
      return { ...toSnapshot(seen), fence: seen.fence };
    },
    async commit(key, fence, record, { release: isLast = false, keepForInMs }) {
      const values = [String(fence), record, String(Math.ceil(keepForInMs)), isLast ? "1" : "0"];
      return String(await run("commit", key, values)) === "1";
    },
    release,
    async wait(key, version, waitInMs, signal) {
      const until = performance.now() + waitInMs;
      const alarm = createAlarm(signal);
      let rope: ChangeSubscription | undefined;
      let pollInMs = firstPollInMs;
      try {
        for (;;) {
          const seen = await look(key);
          const left = until - performance.now();
          if (seen.version !== version || seen.leftInMs === 0 || left <= 0 || signal?.aborted) return;
          // It rings when it is there: what changed before the server knew of this listener is seen then.
          rope ??= bell.subscribe(`${seen.key}:changed`, alarm.ring);
          await alarm.wait(Math.min(pollInMs * (0.5 + Math.random() / 2), seen.leftInMs + 1, left));
          pollInMs = rope.isActive ? toldPollInMs : Math.min(pollInMs * 1.5, maxPollInMs);
        }
      } finally {
        rope?.unsubscribe();
        alarm.off();
      }
    },
    close: () => bell.close(),
  };
}

const toSnapshot = ({ record, version, now, mayBeStale }: Seen): Snapshot => ({
  record,
  version,
  now,
  ...(mayBeStale ? { mayBeStale } : {}),
});

function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** A pause that a ring or the signal ends; a ring before it counts. */
function createAlarm(signal: AbortSignal | undefined) {
  let hasRung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    hasRung = true;
    wake?.();
  };
  const stopListening = onAbort(signal, ring);
  return {
    ring,
    async wait(delayInMs: number): Promise<void> {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, delayInMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      hasRung = false;
    },
    off: stopListening,
  };
}

class TooLate extends Error {}

function within<T>(limitInMs: number, running: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooLate()), limitInMs);
    running.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** By the word that Redis begins an error with. */
const words: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  OOM: ["full", "Redis is over its maxmemory; give it more, or evict others' keys"],
  READONLY: ["read_only", "this Redis is a replica; connect to the primary"],
  MISCONF: ["read_only", "Redis cannot save to its disk and takes no writes; look at its log"],
  NOREPLICAS: ["read_only", "Redis has too few replicas and takes no writes; look at its replication"],
  NOAUTH: ["denied", "Redis wants a password; give the client one"],
  WRONGPASS: ["denied", "Redis refused the client's password; check it"],
  NOPERM: ["denied", "the Redis user may not run the store's scripts; allow EVAL, EVALSHA, TIME and the keys' pattern"],
  WRONGTYPE: ["foreign", "a Redis key of the store is another program's; give the store a prefix of its own"],
};

function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof TooLate)
    return new StoreError("unreachable", "Redis gave no answer in time; check it, and the network");
  const known = words[firstWord(error) ?? ""];
  return known
    ? new StoreError(...known)
    : new StoreError("unreachable", "Redis cannot be reached, or serves nobody now; check it, and the network");
}
