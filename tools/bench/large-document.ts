/**
 * `npm run bench:document`: what an application ships and what a process pays for GitHub's document, beside hey-api in the same run. One
 * operation called with its response validated, bundled and compressed; and the import of the whole vendor, in processes of its own.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { generateVendor } from "../../scripts/codegen/generate-vendor.ts";
import { githubDocument } from "../lib/github-document.ts";
import { createClient } from "../lib/hey-api.ts";
import { measureBundle } from "../pack/measure-bundle.ts";
import { median } from "./statistics.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = join(root, ".corpus", "large-document");
const document = await githubDocument();
const limits = { gzipInBytes: 12_000, importRatio: 0.1 };
const runs = 9;

const applications = {
  "latchkey schemas, openapi-fetch": `import createClient from "openapi-fetch";
import { reposGet } from "./github/schemas.ts";
const client = createClient({ baseUrl: "https://api.github.com" });
const { data } = await client.GET("/repos/{owner}/{repo}", { params: { path: { owner: "a", repo: "b" } } });
console.log(reposGet.responses["200"]().safeParse(data).success);
`,
  "latchkey, connect()": `import { connect } from "latchkey";
import { github } from "./github/vendor.ts";
import { reposGet } from "./github/schemas.ts";
const api = connect(github);
console.log(await api.GET("/repos/{owner}/{repo}", { params: { path: { owner: "a", repo: "b" } }, validate: reposGet }));
`,
  "hey-api zod, openapi-fetch": `import createClient from "openapi-fetch";
import { zReposGetResponse } from "./hey-api/zod.gen.ts";
const client = createClient({ baseUrl: "https://api.github.com" });
const { data } = await client.GET("/repos/{owner}/{repo}", { params: { path: { owner: "a", repo: "b" } } });
console.log(zReposGetResponse.safeParse(data).success);
`,
};

const imports = {
  "node alone": "export {};\n",
  "latchkey, the whole vendor": 'export { github } from "./github/index.ts";\n',
  "latchkey, its schemas too":
    'export { github } from "./github/index.ts";\nexport { operations } from "./github/schemas.ts";\n',
  "hey-api, its zod module": 'export * from "./hey-api/zod.gen.ts";\n',
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, "github"), { recursive: true });
const files = await generateVendor({ document, name: "github", origin: "github.json", extension: ".ts" });
for (const [name, text] of files) writeFileSync(join(folder, "github", name), text);
await createClient({
  input: document,
  output: { path: join(folder, "hey-api") },
  plugins: ["zod"],
  logs: { level: "silent", file: false },
});

console.log("one operation of 1,223, called and validated: minified, kB gzipped");
const sizes = new Map<string, number>();
for (const [name, text] of Object.entries(applications)) {
  const { gzippedInBytes } = await measureBundle(text, { folder });
  sizes.set(name, gzippedInBytes);
  console.log(`  ${name.padEnd(34)} ${kB(gzippedInBytes)}`);
}

console.log(`\nimport, CPU in ms, median of ${runs} processes; above node alone`);
const costs = new Map<string, number>();
for (const [name, text] of Object.entries(imports)) {
  const file = join(folder, `${slug(name)}.mjs`);
  await build({
    stdin: { contents: text, resolveDir: folder, loader: "ts" },
    bundle: true,
    outfile: file,
    format: "esm",
    platform: "node",
    target: "es2023",
    conditions: ["latchkey-source"],
    external: ["./schemas.ts"],
    logLevel: "error",
  });
  costs.set(name, median(Array.from({ length: runs }, () => importCost(file))));
}
const alone = costs.get("node alone") ?? 0;
for (const [name, cost] of costs)
  console.log(`  ${name.padEnd(34)} ${cost.toFixed(0).padStart(5)}  ${(cost - alone).toFixed(1).padStart(6)}`);

const above = (name: string) => (costs.get(name) ?? Number.NaN) - alone;
const ratio = above("latchkey, its schemas too") / above("hey-api, its zod module");
const size = sizes.get("latchkey schemas, openapi-fetch") ?? Number.POSITIVE_INFINITY;
console.log(
  `\nan operation ${kB(size)} kB (at most ${kB(limits.gzipInBytes)}); import ${ratio.toFixed(3)} of hey-api's (at most ${limits.importRatio})`,
);
if (size > limits.gzipInBytes || ratio > limits.importRatio) process.exitCode = 1;

/** User and system time of a process that does nothing else. */
function importCost(file: string): number {
  const program = `await import(${JSON.stringify(`file://${file}`)}); const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }));
}

function kB(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function slug(name: string): string {
  return name.replace(/\W+/gu, "-");
}
