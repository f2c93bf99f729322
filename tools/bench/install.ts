/**
 * `npm run bench:install`: what a first `npm install` of the working tree costs, in an empty temporary folder: its weight, its time, and
 * npm's warnings about engines, by package.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, globSync, lstatSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { developmentOnly, engineWarnings } from "./install/engine-warnings.ts";

const limits = { weightInMB: 500, demoInSeconds: 60 };

const help = `Usage: npm run bench:install -- [options]

Copies the working tree to a temporary folder, runs npm install there, and prints the weight of node_modules (limit: ${limits.weightInMB} MB),
the time, and npm's EBADENGINE warnings by package. npm runs on the machine's own Node, as it does in a fresh clone.

Options:
  --node <folder>   the folder of another Node for npm to run on
  --demo            also runs npm run demo (limit for both: ${limits.demoInSeconds} s)
  -h, --help        this text

Exit code: 1 above a limit, or where a package warns that users do not install.
`;

const { values } = parseArgs({
  options: {
    node: { type: "string" },
    demo: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const root = join(import.meta.dirname, "..", "..");

/** PATH as a shell has it: npm puts `node_modules/.bin`, where the project's Node is, before it. */
const path = [values.node ?? [], (process.env.PATH ?? "").split(delimiter).filter((one) => !/node_modules/u.test(one))]
  .flat()
  .join(delimiter);

async function run(folder: string, command: string, args: readonly string[]): Promise<string> {
  // What this npm tells its scripts would configure the inner one.
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/iu.test(name));
  const env = { ...Object.fromEntries(inherited), PATH: path };
  const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (text: string) => {
    output += text;
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`bench:install: ${command} ${args.join(" ")} failed (code ${code}):\n${output}`);
  return output;
}

/** Copies what is in version control, and new files that are not ignored. */
function copyWorkingTree(folder: string): void {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 }).split("\0");
  for (const file of files)
    if (file !== "" && existsSync(join(root, file))) cpSync(join(root, file), join(folder, file), { recursive: true });
}

/** Adds up the blocks of all files on the disk; a file with several names counts once. */
function weigh(folder: string): number {
  const seen = new Set<number>();
  let bytes = 0;
  for (const file of globSync("**/{*,.*}", { cwd: folder })) {
    const { ino, blocks } = lstatSync(join(folder, file));
    if (!seen.has(ino)) bytes += blocks * 512;
    seen.add(ino);
  }
  return bytes / 1e6;
}

async function measure(folder: string): Promise<boolean> {
  copyWorkingTree(folder);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const warnings = engineWarnings(await run(folder, "npm", ["install"]));
  const installedInSeconds = seconds();
  const weightInMB = weigh(join(folder, "node_modules"));
  const unexpected = developmentOnly(
    warnings.keys(),
    JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")),
  );
  const version = (await run(folder, "node", ["--version"])).trim();
  process.stdout.write(`npm install on Node ${version.slice(1)}: ${installedInSeconds.toFixed(1)} s\n`);
  process.stdout.write(`node_modules: ${weightInMB.toFixed(0)} MB (limit: ${limits.weightInMB})\n`);
  const total = [...warnings.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`EBADENGINE warnings: ${total}\n`);
  for (const [name, count] of warnings)
    process.stdout.write(`  ${count} × ${name}${unexpected.includes(name) ? " (users do not install it)" : ""}\n`);
  let isWithinLimits = weightInMB <= limits.weightInMB && unexpected.length === 0;
  if (values.demo) {
    await run(folder, "npm", ["run", "demo"]);
    process.stdout.write(`npm install && npm run demo: ${seconds().toFixed(1)} s (limit: ${limits.demoInSeconds})\n`);
    isWithinLimits &&= seconds() <= limits.demoInSeconds;
  }
  return isWithinLimits;
}

if (values.help) process.stdout.write(help);
else {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-install-"));
  try {
    if (!(await measure(folder))) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
