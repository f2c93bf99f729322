/** A grant that the store would not take: it lives in this process alone, and its commit is tried again, less and less often. */
import { type Clock, sleep } from "../clock.ts";
import type { StoredToken, TokenRecord } from "../store/record.ts";
import type { RecordStore } from "../store/record-store.ts";
import { backOffInMs } from "./back-off.ts";
import type { HeldLease } from "./lease.ts";
import { isOfSession } from "./records.ts";
import type { Worker } from "./worker.ts";

export interface Grant {
  readonly record: TokenRecord;
  /** What the record held when the grant was asked for. */
  readonly base: StoredToken | undefined;
  readonly key: string;
  readonly fence: number;
  /** That the store would not take it was told. */
  readonly isTold: boolean;
}

export interface UnsavedOptions {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly worker: Worker;
  readonly closing: AbortSignal;
  /** The store has taken after all what it would not take. */
  readonly onSaved: () => void;
  /** The lease that it was granted under is over: sets out for a new one. */
  readonly takeAnotherLease: () => Promise<unknown>;
}

export interface Unsaved {
  readonly grant: Grant | undefined;
  add(grant: Grant): void;
  drop(): void;
  /** Whether there is one still to be written to this key's record: not where another worker has gone on meanwhile. */
  review(key: string, record: TokenRecord | undefined): boolean;
  /** Writes it under a new lease. */
  saveUnder(lease: HeldLease): Promise<void>;
  /** Tries again, under the old one while that lasts. */
  persist(): Promise<void>;
  /** Once more, before the client is gone. */
  saveNow(): Promise<void>;
}

/** How often a commit that failed is tried again before the next refresh does: some minutes. */
const maxSaves = 8;

export function createUnsaved(options: UnsavedOptions): Unsaved {
  const { store, clock, worker, closing, onSaved, takeAnotherLease } = options;
  let grant: Grant | undefined;

  function settle(saved: Grant): void {
    if (grant !== saved) return;
    grant = undefined;
    if (saved.isTold) onSaved();
  }

  async function trySave(mine: Grant): Promise<boolean | undefined> {
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
    drop() {
      grant = undefined;
    },
    review(key, record) {
      if (grant?.key !== key) return false;
      if (record?.token && !isOfSession(record.token, grant.base)) grant = undefined;
      return grant !== undefined;
    },
    async saveUnder(lease) {
      const mine = grant;
      if (mine && (await lease.commit(mine.record))) settle(mine);
    },
    async persist() {
      const mine = grant;
      for (let failures = 1; mine && failures <= maxSaves; failures += 1) {
        await sleep(clock, backOffInMs(failures, worker.jitter), closing);
        if (grant !== mine) return;
        const isKept = await trySave(mine);
        if (isKept === true) return;
        if (isKept === false) return void (await takeAnotherLease());
      }
    },
    async saveNow() {
      if (grant) await trySave(grant);
    },
  };
}
