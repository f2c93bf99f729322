/**
 * Reads and writes records in a token store that may hang or misbehave. Each step has a deadline, every failure becomes a
 * `StoreOperationError`, and a response that is not a snapshot is rejected.
 */
import { abortable } from "../util/abortable.ts";
import { type Clock, sleep } from "../util/clock.ts";
import { StoreError, type StoreErrorCode } from "./store-error.ts";
import { formatRecord, parseRecord, retentionInMs, type TokenRecord } from "./token-record.ts";
import type { AcquireOptions, CommitOptions, Lease, Snapshot, TokenStore } from "./token-store.ts";

/** A snapshot whose record is parsed. */
export type ParsedSnapshot<T extends Snapshot> = Omit<T, "record"> & { readonly record: TokenRecord | undefined };

/** A `TokenStore` of parsed records. Its functions throw `StoreOperationError` alone. */
export interface RecordStore {
  read(key: string): Promise<ParsedSnapshot<Snapshot>>;
  acquire(key: string, options: AcquireOptions): Promise<ParsedSnapshot<Lease> | undefined>;
  /** @param now the store's time */
  commit(
    key: string,
    fence: number,
    record: TokenRecord,
    options: Pick<CommitOptions, "release"> & { readonly now: number },
  ): Promise<boolean>;
  release(key: string, fence: number): Promise<void>;
  wait(key: string, version: number, timeoutInMs: number, signal?: AbortSignal): Promise<void>;
}

export type StoreOperation = "read" | "acquire" | "commit" | "release" | "wait";

export class StoreOperationError extends Error {
  readonly action: StoreOperation;
  readonly reason: StoreErrorCode;
  constructor(action: StoreOperation, reason: StoreErrorCode) {
    super(`the token store failed (${action}: ${reason})`);
    this.action = action;
    this.reason = reason;
  }
}

/** @param deadlineInMs for one operation; a `wait` has its own timeout besides */
export function createRecordStore(engine: TokenStore, clock: Clock, deadlineInMs: number): RecordStore {
  async function within<T>(action: StoreOperation, limitInMs: number, running: Promise<T>): Promise<T> {
    const done = new AbortController();
    const timeout = sleep(clock, limitInMs, done.signal).then(() => {
      throw new StoreOperationError(action, "unreachable");
    });
    timeout.catch(() => {});
    try {
      return await Promise.race([running, timeout]);
    } catch (error) {
      if (error instanceof StoreOperationError) throw error;
      // The engine's own error is not kept: it may quote a connection string.
      throw new StoreOperationError(action, error instanceof StoreError ? error.code : "failed");
    } finally {
      done.abort();
    }
  }

  const read = async (key: string) => toParsed(assertSnapshot(await engine.read(key)));

  async function acquire(key: string, options: AcquireOptions): Promise<ParsedSnapshot<Lease> | undefined> {
    const lease = await engine.acquire(key, options);
    if (!lease) return undefined;
    assertSnapshot(lease);
    try {
      return toParsed(lease);
    } catch (error) {
      await engine.release(key, lease.fence);
      throw error;
    }
  }

  // `async`, so that an engine that throws synchronously rejects as well.
  const commit: RecordStore["commit"] = async (key, fence, record, { release: isLast = false, now }) =>
    engine.commit(key, fence, formatRecord(record), { release: isLast, keepForInMs: retentionInMs(record, now) });
  const release = async (key: string, fence: number) => engine.release(key, fence);

  async function wait(key: string, version: number, timeoutInMs: number, signal?: AbortSignal): Promise<void> {
    try {
      // The engine may ignore the signal.
      await abortable(engine.wait(key, version, timeoutInMs, signal), signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }

  return {
    read: (key) => within("read", deadlineInMs, read(key)),
    async acquire(key, options) {
      const acquiring = acquire(key, options);
      try {
        return await within("acquire", deadlineInMs, acquiring);
      } catch (error) {
        // A client that queues commands while disconnected may still send this one: give back a lease that nobody will use.
        acquiring.then((lease) => lease && release(key, lease.fence)).catch(() => {});
        throw error;
      }
    },
    commit: (key, fence, record, options) => within("commit", deadlineInMs, commit(key, fence, record, options)),
    release: (key, fence) => within("release", deadlineInMs, release(key, fence)),
    wait: (key, version, timeoutInMs, signal) =>
      within("wait", timeoutInMs + deadlineInMs, wait(key, version, timeoutInMs, signal)),
  };
}

const toParsed = <T extends Snapshot>(snapshot: T): ParsedSnapshot<T> => ({
  ...snapshot,
  record: snapshot.record === undefined ? undefined : parseRecord(snapshot.record),
});

/** A user's own engine may return anything. */
function assertSnapshot<T extends Snapshot>(snapshot: T): T {
  const { version, now } = Object(snapshot);
  if (Number.isFinite(version) && Number.isFinite(now)) return snapshot;
  throw new StoreError(
    "failed",
    "the store returned something that is not a snapshot; check it with latchkey/store/conformance",
  );
}
