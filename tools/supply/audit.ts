/**
 * `node tools/supply/audit.ts [folder]`: asks the registry for known vulnerabilities of all packages that users install with ours. Exits 1
 * where there are any, and with the code of a skipped step where the registry answers no such question.
 */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { skipped } from "../lib/exit-codes.ts";

interface Report {
  readonly metadata?: { readonly vulnerabilities?: { readonly total?: number } };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity?: string; readonly range?: string }>>;
  readonly statusCode?: number;
}

const root = resolve(process.argv[2] ?? join(import.meta.dirname, "..", ".."));
const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json", "--fetch-retries=0", "--fetch-timeout=30000"], {
  cwd: root,
  encoding: "utf8",
});
const report = parse(stdout);
const total = report.metadata?.vulnerabilities?.total;
if (total === undefined) {
  const answer = report.statusCode === undefined ? "it could not be asked" : `it answers ${report.statusCode}`;
  process.stderr.write(`audit: the registry knows no vulnerabilities (${answer}); run it against one that does\n`);
  process.exitCode = skipped;
} else if (total > 0) {
  for (const [name, { severity, range }] of Object.entries(report.vulnerabilities ?? {}))
    process.stderr.write(
      `audit: ${name} ${range ?? ""} is vulnerable (${severity ?? "unknown"}); see npm audit --omit=dev\n`,
    );
  process.exitCode = 1;
} else process.stdout.write("audit: no known vulnerabilities in what users install\n");

function parse(text: string): Report {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
