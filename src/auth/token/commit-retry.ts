/** A grant that the store would not take: it lives in this process alone, and its commit is tried again, less and less often. */
import { type Clock, sleep } from "../../util/clock.ts";
import type { StoredToken, TokenRecord } from "../../store/token-record.ts";
import type { RecordStore } from "../../store/record-store.ts";
import { backOffInMs } from "./back-off.ts";
import type { HeldLease } from "../../store/lease.ts";
import { isSameSession } from "../../store/record-updates.ts";
import type { WorkerId } from "./worker-id.ts";

export interface UnsavedGrant {
  readonly record: TokenRecord;
  /** What the record held when the grant was asked for. */
  readonly base: StoredToken | undefined;
  readonly key: string;
  readonly fence: number;
  /** That the store would not take it was told. */
  readonly isReported: boolean;
}

export interface CommitRetryOptions {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly worker: WorkerId;
  readonly closing: AbortSignal;
  /** The store has taken after all what it would not take. */
  readonly onSaved: () => void;
  /** The lease that it was granted under is over: sets out for a new one. */
  readonly takeAnotherLease: () => Promise<unknown>;
}

export interface CommitRetry {
  readonly grant: UnsavedGrant | undefined;
  add(grant: UnsavedGrant): void;
  discard(): void;
  /** Whether there is one still to be written to this key's record: not where another worker has gone on meanwhile. */
  isStillPending(key: string, record: TokenRecord | undefined): boolean;
  /** Writes it under a new lease. */
  commitUnder(lease: HeldLease): Promise<void>;
  /** Tries again, under the old one while that lasts. */
  retry(): Promise<void>;
  /** Once more, before the client is gone. */
  flush(): Promise<void>;
}

/** How often a commit that failed is tried again before the next refresh does: some minutes. */
const maxSaves = 8;

export function createCommitRetry(options: CommitRetryOptions): CommitRetry {
  const { store, clock, worker, closing, onSaved, takeAnotherLease } = options;
  let grant: UnsavedGrant | undefined;

  function settle(saved: UnsavedGrant): void {
    if (grant !== saved) return;
    grant = undefined;
    if (saved.isReported) onSaved();
  }

  async function trySave(mine: UnsavedGrant): Promise<boolean | undefined> {
    const { key, fence, record } = mine;
    const isKept = await store.commit(key, fence, record, { release: true, now: clock.now() }).catch(() => undefined);
    if (isKept) settle(mine);
    return isKept;
  }

  return {
    get grant() {
      return grant;
    },
    add(next) {
      grant = next;
    },
    discard() {
      grant = undefined;
    },
    isStillPending(key, record) {
      if (grant?.key !== key) return false;
      if (record?.token && !isSameSession(record.token, grant.base)) grant = undefined;
      return grant !== undefined;
    },
    async commitUnder(lease) {
      const mine = grant;
      if (mine && (await lease.commit(mine.record))) settle(mine);
    },
    async retry() {
      const mine = grant;
      for (let failures = 1; mine && failures <= maxSaves; failures += 1) {
        await sleep(clock, backOffInMs(failures, worker.jitter), closing);
        if (grant !== mine) return;
        const isKept = await trySave(mine);
        if (isKept === true) return;
        if (isKept === false) return void (await takeAnotherLease());
      }
    },
    async flush() {
      if (grant) await trySave(grant);
    },
  };
}
