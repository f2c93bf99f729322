/** Generated files against the disk: compared one by one, or written all together. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GeneratedFiles } from "./generate-vendor.ts";
import { generatedMark } from "./header.ts";

export interface StaleFile {
  readonly path: string;
  readonly state: "differs" | "missing" | "does not belong here";
}

export interface Folder {
  readonly path: string;
  readonly files: GeneratedFiles;
}

export async function findStale({ path, files }: Folder): Promise<StaleFile[]> {
  const stale: StaleFile[] = [];
  for (const [name, text] of files) {
    const file = join(path, name);
    const found = await readText(file);
    if (found !== text) stale.push({ path: file, state: found === undefined ? "missing" : "differs" });
  }
  for (const name of await listFolder(path)) {
    if (!files.has(name)) stale.push({ path: join(path, name), state: "does not belong here" });
  }
  return stale;
}

/** Every file is complete on the disk before the first takes its place. What an earlier run left over goes; what others put there stays. */
export async function writeFolders(folders: readonly Folder[]): Promise<StaleFile[]> {
  const changed: StaleFile[] = [];
  const moves: { from: string; to: string }[] = [];
  const leftovers: string[] = [];
  try {
    for (const folder of folders) {
      if (folder.files.size > 0) await mkdir(folder.path, { recursive: true });
      for (const { path, state } of await findStale(folder)) {
        if (state !== "does not belong here") changed.push({ path, state });
        else if ((await readText(path))?.startsWith(`// ${generatedMark}`)) leftovers.push(path);
      }
      for (const [name, text] of folder.files) {
        const to = join(folder.path, name);
        if (!changed.some(({ path }) => path === to)) continue;
        const from = `${to}.${process.pid}.tmp`;
        moves.push({ from, to });
        await writeFile(from, text);
      }
    }
    for (const { from, to } of moves) await rename(from, to);
    for (const path of leftovers) await rm(path);
    for (const { path, files } of folders) if (files.size === 0) await removeEmpty(path);
  } finally {
    for (const { from } of moves) await rm(from, { force: true });
  }
  return [...changed, ...leftovers.map((path) => ({ path, state: "does not belong here" as const }))];
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
