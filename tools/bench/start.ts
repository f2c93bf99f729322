/**
 * `npm run bench:start`: CPU of a process from its start until its first response, imports included. It compares the built package with
 * openapi-fetch and ky, which sign in with the same two requests. Runs are interleaved, one process each; it prints medians of ratios
 * within a round.
 */
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { installTool } from "../lib/install-tool.ts";
import { vendor } from "./calls/clients.ts";
import { median, quartiles } from "./statistics.ts";

const help = `Usage: npm run bench:start -- [options]

CPU of a process that imports a client and makes one call.

Options:
  --rounds <n>   processes of each; default 15
  -h, --help     this text
`;

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, help: { type: "boolean", short: "h", default: false } },
});

const base = "openapi-fetch + ky";
const goal = 1.1;
const root = join(import.meta.dirname, "..", "..");
// Inside the repository: programs there import the built package by its name.
const folder = join(root, ".size", "start");

const signIn = `const { access_token } = await send(new Request(url + "/token", { method: "POST", body: "{}" })).then((r) => r.json());`;
const call = `await createClient({ baseUrl: url, headers: { authorization: "Bearer " + access_token }, fetch: send }).GET("/v2/things");`;

/** @param ky the URL of ky's module */
const programsWith = (ky: string): Readonly<Record<string, string>> => ({
  "node alone": "",
  "openapi-fetch": `import createClient from "openapi-fetch"; const send = (request) => fetch(request); ${signIn} ${call}`,
  [base]: `import createClient from "openapi-fetch"; import ky from "${ky}"; const send = (request) => ky(request); ${signIn} ${call}`,
  latchkey: `import { connect } from "latchkey"; const vendor = ${JSON.stringify(vendor)};
await connect(vendor, { server: { url }, credentials: { clientId: "bench", clientSecret: "bench-secret" } }).GET("/v2/things");`,
});

const run = promisify(execFile);

async function measure(name: string, url: string): Promise<number> {
  const path = join(folder, `${name.replace(/\W+/gu, "-")}.mjs`);
  const { stdout } = await run(process.execPath, [path, url]);
  return Number(stdout);
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (!existsSync(join(root, "dist"))) throw new Error("bench:start: nothing is built. Run npm run build first.");
  const ky = pathToFileURL(join(await installTool("ky"), "ky", "distribution", "index.js")).href;
  const programs = programsWith(ky);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, program] of Object.entries(programs)) {
    // The pause counts the work that a call leaves to the background.
    const end = `setTimeout(() => { const { user, system } = process.cpuUsage(); console.log((user + system) / 1000); process.exit(0); }, 150);`;
    writeFileSync(
      join(folder, `${name.replace(/\W+/gu, "-")}.mjs`),
      `const url = process.argv[2];\n${program}\n${end}\n`,
    );
  }
  const server = fork(fileURLToPath(new URL("./calls/server.ts", import.meta.url)));
  const [{ url }] = (await once(server, "message")) as [{ url: string }];
  const costs = new Map<string, number[]>(Object.keys(programs).map((name) => [name, []]));
  try {
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [name, all] of costs) all.push(await measure(name, url));
    }
  } finally {
    server.disconnect();
  }
  process.stdout.write(`${"".padEnd(22)}CPU ms   above node   × ${base} (quartiles)\n`);
  let ratio = Number.NaN;
  for (const [name, all] of costs) {
    const ratios = all.map((cost, round) => cost / (costs.get(base)?.[round] ?? Number.NaN));
    const above = all.map((cost, round) => cost - (costs.get("node alone")?.[round] ?? Number.NaN));
    const [low, high] = quartiles(ratios);
    if (name === "latchkey") ratio = median(ratios);
    process.stdout.write(
      `${name.padEnd(22)}${median(all).toFixed(1).padStart(6)}${median(above).toFixed(1).padStart(13)}${median(ratios).toFixed(2).padStart(10)} (${low.toFixed(2)}–${high.toFixed(2)})\n`,
    );
  }
  process.exitCode = ratio <= goal ? 0 : 1;
}

await main();
