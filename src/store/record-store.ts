/** A store of texts, read and written as records. */
import type { AcquireOptions, CommitOptions, Lease, Snapshot, TokenStore } from "./token-store.ts";
import { formatRecord, retentionInMs, parseRecord, type TokenRecord } from "./token-record.ts";

/** A text in a store, understood. */
export type ParsedSnapshot<T extends Snapshot> = Omit<T, "record"> & { readonly record: TokenRecord | undefined };

export interface RecordStore {
  read(key: string): Promise<ParsedSnapshot<Snapshot>>;
  acquire(key: string, options: AcquireOptions): Promise<ParsedSnapshot<Lease> | undefined>;
  /** @param now the store's time. */
  commit(
    key: string,
    fence: number,
    record: TokenRecord,
    options: Pick<CommitOptions, "release"> & { readonly now: number },
  ): Promise<boolean>;
  release(key: string, fence: number): Promise<void>;
  wait(key: string, version: number, timeoutInMs: number, signal?: AbortSignal): Promise<void>;
}

export function createRecordStore(store: TokenStore): RecordStore {
  const toRead = <T extends Snapshot>(snapshot: T): ParsedSnapshot<T> => ({
    ...snapshot,
    record: snapshot.record === undefined ? undefined : parseRecord(snapshot.record),
  });
  return {
    read: async (key) => toRead(await store.read(key)),
    async acquire(key, options) {
      const lease = await store.acquire(key, options);
      if (!lease) return undefined;
      try {
        return toRead(lease);
      } catch (error) {
        await store.release(key, lease.fence);
        throw error;
      }
    },
    commit: (key, fence, record, { release = false, now }) =>
      store.commit(key, fence, formatRecord(record), { release, keepForInMs: retentionInMs(record, now) }),
    release: (key, fence) => store.release(key, fence),
    wait: (key, version, timeoutInMs, signal) => store.wait(key, version, timeoutInMs, signal),
  };
}
