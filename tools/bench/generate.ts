/**
 * `npm run bench:generate`: what it costs to generate a client from GitHub's document (1,223 operations, 13 MB of JSON), ours beside openapi-typescript,
 * hey-api, orval and Kubb: each as its own command in a process of its own, interleaved, CPU of all threads. Ours
 * runs from its sources, stripped of their types by Node at each start. Exits 1 where the goal is missed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Generator, generators, latchkey, types, unchanged } from "./generate/generators.ts";
import { installTool } from "../lib/install-tool.ts";
import { githubDocument } from "../lib/github-document.ts";
import { installPeers } from "./install-peers.ts";
import { median, quartiles } from "./statistics.ts";

const help = `Usage: npm run bench:generate -- [options]

CPU of generating a client from GitHub's document, beside other generators.

Options:
  --rounds <n>   processes of each; default 5
  --own          without those that have to be installed
  -h, --help     this text
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    own: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit();
}
/** The limit, as a share of the CPU of openapi-typescript, which generates only types. */
const most = 1.5;
const document = await githubDocument();
const hook = join(import.meta.dirname, "generate", "report-cpu.js");

async function run({ name, files, command }: Generator, folder: string): Promise<number | string> {
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  const report = join(folder, "cpu");
  const child = spawn(process.execPath, ["--import", hook, ...command], {
    cwd: folder,
    env: { ...process.env, LATCHKEY_BENCH_CPU: report, NODE_OPTIONS: "--max-old-space-size=4096" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0 || !existsSync(report)) return `${name} ended with ${code}: ${output.trim().split("\n").at(-1)}`;
  return Number(await readFile(report, "utf8"));
}

await installTool("hey-api");
if (!values.own) await installPeers();
const all = generators(document).filter(
  ({ command }) => !values.own || !command.some((part) => part.includes("peers")),
);
const folder = await mkdtemp(join(tmpdir(), "latchkey-bench-generate-"));
const spent = new Map<string, number[]>(all.map(({ name }) => [name, []]));
const failed = new Map<string, string>();
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const generator of all) {
      if (failed.has(generator.name)) continue;
      process.stderr.write(`round ${round + 1} of ${values.rounds}: ${generator.name}\n`);
      // The unchanged run needs the files of the run before it.
      const place = generator.name === unchanged ? latchkey : generator.name;
      const result = await run(generator, join(folder, place.replace(/\W+/gu, "-")));
      if (typeof result === "number") spent.get(generator.name)?.push(result);
      else failed.set(generator.name, result);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const alone = median(spent.get(types) ?? []);
console.log(`GitHub's document, ${values.rounds} rounds: CPU in ms, median [quartiles], × openapi-typescript`);
for (const [name, samples] of spent) {
  if (failed.has(name)) {
    console.log(`  ${name.padEnd(30)} ${failed.get(name)}`);
    continue;
  }
  const [low, high] = quartiles(samples).map((value) => value.toFixed(0));
  const ratio = (median(samples) / alone).toFixed(2);
  console.log(`  ${name.padEnd(30)} ${median(samples).toFixed(0).padStart(6)} [${low}–${high}]  ${ratio}`);
}
const ratio = median(spent.get(latchkey) ?? []) / alone;
console.log(`\n${ratio <= most ? "met" : "missed"}: ${ratio.toFixed(2)} of openapi-typescript's (at most ${most})`);
process.exitCode = ratio <= most ? 0 : 1;
