/**
 * Where a credential's record is kept, for one process or many. A lease with a fence, not a lock: a holder that slept through its
 * lease may still act, but its fence is old and its commit is refused.
 *
 * The protocol knows nothing of tokens: a record is a text of a few kilobytes, and an engine keeps it as it is. Every time is the
 * engine's own clock (`now`), so that workers whose clocks differ agree. Whoever writes an engine of their own puts it under the
 * checks of `latchkey/store/conformance`.
 *
 * | a worker | asks | and then |
 * | --- | --- | --- |
 * | has no fresh token | `read` | adopts what it finds, or goes on |
 * | wants to refresh | `acquire` | reads again under the lease; without it: `wait`, and from the start |
 * | is about to spend a one-time refresh token | `commit`, the lease kept: the intent | the token request, while enough of the lease is left |
 * | has the new token | `commit` with `release` | callers see the token; refused: another holder's record is the truth |
 * | sent nothing | `release` | the next one may try |
 */
export interface TokenStore {
  /** Other processes use it too: a session in it is not one worker's to end. */
  readonly isShared?: boolean;
  /** The record and the engine's time. A key never written gives an empty snapshot. */
  read(key: string): Promise<Snapshot>;
  /** The right to change a record, or `undefined` while another holds it. */
  acquire(key: string, options: AcquireOptions): Promise<Lease | undefined>;
  /**
   * Writes the record if `fence` is the newest given for this key and its lease was not released; `false` where it is not. A record
   * that vanished with its lease (a wiped engine) counts as refused. Resolves only when the record is as durable as the engine can make it.
   */
  commit(key: string, fence: number, record: string, options: CommitOptions): Promise<boolean>;
  /** Ends the lease if it is still this one. */
  release(key: string, fence: number): Promise<void>;
  /**
   * Resolves when the key changes after `version` or its lease ends, or after the timeout; spurious returns are allowed. Whoever gives
   * up aborts the signal: then it resolves soon, and nothing (a timer, a subscription) is left behind.
   */
  wait(key: string, version: number, timeoutInMs: number, signal?: AbortSignal): Promise<void>;
}

export interface AcquireOptions {
  /** Names the worker, for whoever looks into the engine. */
  readonly owner: string;
  /** The lease ends by itself after so long, and is as long again after each commit that keeps it. */
  readonly ttlInMs: number;
}

export interface CommitOptions {
  /** The lease ends with the commit. */
  readonly release?: boolean;
  /** The engine may forget the record after so long. */
  readonly keepForInMs: number;
}

export interface Snapshot {
  readonly record: string | undefined;
  /** Of the last commit; grows with each, also over a wiped engine. */
  readonly version: number;
  /** Epoch-like milliseconds of the engine's clock. */
  readonly now: number;
  /**
   * The engine restarted or failed over since the record was written, and may have lost commits that came after it: a one-time
   * refresh token in it may be spent. Left out by engines that lose nothing.
   */
  readonly mayBeStale?: boolean;
}

export interface Lease extends Snapshot {
  /** Greater than every fence and version given before for this key. */
  readonly fence: number;
}
