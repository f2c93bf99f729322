/**
 * `npm run check [-- <step>…]`: runs all checks of a release, or the named steps. Each prints its name, result and time; the first failure
 * ends the run and prints its output. A step that this machine cannot make is skipped, and says why.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs, styleText } from "node:util";
import { skipped } from "./lib/exit-codes.ts";

const root = join(import.meta.dirname, "..");
const packed = await mkdtemp(join(tmpdir(), "latchkey-check-"));

/** Commands by name, in order: fast steps that fail often come first. */
const steps: Readonly<Record<string, readonly string[]>> = {
  format: ["node", "tools/run-tool.ts", "biome", "biome", "format"],
  lint: ["npm", "run", "--silent", "lint"],
  types: ["npm", "run", "--silent", "types"],
  generated: ["node", "--conditions=latchkey-source", "scripts/cli.ts", "check"],
  documents: ["npm", "run", "--silent", "lint:documents"],
  licences: ["node", "tools/supply/licences.ts"],
  audit: ["node", "tools/supply/audit.ts"],
  tests: ["npm", "test"],
  corpus: ["vitest", "run", "--config", "test/corpus/vitest.config.ts"],
  build: ["npm", "run", "--silent", "build"],
  size: ["npm", "run", "--silent", "size"],
  pack: ["npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", packed, ".", "./scripts"],
  publint: ["node", "tools/pack/each-tarball.ts", packed, "publint", "--strict"],
  attw: ["node", "tools/pack/each-tarball.ts", packed, "attw", "--profile", "esm-only"],
  installation: ["vitest", "run", "--config", "test/package/vitest.config.ts"],
};

const environment = {
  ...process.env,
  PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
  LATCHKEY_TARBALLS: packed,
};

interface Outcome {
  readonly code: number;
  readonly output: string;
}

function run([command = "", ...args]: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (text: string) => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

async function check(chosen: readonly string[]): Promise<number> {
  const started = performance.now();
  const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`.padStart(8);
  for (const name of chosen) {
    const stepStarted = performance.now();
    process.stdout.write(name.padEnd(14));
    const { code, output } = await run(steps[name] ?? []);
    const result =
      code === 0
        ? styleText("green", "ok     ")
        : code === skipped
          ? styleText("yellow", "skipped")
          : styleText("red", "failed ");
    process.stdout.write(`${result}${seconds(stepStarted)}\n`);
    if (code === skipped) process.stdout.write(`              ${output.trim()}\n`);
    if (code === 0 || code === skipped) continue;
    process.stdout.write(`\n${output.trimEnd()}\n\ncheck: ${name} failed (${steps[name]?.join(" ")})\n`);
    return 1;
  }
  process.stdout.write(`${"all".padEnd(14)}${styleText("green", "ok     ")}${seconds(started)}\n`);
  return 0;
}

const help = `Usage: npm run check [-- <step>…]

Everything a release must pass, or the steps named: ${Object.keys(steps).join(", ")}.
Exit code: 0, 1 where a step fails, 2 for a step that is not there.
`;

const { positionals: named, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: "boolean", short: "h", default: false } },
});
const unknown = named.filter((name) => !Object.hasOwn(steps, name));
try {
  if (values.help) process.stdout.write(help);
  else if (unknown.length > 0) {
    process.stderr.write(
      `check: no step is called ${unknown.join(", ")}; choose of ${Object.keys(steps).join(", ")}\n`,
    );
    process.exitCode = 2;
  } else {
    process.exitCode = await check(Object.keys(steps).filter((name) => named.length === 0 || named.includes(name)));
  }
} finally {
  await rm(packed, { recursive: true, force: true });
}
