/**
 * `npm run bench:refresh`: the effect of a refresh on callers. Calls without a pause, while tokens that live for seconds are refreshed
 * at an endpoint that takes half a second: the latency of calls during a refresh, compared with the calls just before it.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connect } from "../../src/index.ts";
import { vendor } from "./calls/clients.ts";
import { median, quantile, quartiles } from "./statistics.ts";

const help = `Usage: npm run bench:refresh -- [options]

The 99th percentile of calls while a refresh with a 500 ms token endpoint is under way, and of as many calls before it.

Options:
  --refreshes <n>     counted; default 12
  --concurrency <n>   calls at a time; default 16
  -h, --help          this text
`;

const { values } = parseArgs({
  options: {
    refreshes: { type: "string", default: "12" },
    concurrency: { type: "string", default: "16" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const delayInMs = 500;
/** The token's lifetime; its last quarter is the advisory window, so that there is a refresh every three seconds. */
const lifetimeInSeconds = 4;
const goal = 1.1;

interface Sample {
  readonly at: number;
  readonly tookInMs: number;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const script = fileURLToPath(new URL("./calls/server.ts", import.meta.url));
  const server = fork(script, [String(delayInMs), String(lifetimeInSeconds)]);
  const [{ url }] = (await once(server, "message")) as [{ url: string }];
  const samples: Sample[] = [];
  const refreshes: { readonly from: number; readonly to: number }[] = [];
  const api = connect(vendor, {
    server: { url },
    credentials: { clientId: "bench", clientSecret: "bench-secret" },
    onEvent(event) {
      if (event.type !== "refresh" || event.trigger !== "advisory") return;
      const to = performance.now();
      refreshes.push({ from: to - event.durationInMs, to });
      process.stderr.write(`refresh ${refreshes.length} of ${values.refreshes}\n`);
    },
  });
  const init = { params: { path: { id: "thing-1" }, query: { page: 1 } } };
  const lane = async () => {
    while (refreshes.length < Number(values.refreshes)) {
      const at = performance.now();
      await api.GET("/v2/things/{id}", init);
      samples.push({ at, tookInMs: performance.now() - at });
    }
  };
  try {
    await Promise.all(Array.from({ length: Number(values.concurrency) }, lane));
  } finally {
    await api.close();
    server.disconnect();
  }
  const within = (from: number, to: number) =>
    samples.flatMap(({ at, tookInMs }) => (at >= from && at < to ? [tookInMs] : []));
  const pairs = refreshes.map(({ from, to }) => ({
    during: within(from, to),
    before: within(from - (to - from), from),
  }));
  const ratios = pairs.map(({ during, before }) => quantile(during, 0.99) / quantile(before, 0.99));
  const during = quantile(
    pairs.flatMap((pair) => pair.during),
    0.99,
  );
  const before = quantile(
    pairs.flatMap((pair) => pair.before),
    0.99,
  );
  const [low, high] = quartiles(ratios);
  const [first = { at: 0, tookInMs: 0 }] = samples;
  // The first calls are left out: they waited for the sign-in.
  const signedInAt = first.at + first.tookInMs;
  const slowest = samples.reduce((most, { at, tookInMs }) => (at < signedInAt ? most : Math.max(most, tookInMs)), 0);
  process.stdout.write(
    `p99 while a refresh is under way ${during.toFixed(2)} ms, without ${before.toFixed(2)} ms: ${(during / before).toFixed(2)} × over all; ` +
      `by refresh, median ${median(ratios).toFixed(2)} × (quartiles ${low.toFixed(2)}–${high.toFixed(2)}); ${samples.length} calls, the slowest ${slowest.toFixed(0)} ms\n`,
  );
  process.exitCode = during / before <= goal ? 0 : 1;
}

await main();
