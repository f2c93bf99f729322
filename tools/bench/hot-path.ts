/**
 * `npm run bench:hot`: what the layer adds to a call whose token is cached. The same GET through openapi-fetch alone and through a client
 * of ours, without and with its timeout; in memory and on loopback; interleaved, a process each, so that a noisy minute hits all
 * alike. Medians of ratios within a round, quartiles beside them. Fails where the layer allocates more than the goal allows:
 * bytes repeat to a percent where CPU does not.
 */
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { median, quartiles } from "./statistics.ts";

const help = `Usage: npm run bench:hot -- [options]

What a cached token costs: CPU, allocated bytes, promises, timers and handles of a call, with the layer and without it.

Options:
  --rounds <n>   processes of each client and setting; default 5
  --calls <n>    calls counted in each, five times as many in memory, a quarter as many before them; default 20000
  -h, --help     this text
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    calls: { type: "string", default: "20000" },
    help: { type: "boolean", short: "h", default: false },
  },
});

interface Line {
  readonly cpuInUs: number;
  readonly bytes: number;
}

const base = "openapi-fetch";
/** openapi-fetch has no timeout, so a client without one does the same work. */
const layer = "latchkey, no timeout";
const clients = [base, layer, "latchkey"];
const goal = 1.02;

const run = promisify(execFile);
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function measure(name: string, mode: string, url: string): Promise<Line> {
  const flags = [
    "--expose-gc",
    "--min-semi-space-size=256",
    "--max-semi-space-size=256",
    "--conditions=latchkey-source",
  ];
  const { stdout } = await run(process.execPath, [
    ...flags,
    script("calls/run-client.ts"),
    name,
    mode,
    url,
    "1",
    // A call in memory is so short that few calls would measure only the compiler.
    String(Number(values.calls) * (mode === "memory" ? 5 : 1)),
  ]);
  return JSON.parse(stdout);
}

async function count(name: string): Promise<Readonly<Record<string, number>>> {
  const flags = ["--conditions=latchkey-source", script("hot-path/count-resources.ts"), name];
  return JSON.parse((await run(process.execPath, flags)).stdout);
}

function print(mode: string, lines: ReadonlyMap<string, readonly Line[]>): number {
  let layerBytes = 1;
  process.stdout.write(`\n${mode.padEnd(24)}   CPU µs   × base  (quartiles)     bytes   × base  (quartiles)\n`);
  for (const [name, all] of lines) {
    const cells = (["cpuInUs", "bytes"] as const).map((field) => {
      const ratios = all.map((line, round) => line[field] / (lines.get(base)?.[round]?.[field] ?? Number.NaN));
      const [low, high] = quartiles(ratios);
      if (field === "bytes" && name === layer) layerBytes = median(ratios);
      const amount = median(all.map((line) => line[field])).toFixed(field === "bytes" ? 0 : 1);
      return `${amount.padStart(9)} ${median(ratios).toFixed(3).padStart(8)}  (${low.toFixed(2)}–${high.toFixed(2)})`;
    });
    process.stdout.write(`${name.padEnd(24)}${cells.join("")}\n`);
  }
  return layerBytes;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  for (const name of clients) {
    const made = Object.entries(await count(name)).map(([type, times]) => `${times} ${type}`);
    process.stdout.write(`${name.padEnd(24)} makes, a call: ${made.join(", ") || "nothing"}\n`);
  }
  const server = fork(script("calls/server.ts"));
  const [{ url }] = (await once(server, "message")) as [{ url: string }];
  const worst: number[] = [];
  try {
    for (const mode of ["memory", "loopback"]) {
      const lines = new Map<string, Line[]>(clients.map((name) => [name, []]));
      for (let round = 0; round < Number(values.rounds); round += 1) {
        for (const name of clients) lines.get(name)?.push(await measure(name, mode, url));
      }
      worst.push(print(mode, lines));
    }
  } finally {
    server.disconnect();
  }
  const isKept = Math.max(...worst) <= goal;
  process.stdout.write(`\nthe layer's bytes are ${isKept ? "within" : "above"} ${goal} × openapi-fetch's\n`);
  process.exitCode = isKept ? 0 : 1;
}

await main();
