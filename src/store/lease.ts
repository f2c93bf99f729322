/**
 * One worker's lease on a credential's record. Whether it still holds is checked twice: by the fence at the store, and by a stopwatch
 * in this process before each token request, since a process that was suspended does not notice that time has passed.
 */
import { type Clock, createStopwatch, type Stopwatch } from "../util/clock.ts";
import type { Lease } from "./token-store.ts";
import type { TokenRecord } from "./token-record.ts";
import type { ParsedSnapshot, RecordStore } from "./record-store.ts";

/** The lease expired, and another worker may hold it now: the record must be read again. */
export class LeaseLostError extends Error {}

/** The store refused a commit: another worker has taken the lease over, or the store has lost it. */
export class CommitRefusedError extends LeaseLostError {}

export interface HeldLease {
  readonly snapshot: ParsedSnapshot<Lease>;
  /** The store's time. */
  now(): number;
  /** Writes the record and starts the lease again. @throws CommitRefusedError */
  save(record: TokenRecord): Promise<void>;
  /** Writes the record and ends the lease. `false` where another worker took the lease: then its record counts. */
  commit(record: TokenRecord): Promise<boolean>;
  /** @throws LeaseLostError where a token request could take longer than the rest of the lease */
  assertTimeLeft(): void;
  /** Ends the lease, unless a commit has ended it. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly key: string;
  readonly owner: string;
  /** For one token request, and for one operation of the store. */
  readonly deadlineInMs: number;
  readonly clock: Clock;
}

/** Three deadlines: one each for a store operation, the token request, and the commit after it. */
export const leaseDurationInMs = (deadlineInMs: number): number => 3 * deadlineInMs;

export async function acquireLease(store: RecordStore, options: LeaseOptions): Promise<HeldLease | undefined> {
  const { key, owner, deadlineInMs, clock } = options;
  const ttlInMs = leaseDurationInMs(deadlineInMs);
  // Started before the store is asked, so that the lease ends here no later than at the store.
  let sinceStart: Stopwatch = createStopwatch(clock);
  const snapshot = await store.acquire(key, { owner, ttlInMs });
  if (!snapshot) return undefined;
  const { fence } = snapshot;
  const sinceSnapshot = createStopwatch(clock);
  const now = () => snapshot.now + sinceSnapshot.elapsedInMs();
  let isOver = false;
  return {
    snapshot,
    now,
    async save(record) {
      const restarted = createStopwatch(clock);
      if (!(await store.commit(key, fence, record, { now: now() }))) throw new CommitRefusedError();
      sinceStart = restarted;
    },
    async commit(record) {
      const isKept = await store.commit(key, fence, record, { release: true, now: now() });
      isOver = true;
      return isKept;
    },
    assertTimeLeft() {
      if (sinceStart.elapsedInMs() + deadlineInMs > ttlInMs) throw new LeaseLostError();
    },
    async release() {
      if (!isOver) await store.release(key, fence);
    },
  };
}
