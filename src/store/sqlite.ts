/**
 * Stores tokens in a SQLite file, for many processes on one machine (`node:sqlite`, loaded at the first use). A commit resolves when it
 * is on the disk (WAL, `synchronous=FULL`). While another process locks the file, operations are retried without blocking the event
 * loop. Not for network file systems, where SQLite's locks do not work.
 */
import type { StatementSync } from "node:sqlite";
import { onAbort } from "../util/abortable.ts";
import type { Lease, Snapshot, TokenStore } from "./token-store.ts";
import { openSqliteFile, type SqliteFile, toStoreError } from "./sqlite-file.ts";
import { StoreError } from "./store-error.ts";

export interface SqliteStoreOptions {
  /**
   * The file. It is created with its folders, for this user alone (0600 in 0700). A folder that others may write to, one below
   * a folder that everybody may write to (unless it is sticky, as `/tmp` is), another user's file and a symbolic link to a file are
   * rejected.
   */
  readonly path: string;
  /** How long to retry while another process locks the file, in milliseconds. @default 5000 */
  readonly busyTimeoutInMs?: number;
}

export interface SqliteStore extends TokenStore {
  /** Opens the file now, so that a program learns at its start what is wrong with it. @throws StoreError */
  open(): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Row {
  readonly record: string | null;
  readonly version: number;
  readonly sequence: number;
  readonly fence: number;
  readonly ttl: number;
  readonly until: number;
}

type Statements = Readonly<Record<"read" | "acquire" | "commit" | "release" | "purge", StatementSync>>;

/** Delays between attempts at a locked file, and between polls for a lease; jitter spreads the processes. */
const firstDelayInMs = 5;
const maxBusyDelayInMs = 40;
const maxPollDelayInMs = 150;
const purgeEveryInMs = 3_600_000;
/** How long after its lease a holder may still commit. */
const maxCommitDelayInMs = 86_400_000;

export function createSqliteStore({ path, busyTimeoutInMs = 5_000 }: SqliteStoreOptions): SqliteStore {
  let opening: Promise<SqliteFile> | undefined;
  let file: SqliteFile | undefined;
  let statements: Statements | undefined;
  let isClosed = false;
  /** The highest number seen, so that none is granted twice even if the file is deleted and the clock set back. */
  let highest = 0;
  let purgedAt = 0;

  /** Runs one operation on the file. Opens the file first, and again where it was replaced; retries while it is locked. */
  async function attempt<T>(step: (on: Statements, open: SqliteFile) => T): Promise<T> {
    const until = performance.now() + busyTimeoutInMs;
    for (let delayInMs = firstDelayInMs; ; delayInMs = Math.min(delayInMs * 1.5, maxBusyDelayInMs)) {
      if (isClosed)
        throw new StoreError("closed", "the SQLite store is closed; create a new one with createSqliteStore()");
      try {
        if (file && !file.isCurrent()) forget();
        const open = file ?? (await opened());
        statements ??= prepare(open);
        return step(statements, open);
      } catch (error) {
        const known = toStoreError(error);
        if (known.code !== "busy" || performance.now() >= until) throw known;
        await pause(delayInMs);
      }
    }
  }

  async function opened(): Promise<SqliteFile> {
    opening ??= openSqliteFile(path);
    try {
      file = await opening;
    } finally {
      opening = undefined;
    }
    return file;
  }

  function forget(): void {
    file?.close();
    file = undefined;
    statements = undefined;
  }

  function rowOf(on: Statements, key: string): Row | undefined {
    const row = on.read.get(key);
    return row && toRow(row);
  }

  function toSnapshot(row: Row | undefined, now: number): Snapshot {
    highest = Math.max(highest, row?.sequence ?? 0);
    return { record: row?.record ?? undefined, version: row?.version ?? 0, now };
  }

  const read = (key: string): Promise<Snapshot> => attempt((on) => toSnapshot(rowOf(on, key), Date.now()));

  async function wait(key: string, version: number, timeoutInMs: number, signal?: AbortSignal): Promise<void> {
    const until = performance.now() + timeoutInMs;
    for (let delayInMs = firstDelayInMs * 2; ; delayInMs = Math.min(delayInMs * 1.5, maxPollDelayInMs)) {
      const row = await attempt((on) => rowOf(on, key));
      if ((row?.version ?? 0) !== version || !isLeased(row, Date.now())) return;
      const left = until - performance.now();
      if (left <= 0 || signal?.aborted) return;
      await pause(Math.min(delayInMs, left), signal);
    }
  }

  return {
    isShared: true,
    open: () => attempt(() => {}),
    read,
    wait,
    acquire: (key, { owner, ttlInMs }) =>
      attempt((on, open) =>
        open.transact((): Lease | undefined => {
          const now = Date.now();
          if (now - purgedAt > purgeEveryInMs) {
            on.purge.run(now, now - maxCommitDelayInMs);
            purgedAt = now;
          }
          const row = rowOf(on, key);
          if (isLeased(row, now)) return undefined;
          const snapshot = toSnapshot(row, now);
          // The clock keeps fences growing after the file was deleted.
          const fence = Math.max(highest + 1, now);
          on.acquire.run(key, fence, fence, owner, ttlInMs, now + ttlInMs);
          highest = fence;
          return { ...snapshot, fence };
        }),
      ),
    commit: (key, fence, record, { release = false, keepForInMs }) =>
      attempt((on) => {
        const now = Date.now();
        return on.commit.run(record, now + keepForInMs, release ? 0 : fence, now, key, fence).changes > 0;
      }),
    release: (key, fence) =>
      attempt((on) => {
        on.release.run(key, fence);
      }),
    async close() {
      isClosed = true;
      forget();
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      forget();
    },
  };
}

/** A lease that ends later than its duration from now was granted before the clock was set back, and does not count. */
const isLeased = (row: Row | undefined, now: number): boolean =>
  row !== undefined && row.fence > 0 && row.until > now && row.until - now <= row.ttl;

const prepare = ({ database }: SqliteFile): Statements => ({
  read: database.prepare("SELECT record, version, sequence, fence, ttl, until FROM record WHERE key = ?"),
  acquire: database.prepare(
    `INSERT INTO record (key, sequence, fence, owner, ttl, until) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
     SET sequence = excluded.sequence, fence = excluded.fence, owner = excluded.owner, ttl = excluded.ttl, until = excluded.until`,
  ),
  commit: database.prepare(
    `UPDATE record SET record = ?1, keep_until = ?2, sequence = sequence + 1, version = sequence + 1, fence = ?3, until = ?4 + ttl
     WHERE key = ?5 AND fence = ?6 AND fence > 0`,
  ),
  release: database.prepare("UPDATE record SET fence = 0 WHERE key = ? AND fence = ?"),
  purge: database.prepare("DELETE FROM record WHERE keep_until < ? AND until < ?"),
});

function toRow(row: Readonly<Record<string, unknown>>): Row {
  const number = (name: string) => Number(row[name]);
  return {
    record: typeof row.record === "string" ? row.record : null,
    version: number("version"),
    sequence: number("sequence"),
    fence: number("fence"),
    ttl: number("ttl"),
    until: number("until"),
  };
}

/** Waits half to all of the delay; resolves early when the signal aborts. */
function pause(delayInMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => {
        stopListening();
        resolve();
      },
      delayInMs * (0.5 + Math.random() / 2),
    );
    const stopListening = onAbort(signal, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
