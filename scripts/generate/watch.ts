/**
 * Runs again when the text of a file that was read changes, until it is stopped. Touching a file without changing it starts no run, and a
 * change during a run is not missed.
 */
import { existsSync, watch as watchFolder } from "node:fs";
import { dirname } from "node:path";
import { type Address, isUrl, toDisplayName } from "../codegen/load/document-address.ts";
import { readText } from "../codegen/load/read-text.ts";
import type { Output } from "../shared/output.ts";
import { createCachingReader, type Reader } from "./caching-reader.ts";

/** Waits for editors, which write in several steps. */
const settleInMs = 50;

type Texts = ReadonlyMap<Address, string | undefined>;

/** Resolves with 0 when it is stopped, or with the run's exit code if the run read no file. */
export async function watch<Code extends number>(
  run: (reader: Reader) => Promise<Code>,
  output: Output,
  stop: AbortSignal,
): Promise<Code | 0> {
  let texts: Texts = new Map();
  while (!stop.aborted) {
    const reader = createCachingReader();
    const code = await run(reader);
    texts = await merge(texts, reader.texts);
    if (texts.size === 0) return code;
    output.out(`watching ${texts.size} ${texts.size === 1 ? "file" : "files"}; Ctrl+C ends\n`);
    const changed = await nextChange(texts, stop);
    for (const address of changed) output.out(`${toDisplayName(address)} changed\n`);
  }
  return 0;
}

/** The files to watch, including those of earlier runs: a run that failed early did not read all. URLs are not watched. */
async function merge(before: Texts, now: Texts): Promise<Texts> {
  const others = [...before.keys()].filter((address) => !now.has(address));
  const again = await Promise.all(others.map(async (address) => [address, await textOf(address)] as const));
  return new Map([...now, ...again].filter(([address]) => !isUrl(address)));
}

/** Resolves with the changed files, or with none when it is stopped. */
function nextChange(texts: Texts, stop: AbortSignal): Promise<Address[]> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const look = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () =>
          findChanged(texts).then((changed) => {
            if (changed.length > 0) end(changed);
          }, fail),
        settleInMs,
      );
    };
    const folders = new Set([...texts.keys()].map((address) => existing(dirname(address))));
    const watchers = [...folders].map((folder) => watchFolder(folder, look));
    const end = (changed: Address[]) => {
      close();
      resolve(changed);
    };
    const fail = (error: unknown) => {
      close();
      reject(error);
    };
    const halt = () => end([]);
    const close = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", halt);
      for (const watcher of watchers) watcher.close();
    };
    for (const watcher of watchers) watcher.on("error", fail);
    stop.addEventListener("abort", halt);
    if (stop.aborted) halt();
    // A file may have changed between the run and the start of the watchers.
    else look();
  });
}

async function findChanged(texts: Texts): Promise<Address[]> {
  const found = await Promise.all(
    [...texts].map(async ([address, text]) => ((await textOf(address)) === text ? [] : [address])),
  );
  return found.flat();
}

const textOf = (address: Address): Promise<string | undefined> => readText(address).catch(() => undefined);

const existing = (folder: string): string => (existsSync(folder) ? folder : existing(dirname(folder)));
