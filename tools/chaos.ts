/**
 * `npm run chaos`: processes share one credential, whose tokens live two seconds. They are killed, stopped and resumed at random,
 * responses get lost, and their store is restarted and emptied once. It prints and plots the vendor's and the callers' view, and fails if
 * a guarantee is broken. The same seed repeats the same faults.
 */
import { rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { styleText } from "node:util";
import { createClient } from "redis";
import { readOptions } from "./lib/command-options.ts";
import { drawTimeline } from "./chaos/timeline-plot.ts";
import { type Fleet, type FleetWorker, startFleet } from "./chaos/worker-fleet.ts";
import type { CallSample } from "./chaos/worker-messages.ts";
import { createRandom } from "./lib/random.ts";
import { report } from "./chaos/report.ts";

const help = `Usage: npm run chaos -- [options]

  --engine redis|sqlite   [redis]
  --processes n           that share one credential [8]
  --callers n             in each process [25]
  --calls n               of all callers together, a second: what a small machine bears beside the processes themselves [200]
  --seconds n             [20]
  --kill-every n          milliseconds between two kills [250]
  --token-timeout n       of a token request, in milliseconds; a lease lasts three times as long. A busy machine needs more [1000]
  --seed n                the same seed gives the same misfortunes [1]
  --out file              the plot [chaos.svg]

Exit code 0 only if every promise was kept.`;
const options = readOptions("chaos", help, {
  engine: "redis",
  processes: "8",
  callers: "25",
  calls: "200",
  seconds: "20",
  "kill-every": "250",
  "token-timeout": "1000",
  seed: "1",
  out: "chaos.svg",
});
const engine = options.text("engine");
const processes = options.number("processes");
const callers = options.number("callers");
const seconds = options.number("seconds");
const killEvery = options.number("kill-every");
const seed = options.number("seed");
const out = options.text("out");
if (engine !== "redis" && engine !== "sqlite") {
  console.error(`chaos: there is no engine "${engine}"; choose redis or sqlite`);
  process.exit(2);
}
/** Random numbers by kind of fault, so that the timing of one kind does not change the others. */
const randoms = {
  kill: createRandom(seed),
  stop: createRandom(seed + 1),
  loss: createRandom(seed + 2),
  store: createRandom(seed + 3),
};
const everyInMs = Math.max(200, ((processes * callers) / options.number("calls")) * 1000);

const fleet: Fleet = await startFleet({
  engine,
  // This Redis client loads in a third of the other's time, so that a killed process is replaced soon.
  client: "ioredis",
  tokenTimeoutInMs: options.number("token-timeout"),
  redis: { appendonly: "yes", appendfsync: "always" },
  switches: { accessLifetimeInSeconds: 2, tokenLatencyInMs: 30 },
});
const workers = new Set<FleetWorker>();
const stopped = new Set<FleetWorker>();
const waits: CallSample[] = [];
const ends: Record<string, number> = {};
const counts = { started: 0, killed: 0, stopped: 0, lost: 0 };
const marks: { kill: number[]; loss: number[] } = { kill: [], loss: [] };
let starting = 0;

async function start(): Promise<void> {
  starting += 1;
  const worker = await fleet.start().finally(() => {
    starting -= 1;
  });
  counts.started += 1;
  workers.add(worker);
  worker.onWord((word) => {
    if (word.type !== "waits") return;
    for (const [at, ...rest] of word.waits) waits.push([at - performance.timeOrigin, ...rest]);
    for (const [end, count] of Object.entries(word.ends)) ends[end] = (ends[end] ?? 0) + count;
  });
  worker.send({ type: "run", callers, everyInMs });
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, Math.max(0, ms)));

console.log(`chaos: ${processes} processes × ${callers} callers over ${engine}, ${seconds} s, seed ${seed}`);
for (let count = 0; count < processes; count += 4)
  await Promise.all(Array.from({ length: Math.min(4, processes - count) }, start));

fleet.front.after = ({ spent }) => {
  if (spent === undefined || randoms.loss.next() > 0.03) return undefined;
  counts.lost += 1;
  return "reset";
};

