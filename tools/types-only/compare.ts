/** Compares two files of types item by item, under TypeScript's native compiler. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
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

/** @param folder holds ours.ts and theirs.ts */
export async function compareFiles(folder: string, items: readonly Item[], timeoutInMs = 300_000): Promise<Comparison> {
  const lines = items.map(
    ({ access }, index) => `export type c${index} = Is<Same<${under("ours", access)}, ${under("theirs", access)}>>;`,
  );
  const file = join(folder, "compare.ts");
  await writeFile(file, `${prelude}${lines.join("\n")}\n`);
  const output = await compile(file, timeoutInMs);
  const first = prelude.split("\n").length;
  const found = new Map<Item, Difference>();
  const errors = { ours: new Array<string>(), theirs: new Array<string>() };
  for (const line of output.split("\n")) {
    const [, name = "", row = "", message = ""] = /([^/\\]+)\.ts\((\d+),\d+\): error (.*)$/u.exec(line) ?? [];
    if (name === "ours" || name === "theirs") errors[name].push(`${row}: ${message}`);
    const item = name === "compare" ? items[Number(row) - first] : undefined;
    if (item !== undefined && !found.has(item)) found.set(item, differenceOf(message));
    if (name === "" && /error/u.test(line)) throw new Error(line);
  }
  return { differences: [...found].map(([item, difference]) => ({ item, difference })), errors };
}

const under = (file: string, access: string): string =>
  access.startsWith("keyof ") ? `keyof ${file}.${access.slice("keyof ".length)}` : `${file}.${access}`;

function differenceOf(message: string): Difference {
  const [, word] = /Type '"(\w+)"'/u.exec(message) ?? [];
  return word === "assignable" || word === "narrower" || word === "wider" || word === "apart" ? word : "missing";
}

function compile(file: string, timeout: number): Promise<string> {
  const options = ["--noEmit", "--ignoreConfig", "--strict", "--allowImportingTsExtensions", "--module", "esnext"];
  const target = ["--moduleResolution", "bundler", "--target", "es2024", "--pretty", "false", "--types", ""];
  const compiler = join(root, "node_modules/@typescript/native/bin/tsc");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, ...options, ...target, file],
      { cwd: root, timeout, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) =>
        resolve(error?.killed === true ? `error: the compiler took longer than ${timeout} ms` : `${stdout}${stderr}`),
    );
  });
}
