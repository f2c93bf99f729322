/**
 * `npm run bench:memory`: the heap of a client over a million calls, counted after a full collection. A client that kept something of
 * each call would show it a million times.
 */
import { parseArgs } from "node:util";
import { answerTo } from "./calls/responses.ts";
import { own } from "./calls/clients.ts";

const help = `Usage: npm run bench:memory -- [options]

The heap after so many calls, in tenths; fails where the last half of them left more than the goal.

Options:
  --calls <n>   default 1000000
  -h, --help    this text
`;

const { values } = parseArgs({
  options: { calls: { type: "string", default: "1000000" }, help: { type: "boolean", short: "h", default: false } },
});

const goalInBytes = 200_000;

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  globalThis.fetch = async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    return new Response(answerTo(init?.method ?? "GET", address), { headers: { "content-type": "application/json" } });
  };
  const call = await own.latchkey?.("http://127.0.0.1:1", "memory");
  if (!call || !globalThis.gc) throw new Error("memory: run it by npm run bench:memory");
  const tenth = Math.ceil(Number(values.calls) / 10);
  const heap: number[] = [];
  for (let part = 1; part <= 10; part += 1) {
    const lane = async () => {
      for (let left = tenth / 64; left > 0; left -= 1) await call();
    };
    await Promise.all(Array.from({ length: 64 }, lane));
    // The second collection frees objects that finalizers held.
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc();
    heap.push(process.memoryUsage().heapUsed);
    process.stdout.write(`${String(part * tenth).padStart(9)} calls  ${((heap.at(-1) ?? 0) / 1e6).toFixed(2)} MB\n`);
  }
  const grown = (heap[9] ?? 0) - (heap[4] ?? 0);
  process.stdout.write(`the last half left ${(grown / 1000).toFixed(0)} kB (at most ${goalInBytes / 1000})\n`);
  process.exitCode = grown <= goalInBytes ? 0 : 1;
}

await main();
