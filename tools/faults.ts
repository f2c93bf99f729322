/**
 * `npm run faults`: runs the tests of the fault matrix and prints every row as held, out of scope or left. Fails if a held row has no
 * passing test, or if a test names a row that is not held. `npm run faults:nightly` (`--nightly`) goes on with ten thousand random
 * runs of the property tests; `LATCHKEY_PROPERTY_RUNS` and `LATCHKEY_PROPERTY_SEED` change that.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, styleText } from "node:util";
import { z } from "zod";
import { matrix } from "../test/faults/matrix.ts";
import type { Row } from "../test/faults/row.ts";

const root = join(import.meta.dirname, "..");

const help = `Usage: npm run faults [-- options]

The rows of the fault matrix, each as its tests leave it; exits 1 where a row that is held has no passing test.

Options:
  --nightly    and ten thousand random runs of the property tests
  -h, --help   this text
`;

const { values } = parseArgs({
  options: { nightly: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
});
if (values.help) {
  process.stdout.write(help);
  process.exit();
}

/** The part of vitest's JSON report that is read. */
const Report = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
});
type Report = z.infer<typeof Report>;

interface Tests {
  readonly passed: number;
  readonly failed: number;
}

function runVitest(args: readonly string[], output: "ignore" | "inherit", env = process.env): Promise<number> {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...args], {
    cwd: root,
    env,
    stdio: ["ignore", output, "inherit"],
  });
  return new Promise((resolve, reject) => child.on("error", reject).on("close", (code) => resolve(code ?? 1)));
}

async function runTests(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-faults-"));
  const file = join(folder, "report.json");
  try {
    await runVitest(["test/faults", "--reporter=json", `--outputFile=${file}`], "ignore");
    return Report.parse(JSON.parse(await readFile(file, "utf8")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By row: a test belongs to the rows whose ids its title begins with. */
function testsByRow(report: Report): Map<string, Tests> {
  const rows = new Map<string, Tests>();
  for (const { title, status } of report.testResults.flatMap((one) => one.assertionResults)) {
    for (const id of /^(?:[A-Z]\d\d )+/u.exec(title)?.[0].trim().split(" ") ?? []) {
      const { passed, failed } = rows.get(id) ?? { passed: 0, failed: 0 };
      rows.set(id, status === "passed" ? { passed: passed + 1, failed } : { passed, failed: failed + 1 });
    }
  }
  return rows;
}

/** The reason why a row differs from the matrix, or undefined. */
function wrongWith(row: Row, tests: Tests | undefined): string | undefined {
  if (row.status === "held") {
    if (!tests) return "no test of this name";
    return tests.failed > 0 ? `${tests.failed} of ${tests.failed + tests.passed} tests fail` : undefined;
  }
  return tests ? "it has a test; say that it is held" : undefined;
}

function printRow(row: Row, tests: Tests | undefined): boolean {
  const wrong = wrongWith(row, tests);
  const [colour, word] = wrong
    ? (["red", "FAILS"] as const)
    : row.status === "held"
      ? (["green", "held"] as const)
      : row.status === "left-to"
        ? (["yellow", "left"] as const)
        : (["cyan", "out"] as const);
  const note =
    wrong ??
    (row.status === "out-of-scope"
      ? row.reason
      : row.status === "left-to"
        ? `left to: ${row.part}`
        : row.rest && `the rest: ${row.rest}`);
  console.log(`  ${row.id}  ${styleText(colour, word.padEnd(5))}  ${row.rule}`);
  if (note) console.log(styleText("dim", `              ${note}`));
  return wrong === undefined;
}

const report = await runTests();
const tests = testsByRow(report);
let isRight = report.success;
for (const { letter, title, rows } of matrix) {
  console.log(`\n${letter}. ${title}`);
  for (const row of rows) isRight = printRow(row, tests.get(row.id)) && isRight;
}

const rows = matrix.flatMap((section) => section.rows);
const count = (status: Row["status"]) => rows.filter((row) => row.status === status).length;
const unknown = [...tests.keys()].filter((id) => !rows.some((row) => row.id === id));
for (const { name, message } of report.testResults.filter((one) => one.status !== "passed")) {
  console.log(`\n${styleText("red", name.replace(`${root}/`, ""))} ${message?.split("\n")[0] ?? ""}`);
}
if (unknown.length > 0) console.log(`\nfaults: tests name rows that are not in the matrix: ${unknown.join(", ")}`);
console.log(
  `\n${rows.length} rows: ${count("held")} held, ${count("out-of-scope")} out of scope, ${count("left-to")} left`,
);

if (values.nightly) {
  const env = { LATCHKEY_PROPERTY_RUNS: "10000", ...process.env };
  isRight = (await runVitest(["test/properties", "--reporter=verbose"], "inherit", env)) === 0 && isRight;
}
process.exitCode = isRight && unknown.length === 0 ? 0 : 1;
