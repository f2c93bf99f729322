/** A store that cannot be trusted to answer: each step has a deadline, and every failure becomes one typed error. */
import { type Clock, sleep } from "../util/clock.ts";
import { abortable } from "../util/abortable.ts";
import type { Snapshot, TokenStore } from "./token-store.ts";
import { createRecordStore, type RecordStore } from "./record-store.ts";
import { StoreError, type StoreErrorCode } from "./store-error.ts";

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

export function createGuardedStore(engine: TokenStore, clock: Clock, deadlineInMs: number): RecordStore {
  async function within<T>(
    action: StoreOperation,
    limitInMs: number,
    run: () => Promise<T>,
    isFit: (answer: T) => boolean = () => true,
  ): Promise<T> {
    const done = new AbortController();
    const late = sleep(clock, limitInMs, done.signal).then(() => {
      throw new StoreOperationError(action, "unreachable");
    });
    late.catch(() => {});
    try {
      const answer = await Promise.race([run(), late]);
      if (!isFit(answer)) throw new StoreOperationError(action, "failed");
      return answer;
    } catch (error) {
      if (error instanceof StoreOperationError) throw error;
      // The engine's own error may quote its connection string.
      throw new StoreOperationError(action, error instanceof StoreError ? error.code : "failed");
    } finally {
      done.abort();
    }
  }
  const store = createRecordStore({
    read: async (key) => checked(await engine.read(key)),
    async acquire(key, options) {
      const lease = await engine.acquire(key, options);
      return lease && checked(lease);
    },
    commit: async (key, fence, record, options) => engine.commit(key, fence, record, options),
    release: async (key, fence) => engine.release(key, fence),
    wait: async (key, version, timeoutInMs, signal) => engine.wait(key, version, timeoutInMs, signal),
  });
  return {
    read: (key) => within("read", deadlineInMs, () => store.read(key)),
    acquire(key, options) {
      let isLate = false;
      const acquiring = store.acquire(key, options);
      // A client that queues commands while it is not connected sends this one later: nobody would use that lease.
      acquiring.then(
        (lease) => {
          if (lease && isLate) store.release(key, lease.fence).catch(() => {});
        },
        () => {},
      );
      return within("acquire", deadlineInMs, () => acquiring).catch((error: unknown) => {
        isLate = true;
        throw error;
      });
    },
    commit: (key, fence, record, options) =>
      within("commit", deadlineInMs, () => store.commit(key, fence, record, options)),
    release: (key, fence) => within("release", deadlineInMs, () => store.release(key, fence)),
    wait: (key, version, timeoutInMs, signal) =>
      within("wait", timeoutInMs + deadlineInMs, () =>
        // Also with an engine that knows of no signal.
        abortable(store.wait(key, version, timeoutInMs, signal), signal).catch((error: unknown) => {
          if (!signal?.aborted) throw error;
        }),
      ),
  };
}

/** An engine of the user's own may answer anything. */
function checked<T extends Snapshot>(answer: T): T {
  const isSnapshot =
    typeof answer === "object" && answer !== null && Number.isFinite(answer.version) && Number.isFinite(answer.now);
  if (isSnapshot) return answer;
  throw new StoreError(
    "failed",
    "the engine answered with something that is no snapshot; check it with latchkey/store/conformance",
  );
}
