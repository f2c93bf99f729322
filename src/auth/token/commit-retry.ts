/** Retries the commit of a granted token that the store did not take. Until a retry succeeds, the token lives in this process alone. */
import { CommitRefusedError, type HeldLease } from "../../store/lease.ts";
import type { RecordStore } from "../../store/record-store.ts";
import { isSameSession } from "../../store/record-updates.ts";
import type { StoredToken, TokenRecord } from "../../store/token-record.ts";
import { type Clock, sleep } from "../../util/clock.ts";
import { backOffInMs, maxCommitRetries } from "./refresh-policy.ts";
import type { CachedToken } from "./token-cache.ts";
import type { WorkerId } from "./worker-id.ts";

export interface UnsavedGrant {
  readonly record: TokenRecord;
  readonly cachedToken: CachedToken;
  /** The token that the record held when the new one was requested. */
  readonly base: StoredToken | undefined;
  readonly key: string;
  readonly fence: number;
}

export interface CommitRetryOptions {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly worker: WorkerId;
  readonly closing: AbortSignal;
  /** Called when a reported grant is in the store after all. */
  readonly onSaved: () => void;
  /** Starts a refresh, which acquires a new lease: the lease of the grant has expired. */
  readonly takeAnotherLease: () => Promise<unknown>;
}

export interface CommitRetry {
  readonly grant: UnsavedGrant | undefined;
  add(grant: UnsavedGrant): void;
  discard(): void;
  /** Tells whether a grant must still be written to this key's record; no longer where another worker has written a newer token. */
  isStillPending(key: string, record: TokenRecord | undefined): boolean;
  /** Writes the grant under a new lease. @throws CommitRefusedError */
  commitUnder(lease: HeldLease): Promise<void>;
  /** Writes a grant that an event has reported again after back-off slots, under its own lease while that lasts. */
  retry(): Promise<void>;
  /** Writes the grant once more before the client closes. */
  flush(): Promise<void>;
}

export function createCommitRetry(options: CommitRetryOptions): CommitRetry {
  const { store, clock, worker, closing, onSaved, takeAnotherLease } = options;
  let grant: UnsavedGrant | undefined;
  /** An event has reported that the store did not take the token. */
  let isReported = false;

  function markSaved(saved: UnsavedGrant): void {
    if (grant !== saved) return;
    grant = undefined;
    if (isReported) onSaved();
  }

  async function tryCommit(pending: UnsavedGrant): Promise<boolean | undefined> {
    const { key, fence, record } = pending;
    const isKept = await store.commit(key, fence, record, { release: true, now: clock.now() }).catch(() => undefined);
    if (isKept) markSaved(pending);
    return isKept;
  }

  return {
    get grant() {
      return grant;
    },
    add(next) {
      grant = next;
      isReported = false;
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
      const pending = grant;
      if (!pending) return;
      if (!(await lease.commit(pending.record))) throw new CommitRefusedError();
      markSaved(pending);
    },
    async retry() {
      const pending = grant;
      isReported = true;
      for (let failures = 1; pending && failures <= maxCommitRetries; failures += 1) {
        await sleep(clock, backOffInMs(failures, worker.jitter), closing);
        if (grant !== pending) return;
        const isKept = await tryCommit(pending);
        if (isKept === true) return;
        if (isKept === false) return void (await takeAnotherLease());
      }
    },
    async flush() {
      if (grant) await tryCommit(grant);
    },
  };
}
