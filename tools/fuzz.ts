/**
 * `npm run fuzz`: runs the property tests of the `*.fuzz.test.ts` files for some minutes, one after another, each as long as the others. The tests
 * read the seed and their time from the environment (test/support/fuzz.ts). fast-check prints a failure's seed, path and counterexample.
 */
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");

const help = `Usage: npm run fuzz -- [options] [part of a file's name …]

Runs the property tests in test/**/*.fuzz.test.ts; exits 1 where one of them fails.

Options:
  --minutes n  how long all of them together take [1]
  --seed n     the same seed gives the same runs [a new one each time]
  -h, --help   this text
`;

interface Request {
  readonly minutes: number;
  readonly seed: number;
  readonly files: readonly string[];
}

const { minutes, seed, files } = readRequest();
const count = files.reduce((sum, file) => sum + countProperties(file), 0);
const seconds = Math.max(1, Math.round((minutes * 60) / count));
console.log(`fuzz: ${count} properties in ${files.length} files, ${seconds} s each, seed ${seed}`);
const progress = reportProgress(count * seconds);
const code = await runTests();
clearInterval(progress);
if (code === 0) console.log(`fuzz: ${count} properties hold, seed ${seed}`);
else console.error(`fuzz: failed; to repeat it: npm run fuzz -- --seed ${seed} --minutes ${minutes}`);
process.exitCode = code === 0 ? 0 : 1;

function readRequest(): Request {
  const { values, positionals } = parse();
  if (values.help) {
    process.stdout.write(help);
    process.exit();
  }
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  if (!(minutes > 0 && minutes <= 24 * 60)) refuse(`--minutes is above 0 and at most 1440, not "${values.minutes}"`);
  if (!Number.isInteger(seed) || Math.abs(seed) >= 2 ** 31) refuse(`--seed is a 32-bit integer, not "${values.seed}"`);
  const files = globSync("test/**/*.fuzz.test.ts", { cwd: root })
    .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
    .sort();
  return files.length > 0
    ? { minutes, seed, files }
    : refuse(`no file of property tests has "${positionals.join('" or "')}" in its name`);
}

function parse() {
  const options = {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(problem: string): never {
  console.error(`fuzz: ${problem}; --help lists the options`);
  process.exit(2);
}

/** Every property asks for its parameters once. */
function countProperties(file: string): number {
  return readFileSync(join(root, file), "utf8").match(/\bfuzzParameters\(/gu)?.length ?? 0;
}

function reportProgress(total: number): NodeJS.Timeout {
  const began = performance.now();
  return setInterval(() => {
    console.error(`fuzz: ${Math.round((performance.now() - began) / 1000)} s of about ${total} s`);
  }, 15_000);
}

/** Resolves with vitest's exit code. Files run one at a time, so that a property's time is its own. */
function runTests(): Promise<number> {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const timeoutInMs = (seconds * 2 + 120) * 1_000;
  const args = ["run", ...files, "--no-file-parallelism", "--reporter=verbose", `--testTimeout=${timeoutInMs}`];
  const child = spawn(process.execPath, [vitest, ...args], {
    cwd: root,
    env: { ...process.env, LATCHKEY_FUZZ_SECONDS: String(seconds), LATCHKEY_FUZZ_SEED: String(seed) },
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => child.on("error", reject).on("close", (code) => resolve(code ?? 1)));
}
