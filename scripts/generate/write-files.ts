/** Compares generated files with the disk, or writes them together. */
import { randomBytes } from "node:crypto";
import { constants, copyFile, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { toDisplayName } from "../codegen/load/document-address.ts";
import type { GeneratedFiles } from "../codegen/generate-vendor.ts";
import { generatedMark } from "../codegen/util/file-header.ts";

export interface StaleFile {
  readonly path: string;
  readonly state: "differs" | "missing" | "does not belong here";
}

export interface Folder {
  readonly path: string;
  readonly files: GeneratedFiles;
  /** Whether other files of the folder are none of the run's business. @default false */
  readonly isShared?: boolean;
}

export async function findStale({ path, files, isShared = false }: Folder): Promise<StaleFile[]> {
  const stale: StaleFile[] = [];
  for (const [name, text] of files) {
    const file = join(path, name);
    const found = await readText(file);
    if (found !== text) stale.push({ path: file, state: found === undefined ? "missing" : "differs" });
  }
  if (isShared) return stale;
  for (const name of await listFolder(path)) {
    if (!files.has(name)) stale.push({ path: join(path, name), state: "does not belong here" });
  }
  return stale;
}

/** Reports a folder that is not written to, or a failure of the disk after all changes were rolled back. */
export class WriteError extends Error {
  override readonly name = "WriteError";
}

/**
 * Replaces files atomically: all are complete on the disk before the first is replaced, and on failure all are rolled back. Files of an
 * earlier run that are no longer generated are removed; other files are kept. No symbolic link is followed from the vendor's folder on.
 *
 * @param unpredictable makes a part of the names of temporary files
 * @throws WriteError
 */
export async function writeFolders(
  folders: readonly Folder[],
  unpredictable = () => randomBytes(8).toString("hex"),
): Promise<StaleFile[]> {
  for (const { path } of folders) await assertNoLink(path);
  const changes = await Promise.all(folders.map(findChanges));
  const undo: (() => Promise<unknown>)[] = [];
  const tidy: (() => Promise<unknown>)[] = [];
  try {
    for (const { path, written } of changes) if (written.size > 0) await makeFolder(path, undo);
    const moves: Move[] = [];
    for (const { path, written } of changes) {
      for (const [name, text] of written) {
        const to = join(path, name);
        const from = `${to}.${unpredictable()}${temporaryMark}`;
        tidy.push(() => rm(from, { force: true }));
        // Exclusive: a link at this name is not followed.
        await writeFile(from, text, { flag: "wx" });
        moves.push({ from, to });
      }
    }
    const oldName = (path: string) => `${path}.${unpredictable()}.old${temporaryMark}`;
    for (const move of moves) await takePlace(move, oldName(move.to), undo, tidy);
    for (const { leftovers } of changes) for (const path of leftovers) await setAside(path, oldName(path), undo, tidy);
  } catch (error) {
    let isUndone = true;
    for (const step of undo.reverse()) {
      await step().catch(() => {
        isUndone = false;
      });
    }
    throw toWriteError(error, isUndone ? "nothing was changed" : "not all files could be restored");
  } finally {
    for (const step of tidy) await step();
  }
  for (const { path, files } of folders) if (files.size === 0) await removeEmpty(path);
  return [
    ...changes.flatMap(({ stale }) => stale),
    ...changes.flatMap(({ leftovers }) => leftovers.map((path) => ({ path, state: "does not belong here" as const }))),
  ];
}

const temporaryMark = ".latchkey-tmp";

/** Files of a folder that is a link would be written elsewhere. The folder above it, which the user names, may be one. */
async function assertNoLink(path: string): Promise<void> {
  // What cannot be looked at cannot be written to either, and is reported by that.
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSymbolicLink()) return;
  const name = toDisplayName(resolve(path));
  throw new WriteError(
    `${name} is a symbolic link, which is not followed; nothing was changed, remove the link, or give the folder that it leads to as the output folder`,
  );
}

interface Changes {
  readonly path: string;
  readonly stale: readonly StaleFile[];
  readonly written: GeneratedFiles;
  readonly leftovers: readonly string[];
}

async function findChanges(folder: Folder): Promise<Changes> {
  const found = await findStale(folder);
  const stale = found.filter(({ state }) => state !== "does not belong here");
  const others = found.filter(({ state }) => state === "does not belong here");
  const leftovers: string[] = [];
  for (const { path } of others) if (await isOurs(path)) leftovers.push(path);
  const paths = new Set(stale.map(({ path }) => path));
  // index.ts says what the others are, and so comes last: if the machine stops in between, it does not speak for them.
  const written = [...folder.files].filter(([name]) => paths.has(join(folder.path, name)));
  const isIndex = ([name]: readonly [string, string]): number => Number(name === "index.ts");
  return { path: folder.path, stale, written: new Map(written.sort((a, b) => isIndex(a) - isIndex(b))), leftovers };
}

const isOurs = async (path: string): Promise<boolean> =>
  path.endsWith(temporaryMark) || ((await readText(path))?.startsWith(`// ${generatedMark}`) ?? false);

interface Move {
  readonly from: string;
  readonly to: string;
}

async function makeFolder(path: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first !== undefined) undo.push(() => rm(first, { recursive: true, force: true }));
}

async function takePlace(
  { from, to }: Move,
  old: string,
  undo: (() => Promise<unknown>)[],
  tidy: (() => Promise<unknown>)[],
): Promise<void> {
  tidy.push(() => rm(old, { force: true }));
  const isKept = await copyFile(to, old, constants.COPYFILE_EXCL).then(
    () => true,
    (error) => rethrowUnless("ENOENT", error),
  );
  await rename(from, to);
  undo.push(() => (isKept ? rename(old, to) : rm(to, { force: true })));
}

async function setAside(
  path: string,
  old: string,
  undo: (() => Promise<unknown>)[],
  tidy: (() => Promise<unknown>)[],
): Promise<void> {
  await rename(path, old);
  undo.push(() => rename(old, path));
  tidy.push(() => rm(old, { force: true }));
}

function rethrowUnless(code: string, error: unknown): false {
  if (error instanceof Error && "code" in error && error.code === code) return false;
  throw error;
}

function toWriteError(error: unknown, outcome: string): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const path = "dest" in error ? error.dest : "path" in error ? error.path : "a file";
  const named = String(path).replace(/\.[\da-f]{16}(?:\.old)?\.latchkey-tmp$/u, "");
  return new WriteError(
    `${toDisplayName(resolve(named))} cannot be written (${String(error.code)}); ${outcome}, make it writable and run again`,
  );
}

async function removeEmpty(path: string): Promise<void> {
  if ((await listFolder(path)).length === 0) await rm(path, { recursive: true, force: true });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch {
    return [];
  }
}
