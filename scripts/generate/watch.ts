/**
 * Runs again when something that was read is no longer what it was, until it is told to stop. What counts is the text: a file that was only touched
 * starts nothing, and a change made while a run was going on is not missed.
 */
import { existsSync, watch as watchFolder } from "node:fs";
import { dirname } from "node:path";
import { type Address, isUrl, toDisplayName } from "../codegen/load/document-address.ts";
import { readText } from "../codegen/load/read-text.ts";
import type { Output } from "../shared/output.ts";
import { createCachingReader, type Reader } from "./caching-reader.ts";

/** Editors write in several steps. */
const settleInMs = 50;

type Texts = ReadonlyMap<Address, string | undefined>;

/** Resolves with 0 when it is stopped, or with the run's own exit code where it read nothing that could change. */
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

/** A run that stopped early has not read all that it hangs on. What a server holds is not watched. */
async function merge(before: Texts, now: Texts): Promise<Texts> {
  const others = [...before.keys()].filter((address) => !now.has(address));
  const again = await Promise.all(others.map(async (address) => [address, await textOf(address)] as const));
  return new Map([...now, ...again].filter(([address]) => !isUrl(address)));
}

/** Resolves with what has changed, or with nothing when it is stopped. */
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
    // Between the run and the watchers something may have changed already.
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
