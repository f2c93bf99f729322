/**
 * Counts the promises, timers and system handles that one call creates, with the platform's hooks and the response in memory.
 * Argument: the client's name. Prints one JSON line with the counts per call.
 */
import { createHook } from "node:async_hooks";
import { answerTo } from "../calls/responses.ts";
import { own } from "../calls/clients.ts";

globalThis.fetch = async (input, init) => {
  const address = input instanceof Request ? input.url : String(input);
  const method = init?.method ?? (input instanceof Request ? input.method : "GET");
  return new Response(answerTo(method, address), { headers: { "content-type": "application/json" } });
};

const create = own[process.argv[2] ?? ""];
if (!create) throw new Error(`there is no client ${process.argv[2]}`);
const call = await create("http://127.0.0.1:1", "memory");
for (let warm = 0; warm < 200; warm += 1) await call();

const calls = 500;
const made: Record<string, number> = {};
const hook = createHook({
  init(_id, type) {
    made[type] = (made[type] ?? 0) + 1;
  },
}).enable();
for (let one = 0; one < calls; one += 1) await call();
hook.disable();
const perCall = Object.fromEntries(Object.entries(made).map(([type, count]) => [type, Math.round(count / calls)]));
process.stdout.write(`${JSON.stringify(perCall)}\n`);
process.exit(0);
