import { type Clock, createStopwatch, systemClock } from "../clock.ts";
import type { TokenRecord, TokenStore } from "./protocol.ts";

interface Entry {
  record: TokenRecord | undefined;
  version: number;
  fence: number;
  lease: { fence: number; until: number } | undefined;
  waiters: Set<() => void>;
}

export interface MemoryStoreOptions {
  readonly clock?: Clock;
  /** Records kept; beyond it the one unused longest is dropped, but never one that is leased or holds a refresh token. @default 10000 */
  readonly maxRecords?: number;
}

/** The default store: one process. */
export function createMemoryStore(options: MemoryStoreOptions = {}): TokenStore {
  const { clock = systemClock, maxRecords = 10_000 } = options;
  const started = clock.now();
  const age = createStopwatch(clock);
  const entries = new Map<string, Entry>();
  const now = () => started + age.elapsedInMs();

  /** Map order is the order of use. */
  const touch = (key: string): Entry => {
    const entry = entries.get(key) ?? { record: undefined, version: 0, fence: 0, lease: undefined, waiters: new Set() };
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size > maxRecords) evict();
    return entry;
  };
  const evict = () => {
    for (const [key, entry] of entries) {
      if (entries.size <= maxRecords) return;
      if (!entry.lease && entry.waiters.size === 0 && !entry.record?.token?.refreshToken) entries.delete(key);
    }
  };
  const wake = (entry: Entry) => {
    for (const waiter of [...entry.waiters]) waiter();
  };

  return {
    async read(key) {
      const entry = entries.get(key);
      return { record: entry?.record, version: entry?.version ?? 0, now: now() };
    },
    async acquire(key, { ttlInMs }) {
      const entry = touch(key);
      const at = now();
      if (entry.lease && entry.lease.until > at) return undefined;
      entry.fence += 1;
      entry.lease = { fence: entry.fence, until: at + ttlInMs };
      return { record: entry.record, version: entry.version, now: at, fence: entry.fence };
    },
    async commit(key, fence, record, { release = false } = {}) {
      const entry = entries.get(key);
      if (!entry || entry.fence !== fence) return false;
      entry.record = record;
      entry.version += 1;
      if (release) entry.lease = undefined;
      wake(entry);
      return true;
    },
    async release(key, fence) {
      const entry = entries.get(key);
      if (!entry || entry.lease?.fence !== fence) return;
      entry.lease = undefined;
      wake(entry);
    },
    wait(key, version, timeoutInMs) {
      const entry = touch(key);
      if (entry.version !== version || !entry.lease) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          cancel();
          entry.waiters.delete(done);
          resolve();
        };
        const cancel = clock.after(
          Math.min(timeoutInMs, Math.max(entry.lease ? entry.lease.until - now() : 0, 1)),
          done,
        );
        entry.waiters.add(done);
      });
    },
  };
}
