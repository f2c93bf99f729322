/** A store that cannot be trusted to answer: each step has a deadline, and every failure becomes one typed error. */
import { type Clock, sleep } from "../clock.ts";
import type { TokenStore } from "./protocol.ts";

export type StoreAction = "read" | "acquire" | "commit" | "release" | "wait";

export class StoreFailure extends Error {
  readonly action: StoreAction;
  constructor(action: StoreAction) {
    super(`the token store failed (${action})`);
    this.action = action;
  }
}

export function createGuardedStore(store: TokenStore, clock: Clock, deadlineInMs: number): TokenStore {
  async function within<T>(action: StoreAction, limitInMs: number, run: () => Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = sleep(clock, limitInMs, done.signal).then(() => {
      throw new StoreFailure(action);
    });
    late.catch(() => {});
    try {
      return await Promise.race([run(), late]);
    } catch {
      // The engine's own error may quote its connection string.
      throw new StoreFailure(action);
    } finally {
      done.abort();
    }
  }
  return {
    read: (key) => within("read", deadlineInMs, () => store.read(key)),
    acquire: (key, options) => within("acquire", deadlineInMs, () => store.acquire(key, options)),
    commit: (key, fence, record, options) =>
      within("commit", deadlineInMs, () => store.commit(key, fence, record, options)),
    release: (key, fence) => within("release", deadlineInMs, () => store.release(key, fence)),
    wait: (key, version, timeoutInMs) =>
      within("wait", timeoutInMs + deadlineInMs, () => store.wait(key, version, timeoutInMs)),
  };
}
