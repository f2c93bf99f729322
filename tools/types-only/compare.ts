/** Compares two files of types item by item, under TypeScript's native compiler. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Item } from "./items.ts";

const root = join(import.meta.dirname, "../..");

export type Difference = "assignable" | "narrower" | "wider" | "apart" | "missing";

export interface Comparison {
  readonly differences: readonly { readonly item: Item; readonly difference: Difference }[];
  /** What the compiler says of each file by itself. */
  readonly errors: { readonly ours: readonly string[]; readonly theirs: readonly string[] };
}

/** `same` for identical types; `assignable` where each takes the other's values, but a modifier or a part differs. */
const prelude = `import type * as ours from "./ours.ts";
import type * as theirs from "./theirs.ts";
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2
  ? "same"
  : [A] extends [B] ? ([B] extends [A] ? "assignable" : "narrower") : [B] extends [A] ? "wider" : "apart";
type Is<T extends "same"> = T;
`;

export interface Pair {
  /** Holds ours.ts and theirs.ts. */
  readonly folder: string;
  readonly items: readonly Item[];
}

/** Compares several documents' files in one run of the compiler. */
export async function comparePairs(pairs: readonly Pair[], timeoutInMs = 300_000): Promise<Comparison[]> {
  await Promise.all(pairs.map(({ folder, items }) => writeFile(join(folder, "compare.ts"), assertions(items))));
  const output = await compile(
    pairs.map(({ folder }) => join(folder, "compare.ts")),
    timeoutInMs,
  );
  const complaints = output.split("\n").flatMap((line) => {
    const [, path = "", file = "", row = "", message = ""] =
      /^(.*?)[/\\](\w+)\.ts\((\d+),\d+\): error (.*)$/u.exec(line) ?? [];
    if (path === "" && /\berror\b/u.test(line)) throw new Error(line);
    return path === "" ? [] : [{ folder: resolve(root, path), file, row: Number(row), message }];
  });
  return pairs.map(({ folder, items }) => {
    const own = complaints.filter((one) => one.folder === resolve(folder));
    const found = new Map<Item, Difference>();
    for (const { file, row, message } of own) {
      const item = file === "compare" ? items[row - firstRow] : undefined;
      if (item !== undefined && !found.has(item)) found.set(item, differenceOf(message));
    }
    const errorsOf = (name: string) =>
      own.filter(({ file }) => file === name).map(({ row, message }) => `${row}: ${message}`);
    return {
      differences: [...found].map(([item, difference]) => ({ item, difference })),
      errors: { ours: errorsOf("ours"), theirs: errorsOf("theirs") },
    };
  });
}

const firstRow = prelude.split("\n").length;

/** One line for each item, so that a complaint's line names its item. */
const assertions = (items: readonly Item[]): string =>
  prelude +
  items
    .map(({ access }, index) => {
      return `export type c${index} = Is<Same<${under("ours", access)}, ${under("theirs", access)}>>;\n`;
    })
    .join("");

const under = (file: string, access: string): string =>
  access.startsWith("keyof ") ? `keyof ${file}.${access.slice("keyof ".length)}` : `${file}.${access}`;

function differenceOf(message: string): Difference {
  const [, word] = /Type '"(\w+)"'/u.exec(message) ?? [];
  return word === "assignable" || word === "narrower" || word === "wider" || word === "apart" ? word : "missing";
}

function compile(files: readonly string[], timeout: number): Promise<string> {
  const options = ["--noEmit", "--ignoreConfig", "--strict", "--allowImportingTsExtensions", "--module", "esnext"];
  const target = ["--moduleResolution", "bundler", "--target", "es2024", "--pretty", "false", "--types", ""];
  const compiler = join(root, "node_modules/@typescript/native/bin/tsc");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, ...options, ...target, ...files],
      { cwd: root, timeout, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) =>
        resolve(error?.killed === true ? `error: the compiler took longer than ${timeout} ms` : `${stdout}${stderr}`),
    );
  });
}
