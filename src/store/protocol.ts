/**
 * Where a credential's token is kept, for one process or many. A lease with a fence, not a lock: a holder that slept through its
 * lease may still act, but its fence is old and its commit is refused. Times in a record are in the store's own clock (`now`).
 */
export interface TokenStore {
  /** The record and the store's time. A key never written gives an empty snapshot. */
  read(key: string): Promise<Snapshot>;
  /** The right to change a record, or `undefined` while another holds it. */
  acquire(key: string, options: { readonly owner: string; readonly ttlInMs: number }): Promise<Lease | undefined>;
  /**
   * Writes the record if the fence is still the newest; `false` where it is not. With `release` the lease ends with it.
   * Resolves only when the record is as durable as the engine can make it.
   */
  commit(key: string, fence: number, record: TokenRecord, options?: { readonly release?: boolean }): Promise<boolean>;
  /** Ends the lease if it is still this one. */
  release(key: string, fence: number): Promise<void>;
  /** Resolves when the key changes after `version` or its lease ends, or after the timeout; spurious returns are allowed. */
  wait(key: string, version: number, timeoutInMs: number): Promise<void>;
}

export interface Snapshot {
  readonly record: TokenRecord | undefined;
  /** Grows with every commit. */
  readonly version: number;
  /** Epoch-like milliseconds of the store's clock. */
  readonly now: number;
}

export interface Lease extends Snapshot {
  /** Greater than every fence given before for this key. */
  readonly fence: number;
}

export interface TokenRecord {
  readonly format: 1;
  /** Of the credentials that the token was had with. */
  readonly fingerprint: string;
  readonly token?: StoredToken;
  /** A refresh token that was about to be spent: while this stands, it may be. */
  readonly intent?: { readonly refreshTokenHash: string; readonly attempts: number };
  /** What the token endpoint last refused, and until when it is left alone. */
  readonly hold?: Hold;
}

export interface StoredToken {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly refreshToken?: string;
  readonly scope?: string;
  readonly estimated: boolean;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Store time. */
  readonly obtainedAt: number;
  readonly expiresAt: number;
  readonly refreshAt?: number;
  readonly refreshExpiresAt?: number;
}

export interface Hold {
  /** Store time; absent: until the credentials change. */
  readonly until?: number;
  readonly failures: number;
  /** An `AuthError`'s message and details, scrubbed. */
  readonly error: Readonly<Record<string, unknown>> & { readonly message: string };
}
