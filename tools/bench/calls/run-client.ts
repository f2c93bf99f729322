/**
 * One client, one process: warms up, then counts CPU and allocated bytes of so many calls. `memory` puts a function in the place of
 * the platform's fetch; `loopback` talks to the bench's server.
 *
 * Arguments: name, mode, url, concurrency, calls. Prints one JSON line.
 */
import v8 from "node:v8";
import { answerTo } from "./responses.ts";
import { own } from "./clients.ts";

const [name = "", mode = "", url = "", concurrencyText = "1", callsText = "1000"] = process.argv.slice(2);
const concurrency = Number(concurrencyText);
const calls = Number(callsText);

if (mode === "memory") {
  globalThis.fetch = async (input, init) => {
    const method = init?.method ?? (input instanceof Request ? input.method : "GET");
    const address = input instanceof Request ? input.url : String(input);
    return new Response(answerTo(method, address), { headers: { "content-type": "application/json" } });
  };
}
// The peers are loaded only by their own processes: an import counts for memory.
const create = own[name] ?? (await import("../peers/clients.js")).peers[name];
if (!create) throw new Error(`there is no client ${name}`);
const call = await create(url, mode);

async function work(count: number): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

await work(Math.max(300, calls / 4));
globalThis.gc?.();
const bytesBefore = v8.getHeapStatistics().used_heap_size;
const measured = Math.min(calls, 400);
// Too few calls for the young generation to be collected: what the heap grew by is what was allocated.
await work(measured);
const bytes = (v8.getHeapStatistics().used_heap_size - bytesBefore) / measured;
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await work(calls);
const cpu = process.cpuUsage(cpuBefore);
const elapsedInMs = performance.now() - startedAt;
const line = {
  name,
  mode,
  concurrency,
  cpuInUs: (cpu.user + cpu.system) / calls,
  bytes,
  perSecond: (calls / elapsedInMs) * 1000,
};
process.stdout.write(`${JSON.stringify(line)}\n`);
process.exit(0);
