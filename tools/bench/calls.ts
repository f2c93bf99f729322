/**
 * `npm run bench:calls`: what a call costs with a cached token, beside the clients that users would pick instead. One process a client
 * and round, interleaved, so that a noisy minute hits all alike; medians, spread, and ratios to openapi-fetch.
 */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installPeers } from "./install-peers.ts";
import { median, quartiles } from "./statistics.ts";

const help = `Usage: npm run bench:calls -- [options]

CPU and allocated bytes of one GET with a cached token, in memory and on loopback, at several concurrencies.

Options:
  --rounds <n>       processes of each client and setting; default 7
  --calls <n>        calls counted in each; default 3000
  --only <name>      a client; may be repeated; default: all
  --own              only fetch, openapi-fetch and latchkey; installs no peers
  -h, --help         this text
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    calls: { type: "string", default: "3000" },
    only: { type: "string", multiple: true, default: [] },
    own: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

interface Line {
  readonly name: string;
  readonly cpuInUs: number;
  readonly bytes: number;
  readonly perSecond: number;
}

const base = "openapi-fetch";
const settings = [
  { mode: "memory", concurrency: 1 },
  { mode: "memory", concurrency: 64 },
  { mode: "loopback", concurrency: 1 },
  { mode: "loopback", concurrency: 64 },
];

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const ownNames = ["bare fetch", base, "latchkey"];
  if (!values.own) await installPeers();
  const peers =
    values.own || !existsSync(new URL("./peers/node_modules/", import.meta.url))
      ? undefined
      : await import("./peers/clients.js");
  const all = [...ownNames, ...Object.keys(peers?.peers ?? {})];
  const names = values.only.length > 0 ? all.filter((name) => name === base || values.only.includes(name)) : all;
  const server = fork(fileURLToPath(new URL("./calls/server.ts", import.meta.url)));
  const [{ url }] = (await once(server, "message")) as [{ url: string }];
  try {
    for (const { mode, concurrency } of settings) {
      const takesPart = names.filter((name) => mode === "loopback" || !peers?.loopbackOnly.includes(name));
      const lines = new Map<string, Line[]>(takesPart.map((name) => [name, []]));
      for (let round = 0; round < Number(values.rounds); round += 1) {
        for (const name of takesPart) lines.get(name)?.push(await run(name, mode, url, concurrency));
      }
      print(`${mode}, ${concurrency} at a time`, lines);
    }
  } finally {
    server.disconnect();
  }
}

async function run(name: string, mode: string, url: string, concurrency: number): Promise<Line> {
  const script = fileURLToPath(new URL("./calls/run-client.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    [
      "--expose-gc",
      "--min-semi-space-size=256",
      "--max-semi-space-size=256",
      "--conditions=latchkey-source",
      script,
      name,
      mode,
      url,
      String(concurrency),
      values.calls,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += String(chunk);
  });
  await once(child, "close");
  return JSON.parse(text);
}

function print(title: string, lines: ReadonlyMap<string, readonly Line[]>): void {
  const middle = (name: string, field: "cpuInUs" | "bytes" | "perSecond") =>
    median((lines.get(name) ?? []).map((line) => line[field]));
  process.stdout.write(
    `\n${title}\n${"".padEnd(28)}${"CPU µs".padStart(9)}${"× base".padStart(8)}${"(quartiles)".padStart(16)}${"bytes".padStart(9)}${"× base".padStart(8)}${"calls/s".padStart(10)}\n`,
  );
  for (const [name, all] of lines) {
    // Ratios within a round: what disturbed one disturbed its neighbour.
    const ratios = all.map((line, round) => line.cpuInUs / (lines.get(base)?.[round]?.cpuInUs ?? line.cpuInUs));
    const [low, high] = quartiles(ratios);
    const bytes = middle(name, "bytes");
    process.stdout.write(
      `${name.padEnd(28)}${middle(name, "cpuInUs").toFixed(1).padStart(9)}${median(ratios).toFixed(2).padStart(8)}${`${low.toFixed(2)}–${high.toFixed(2)}`.padStart(16)}${Math.round(bytes).toString().padStart(9)}${(bytes / middle(base, "bytes")).toFixed(2).padStart(8)}${Math.round(middle(name, "perSecond")).toString().padStart(10)}\n`,
    );
  }
}

await main();