const began = performance.now();
const ending = began + seconds * 1000;
const isOver = () => performance.now() >= ending;

async function killSome(): Promise<void> {
  for (let at = began + killEvery; at < ending; at += killEvery) {
    await pause(at - performance.now());
    const victim = randoms.kill.pick([...workers]);
    // At least three quarters of the processes stay alive, also on a machine that starts them slowly.
    if (!victim || workers.size <= (processes * 3) / 4) continue;
    workers.delete(victim);
    stopped.delete(victim);
    counts.killed += 1;
    marks.kill.push(performance.now());
    victim
      .kill()
      .then(start)
      .catch(() => {});
  }
}

async function stopSome(): Promise<void> {
  const waking: Promise<void>[] = [];
  while (!isOver()) {
    await pause(randoms.stop.between(200, 1_000));
    const victim = randoms.stop.pick([...workers].filter((worker) => !stopped.has(worker)));
    if (!victim) continue;
    stopped.add(victim);
    counts.stopped += 1;
    victim.signal("SIGSTOP");
    const wake = async () => {
      await pause(randoms.stop.between(100, 4_500));
      stopped.delete(victim);
      victim.signal("SIGCONT");
    };
    waking.push(wake());
  }
  await Promise.all(waking);
}

async function tell(): Promise<void> {
  for (let at = 10; at < seconds; at += 10) {
    await pause(began + at * 1_000 - performance.now());
    const { length } = fleet.front.requests;
    console.log(`${at} s: ${workers.size} processes run, ${counts.killed} were killed; ${length} token requests`);
  }
}

async function spoilStore(): Promise<void> {
  await pause(seconds * 400);
  if (fleet.redis) {
    marks.loss.push(performance.now());
    await fleet.redis.kill();
    await pause(randoms.store.between(100, 800));
    await fleet.redis.start();
  }
  await pause(Math.max(0, ending - seconds * 300 - performance.now()));
  marks.loss.push(performance.now());
  if (fleet.engine.kind === "sqlite") {
    for (const end of ["", "-wal", "-shm"]) await rm(`${fleet.engine.path}${end}`, { force: true });
  } else {
    const client = createClient({ url: fleet.engine.url });
    await client.connect();
    await client.flushAll();
    await client.close();
  }
}

try {
  await Promise.all([killSome(), stopSome(), spoilStore(), tell()]);
  while (starting > 0) await pause(50);
  const rested = await Promise.all([...workers].map((worker) => worker.tell({ type: "rest" })));
  const sum = (name: string) => rested.reduce<number>((total, one) => total + Number(Object(one)[name]), 0);
  const lines = report({
    requests: fleet.front.requests,
    deeds: fleet.deeds(),
    losses: marks.loss,
    started: sum("started"),
    settled: sum("settled"),
    ends,
    waits: waits.map(([, wait]) => wait),
    seconds: (performance.now() - began) / 1000,
  });
  console.log(
    `processes started ${counts.started}, killed ${counts.killed}, stopped and woken ${counts.stopped}; token answers lost ${counts.lost}`,
  );
  const width = Math.max(...lines.map(({ name }) => name.length));
  for (const { name, value, isKept } of lines) {
    const sign = isKept === undefined ? " " : isKept ? styleText("green", "✓") : styleText("red", "✗");
    console.log(`${sign} ${name.padEnd(width)}  ${value}`);
  }
  const plot = drawTimeline({
    title: `${processes} processes × ${callers} callers over ${engine}: tokens of two seconds, a kill every ${killEvery} ms, ${seconds} s, seed ${seed}`,
    seconds,
    began,
    requests: fleet.front.requests,
    waits,
    kills: marks.kill,
    losses: marks.loss,
    loss: engine === "redis" ? "store restarted, emptied" : "store emptied",
  });
  await writeFile(resolve(out), plot);
  console.log(`drawn in ${out}`);
  process.exitCode = lines.every(({ isKept }) => isKept !== false) ? 0 : 1;
} finally {
  await fleet.stop();
}
