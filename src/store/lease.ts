/**
 * One worker's turn at a credential's record. Whether it still has the turn is decided twice: by the fence at the store, and by a
 * stopwatch here before each request, since a process that was stopped wakes up believing that no time has passed.
 */
import { type Clock, createStopwatch, type Stopwatch } from "../util/clock.ts";
import type { Lease } from "./token-store.ts";
import type { TokenRecord } from "./token-record.ts";
import type { ParsedSnapshot, RecordStore } from "./record-store.ts";

/** Another worker may have the turn now: look at the record again. */
export class LeaseLostError extends Error {}

export interface HeldLease {
  readonly snapshot: ParsedSnapshot<Lease>;
  /** The store's time. */
  now(): number;
  /** Writes the record and keeps the lease, which begins anew. @throws LeaseLost */
  save(record: TokenRecord): Promise<void>;
  /** Writes the record and ends the lease. `false`: another has had it, and its record is the truth. */
  commit(record: TokenRecord): Promise<boolean>;
  /** @throws LeaseLost where a request could outlast what is left of the lease */
  assertTimeLeft(): void;
  /** Ends the lease, if it did not end with a commit. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly key: string;
  readonly owner: string;
  /** For one token request, and for one step of the store. */
  readonly deadlineInMs: number;
  readonly clock: Clock;
}

/** A step of the store, a request, and the commit after it each end within one deadline. */
export const leaseDurationInMs = (deadlineInMs: number): number => 3 * deadlineInMs;

export async function acquireLease(store: RecordStore, terms: LeaseOptions): Promise<HeldLease | undefined> {
  const { key, owner, deadlineInMs, clock } = terms;
  const ttlInMs = leaseDurationInMs(deadlineInMs);
  // Counted from before the store was asked: it cannot end there sooner than here.
  let since: Stopwatch = createStopwatch(clock);
  const snapshot = await store.acquire(key, { owner, ttlInMs });
  if (!snapshot) return undefined;
  const { fence } = snapshot;
  const watch = createStopwatch(clock);
  const now = () => snapshot.now + watch.elapsedInMs();
  let isOver = false;
  return {
    snapshot,
    now,
    async save(record) {
      const again = createStopwatch(clock);
      if (!(await store.commit(key, fence, record, { now: now() }))) throw new LeaseLostError();
      since = again;
    },
    async commit(record) {
      const isKept = await store.commit(key, fence, record, { release: true, now: now() });
      isOver = true;
      return isKept;
    },
    assertTimeLeft() {
      if (since.elapsedInMs() + deadlineInMs > ttlInMs) throw new LeaseLostError();
    },
    async release() {
      if (!isOver) await store.release(key, fence);
    },
  };
}
