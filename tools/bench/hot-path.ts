/**
 * `npm run bench:hot`: what the layer adds to a call whose token is cached. The same GET through openapi-fetch alone and through a client
 * of ours, without and with its timeout; in memory and on loopback; interleaved, a process each, so that a noisy minute hits all
 * alike. Prints medians of the ratios within a round, with their quartiles. Exits 1 if a budget is exceeded; bytes repeat to a percent,
 * CPU only on a machine that does nothing else.
 */
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { median, quartiles } from "./statistics.ts";

const help = `Usage: npm run bench:hot -- [options]

What a cached token costs: CPU, allocated bytes, promises, timers and handles of a call, with the layer and without it.

Options:
  --rounds <n>   processes of each client and setting; default 9
  --mode <name>  memory or loopback; default both
  --calls <n>    calls counted in each, five times as many in memory, a quarter as many before them; default 20000
  -h, --help     this text
`;

const { values } = parseArgs({
  options: {
    mode: { type: "string" },
    rounds: { type: "string", default: "9" },
    calls: { type: "string", default: "20000" },
    help: { type: "boolean", short: "h", default: false },
  },
});

interface Line {
  readonly cpuInUs: number;
  readonly bytes: number;
}

const base = "openapi-fetch";
const layer = "latchkey";
const clients = [base, "latchkey, no timeout", layer];
/** Median ratios to openapi-fetch for a call in memory, the timeout armed. */
const budget = { cpuInUs: 1.1, bytes: 1.05 };

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

type Ratios = Readonly<Record<keyof Line, readonly number[]>>;

/** Prints a line for each client, and returns the layer's ratios to openapi-fetch, one for each round. */
function print(mode: string, lines: ReadonlyMap<string, readonly Line[]>): Ratios {
  let ofLayer: Ratios = { cpuInUs: [], bytes: [] };
  process.stdout.write(`\n${mode.padEnd(24)}   CPU µs   × base  (quartiles)     bytes   × base  (quartiles)\n`);
  for (const [name, all] of lines) {
    const ratiosOf = (field: keyof Line) =>
      all.map((line, round) => line[field] / (lines.get(base)?.[round]?.[field] ?? Number.NaN));
    const ratios: Ratios = { cpuInUs: ratiosOf("cpuInUs"), bytes: ratiosOf("bytes") };
    if (name === layer) ofLayer = ratios;
    const cells = (["cpuInUs", "bytes"] as const).map((field) => {
      const [low, high] = quartiles(ratios[field]);
      const amount = median(all.map((line) => line[field])).toFixed(field === "bytes" ? 0 : 1);
      return `${amount.padStart(9)} ${median(ratios[field]).toFixed(3).padStart(8)}  (${low.toFixed(2)}–${high.toFixed(2)})`;
    });
    process.stdout.write(`${name.padEnd(24)}${cells.join("")}\n`);
  }
  return ofLayer;
}

/** In memory both medians have a bound. On loopback the platform's own work drowns the layer's CPU: its quartiles must contain 1. */
function judge(mode: string, { cpuInUs, bytes }: Ratios): boolean {
  const [low, high] = quartiles(cpuInUs);
  const isCpuKept = mode === "memory" ? median(cpuInUs) <= budget.cpuInUs : low <= 1 && high >= 1;
  const isKept = isCpuKept && median(bytes) <= budget.bytes;
  const cpu = mode === "memory" ? `CPU ≤ ${budget.cpuInUs}` : "quartiles of CPU around 1";
  process.stdout.write(`${mode}: ${isKept ? "within" : "not within"} its budget (${cpu}, bytes ≤ ${budget.bytes})\n`);
  return isKept;
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
  let isKept = true;
  try {
    for (const mode of values.mode === undefined ? ["memory", "loopback"] : [values.mode]) {
      const lines = new Map<string, Line[]>(clients.map((name) => [name, []]));
      for (let round = 0; round < Number(values.rounds); round += 1) {
        for (const name of clients) lines.get(name)?.push(await measure(name, mode, url));
      }
      isKept = judge(mode, print(mode, lines)) && isKept;
    }
  } finally {
    server.disconnect();
  }
  process.exitCode = isKept ? 0 : 1;
}

await main();
