/** Opens the SQLite store's file: checks its owner, permissions and format, and maps its errors. */
import { chmodSync, constants, lstatSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { StoreError, type StoreErrorCode } from "./store-error.ts";

export interface SqliteFile {
  readonly database: DatabaseSync;
  /** True while the path leads to the file that is open. */
  isCurrent(): boolean;
  /** Runs a function in one transaction. */
  transact<T>(run: () => T): T;
  close(): void;
}

/** "LKEY"; `file(1)` shows it. */
const applicationId = 0x4c4b4559;
const schemaVersion = 1;
const schema = `
  CREATE TABLE record (
    key TEXT PRIMARY KEY,
    record TEXT,
    version INTEGER NOT NULL DEFAULT 0,
    sequence INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    owner TEXT NOT NULL,
    ttl INTEGER NOT NULL,
    until INTEGER NOT NULL,
    keep_until INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};`;

export async function openSqliteFile(path: string): Promise<SqliteFile> {
  const { absolute, inode } = await secure(resolve(path));
  const { DatabaseSync } = await import("node:sqlite");
  // No busy timeout, which would block the event loop: the caller retries.
  const database = new DatabaseSync(absolute, { timeout: 0 });
  const file: SqliteFile = {
    database,
    isCurrent: () => statSync(absolute, { throwIfNoEntry: false })?.ino === inode,
    transact(run) {
      database.exec("BEGIN IMMEDIATE");
      try {
        const result = run();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
  try {
    prepare(file);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Checks the file's format before anything is written, and creates the table in a new file. */
function prepare({ database, transact }: SqliteFile): void {
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const isEmpty = () => database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  const isNew = pragma("application_id") === 0 && pragma("user_version") === 0 && isEmpty();
  if (!isNew) check(pragma("application_id"), pragma("user_version"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
  if (!isNew) return;
  transact(() => {
    // Another process may have created it meanwhile.
    if (isEmpty()) database.exec(schema);
  });
}

function check(application: number, version: number): void {
  if (application !== applicationId)
    throw new StoreError("foreign", "the SQLite file belongs to another program; give the store its own file");
  if (version > schemaVersion)
    throw new StoreError(
      "newer",
      `the SQLite file has schema ${version}, but this version of latchkey supports ${schemaVersion}; update latchkey`,
    );
}

/** Creates or checks the file and its folders. Returns the file's path without symbolic links, and its inode. */
async function secure(given: string): Promise<{ readonly absolute: string; readonly inode: number }> {
  try {
    await mkdir(dirname(given), { recursive: true, mode: 0o700 });
    const folder = await realpath(dirname(given));
    const path = join(folder, basename(given));
    checkFolder(folder);
    checkParents(folder);
    const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants;
    const handle = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    try {
      const inode = await checkFile(handle);
      for (const suffix of sidecars) checkSidecar(`${path}${suffix}`);
      return { absolute: path, inode };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw toStoreError(error);
  }
}

const ownUser = (): number | undefined => globalThis.process?.getuid?.();

function checkFolder(folder: string): void {
  const { uid, mode } = statSync(folder);
  const own = ownUser();
  if (own === undefined) return;
  if (uid !== own && uid !== 0)
    throw new StoreError("insecure", "the SQLite file's folder belongs to another user; use a folder of this user");
  if ((mode & 0o022) !== 0)
    throw new StoreError("insecure", "other users may write to the SQLite file's folder; chmod 700 it, or use another");
}

/** Checks the folders above: who may replace one of them may replace the file. A sticky folder, such as `/tmp`, keeps each user's own. */
function checkParents(folder: string): void {
  const parent = dirname(folder);
  if (parent === folder || ownUser() === undefined) return;
  const { mode } = statSync(parent);
  if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) {
    throw new StoreError(
      "insecure",
      "everybody may replace a folder above the SQLite file; chmod o-w that folder, or use another",
    );
  }
  checkParents(parent);
}

/** What SQLite keeps beside the file. New ones get the file's mode; those that were there before it was private keep theirs. */
const sidecars = ["-wal", "-shm", "-journal"] as const;

/** Checked by name: to open and close one would release the locks that this process holds on it (POSIX fcntl). */
function checkSidecar(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const own = ownUser();
  if (!stat) return;
  if (!stat.isFile() || stat.nlink > 1 || (own !== undefined && stat.uid !== own)) {
    throw new StoreError(
      "insecure",
      "a side file of the SQLite file is a link or belongs to another user; remove it, or use another folder",
    );
  }
  if (own === undefined || (stat.mode & 0o077) === 0) return;
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    // The last process that had the file open removes it.
    if (Object(error).code !== "ENOENT") throw error;
  }
}

async function checkFile(handle: FileHandle): Promise<number> {
  const stat = await handle.stat();
  const own = ownUser();
  if (!stat.isFile() || stat.nlink > 1)
    throw new StoreError("insecure", "the SQLite path is not a plain file, or has a second hard link; use another");
  if (own !== undefined && stat.uid !== own)
    throw new StoreError("insecure", "the SQLite file belongs to another user; use a file of this user");
  if (own !== undefined && (stat.mode & 0o077) !== 0) await handle.chmod(0o600);
  return stat.ino;
}

/** Store errors by SQLite's primary result codes (sqlite.org/rescode.html). */
const sqliteCodes: Readonly<Record<number, readonly [StoreErrorCode, string]>> = {
  1: [
    "corrupted",
    "the SQLite file lacks the store's table; keep a copy, then delete it: the next call signs in again",
  ],
  5: ["busy", "the SQLite file is locked by other processes; no action is needed unless this persists"],
  6: ["busy", "the SQLite file is locked by other processes; no action is needed unless this persists"],
  8: ["read_only", "the SQLite file cannot be written to; check its mount and its mode"],
  10: ["unreachable", "the SQLite file's disk failed; check it"],
  11: ["corrupted", "the SQLite file is damaged; keep a copy, then delete it: the next call signs in again"],
  13: ["full", "the SQLite file's disk is full; free some space"],
  14: ["unreachable", "the SQLite file cannot be opened; check its path and mode"],
  23: ["denied", "the SQLite file cannot be opened; check its path and mode"],
  26: ["foreign", "the file is not an SQLite database; give the store its own file"],
};

const systemCodes: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  ELOOP: ["insecure", "the SQLite path is a symbolic link; use the file itself"],
  EISDIR: ["insecure", "the SQLite path is a folder; use a file"],
  EACCES: ["denied", "the SQLite file cannot be opened; check its path and mode"],
  EPERM: ["denied", "the SQLite file cannot be opened; check its path and mode"],
  EROFS: ["read_only", "the SQLite file cannot be written to; check its mount and its mode"],
  ENOSPC: ["full", "the SQLite file's disk is full; free some space"],
  EDQUOT: ["full", "the SQLite file's disk is full; free some space"],
};

export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { errcode, code } = Object(error);
  const known =
    typeof errcode === "number"
      ? sqliteCodes[errcode & 0xff]
      : typeof code === "string"
        ? systemCodes[code]
        : undefined;
  return known
    ? new StoreError(...known)
    : new StoreError("failed", "the SQLite file cannot be used; check its path and disk");
}
