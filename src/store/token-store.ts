/**
 * Stores the record of each credential, for one process or many. The right to change a record is a lease with a fence, not a lock: a
 * holder that resumes after its lease expired may still act, but its fence is old, so that its commit is rejected.
 *
 * A store knows nothing about tokens: a record is a string of a few kilobytes, which the store keeps verbatim. All times are by the
 * store's own clock (`now`), so that workers whose clocks differ agree. Test a store of your own with `latchkey/store/conformance`.
 *
 * | a worker | calls | and then |
 * | --- | --- | --- |
 * | has no fresh token | `read` | adopts the stored token if it is fresh; else continues |
 * | wants to refresh | `acquire` | has the record with the lease; without a lease: `wait`, then starts again |
 * | is about to send a one-time refresh token | `commit` of the intent, keeping the lease | sends the token request, if enough of the lease is left |
 * | has the new token | `commit` with `release` | gives callers the token; if the commit was rejected, the other holder's record counts |
 * | sent nothing | `release` | the next worker may try |
 */
export interface TokenStore {
  /** True where other processes use the store too, so that one of them must not end a session for all. */
  readonly isShared?: boolean;
  /** Reads the record and the store's time. A key that was never written gives an empty snapshot. */
  read(key: string): Promise<Snapshot>;
  /** Takes the right to change a record; `undefined` while another worker holds it. */
  acquire(key: string, options: AcquireOptions): Promise<Lease | undefined>;
  /**
   * Writes the record if `fence` is the newest of this key and its lease was not released; else, and where the record vanished with its
   * lease (a wiped store), returns `false`. Resolves only when the record is as durable as the store can make it.
   */
  commit(key: string, fence: number, record: string, options: CommitOptions): Promise<boolean>;
  /** Ends the lease, unless another one has replaced it. */
  release(key: string, fence: number): Promise<void>;
  /**
   * Resolves when the key changes after `version`, when its lease ends, or after the timeout; it may also resolve early. When the signal
   * aborts, it resolves soon and leaves no timer or subscription behind.
   */
  wait(key: string, version: number, timeoutInMs: number, signal?: AbortSignal): Promise<void>;
}

export interface AcquireOptions {
  /** The worker's name, for people who inspect the store. */
  readonly owner: string;
  /** The duration of the lease. Each commit that keeps the lease starts it again. */
  readonly ttlInMs: number;
}

export interface CommitOptions {
  /** Ends the lease with the commit. */
  readonly release?: boolean;
  /** The store may delete the record after this time. */
  readonly keepForInMs: number;
}

export interface Snapshot {
  readonly record: string | undefined;
  /** The version of the last commit. It grows with each commit, even after the store was wiped. */
  readonly version: number;
  /** The store's clock, in milliseconds. */
  readonly now: number;
  /**
   * True where the store restarted or failed over since the record was written, and may have lost later commits: a one-time refresh
   * token in the record may have been used. Stores that lose no commits leave it out.
   */
  readonly mayBeStale?: boolean;
}

export interface Lease extends Snapshot {
  /** Greater than every earlier fence and version of this key. */
  readonly fence: number;
}
