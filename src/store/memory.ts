import { onAbort } from "../util/abortable.ts";
import { type Clock, createStopwatch, systemClock } from "../util/clock.ts";
import type { TokenStore } from "./token-store.ts";

interface Entry {
  record: string | undefined;
  version: number;
  lease: { fence: number; ttlInMs: number; until: number } | undefined;
  waiters: Set<() => void>;
}

export interface MemoryStoreOptions {
  readonly clock?: Clock;
  /** The number of records kept. Beyond it the least recently used is dropped, never a leased one; a sign-in restores it. @default 10000 */
  readonly maxRecords?: number;
}

/**
 * The default store, for one process: clients with the same credentials share a token. Worker threads have separate memories; to share
 * tokens between them, use the SQLite or the Redis store.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): TokenStore {
  const { clock = systemClock, maxRecords = 10_000 } = options;
  const started = clock.now();
  const age = createStopwatch(clock);
  const entries = new Map<string, Entry>();
  const now = () => started + age.elapsedInMs();
  /** One counter for all keys, so that the version of a record that was dropped and returns has not gone back. */
  let serial = 0;

  /** Marks an entry as the most recently used: the map is in order of use. */
  const touch = (key: string): Entry => {
    const entry = entries.get(key) ?? {
      record: undefined,
      version: serial,
      lease: undefined,
      waiters: new Set(),
    };
    entries.delete(key);
    if (entries.size >= maxRecords) evict();
    entries.set(key, entry);
    return entry;
  };
  const evict = () => {
    for (const [key, entry] of entries) {
      if (entries.size < maxRecords) return;
      const isLeased = entry.lease !== undefined && entry.lease.until > now();
      if (!isLeased && entry.waiters.size === 0) entries.delete(key);
    }
  };
  const wake = (entry: Entry) => {
    for (const waiter of [...entry.waiters]) waiter();
  };

  return {
    async read(key) {
      const entry = entries.has(key) ? touch(key) : undefined;
      return { record: entry?.record, version: entry?.version ?? serial, now: now() };
    },
    async acquire(key, { ttlInMs }) {
      const entry = touch(key);
      const at = now();
      if (entry.lease && entry.lease.until > at) return undefined;
      const fence = ++serial;
      entry.lease = { fence, ttlInMs, until: at + ttlInMs };
      return { record: entry.record, version: entry.version, now: at, fence };
    },
    async commit(key, fence, record, { release = false }) {
      const entry = entries.get(key);
      if (entry?.lease?.fence !== fence) return false;
      entry.record = record;
      entry.version = ++serial;
      if (release) entry.lease = undefined;
      else entry.lease.until = now() + entry.lease.ttlInMs;
      wake(entry);
      return true;
    },
    async release(key, fence) {
      const entry = entries.get(key);
      if (!entry || entry.lease?.fence !== fence) return;
      entry.lease = undefined;
      wake(entry);
    },
    wait(key, version, timeoutInMs, signal) {
      const entry = touch(key);
      if (entry.version !== version || !entry.lease || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          cancel();
          stopListening();
          entry.waiters.delete(done);
          resolve();
        };
        const cancel = clock.after(
          Math.min(timeoutInMs, Math.max(entry.lease ? entry.lease.until - now() : 0, 1)),
          done,
        );
        entry.waiters.add(done);
        const stopListening = onAbort(signal, done);
      });
    },
  };
}

const slot = Symbol.for("latchkey.memory-store.1");
const storesByClock = new WeakMap<Clock, TokenStore>();

/**
 * The one memory store of the process, however many copies of this module are loaded.
 *
 * @param given a clock other than the system's, which has a store of its own
 */
export function sharedMemoryStore(given: Clock | undefined): TokenStore {
  if (given) {
    const known = storesByClock.get(given) ?? createMemoryStore({ clock: given });
    storesByClock.set(given, known);
    return known;
  }
  const shared: { [name: symbol]: TokenStore | undefined } = Object(globalThis);
  shared[slot] ??= createMemoryStore();
  return shared[slot];
}
