/**
 * `npm run simulate`: the load on a vendor's token endpoint by ten thousand workers in a day, and what their callers get, with a shared
 * store and without. It runs in virtual time with the real token manager and memory store (simulate/simulate-day.ts).
 *
 * Calls with a fresh token change nothing, so they are counted by their rate. Workers without a shared store do not influence each other,
 * so only some of them are simulated, and their figures are multiplied.
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readOptions } from "./lib/command-options.ts";
import { type Mark, toSvg } from "./lib/svg-plot.ts";
import { type Day, hourInMs, outage, simulateDay } from "./simulate/simulate-day.ts";

const help = `Usage: npm run simulate -- [options]

  --workers n   [10000]
  --every n     seconds between two calls of one worker, on average [600]
  --sample n    workers without a shared store that are simulated; their figures are multiplied [500]
  --seed n      the same seed gives the same day [1]
  --out file    the plot [simulation.svg]

Takes some minutes.`;
const options = readOptions("simulate", help, {
  workers: "10000",
  every: "600",
  sample: "500",
  seed: "1",
  out: "simulation.svg",
});
const workers = options.number("workers");
const every = options.number("every");
const sample = options.number("sample");
const seed = options.number("seed");
const out = options.text("out");

const lifetimes = [
  { name: "60 s", seconds: 60, colour: "#d33" },
  { name: "10 min", seconds: 600, colour: "#e80" },
  { name: "1 h", seconds: 3_600, colour: "#293" },
  { name: "24 h", seconds: 86_400, colour: "#27c" },
];

interface Run {
  readonly name: string;
  readonly colour: string;
  readonly isShared: boolean;
  readonly perHour: readonly number[];
  readonly usualPerHour: number;
  readonly peak: number;
  readonly inOutage: number;
  readonly refused: number;
  readonly calls: number;
}

function summarise(day: Day, factor: number): Omit<Run, "name" | "colour" | "isShared"> {
  const perHour = Array.from({ length: 24 }, (_, hour) =>
    day.perSecond.subarray(hour * 3600, (hour + 1) * 3600).reduce((sum, one) => sum + one * factor, 0),
  );
  const usual = perHour.toSorted((a, b) => a - b)[12] ?? 0;
  return {
    perHour,
    usualPerHour: usual,
    // The busiest second of a sample is not representative; its busiest minute is.
    peak: factor === 1 ? day.perSecond.reduce((a, b) => Math.max(a, b), 0) : busiestMinute(day.perSecond) * factor,
    inOutage: day.perSecond
      .subarray(outage.from / 1000, outage.until / 1000)
      .reduce((sum, one) => sum + one * factor, 0),
    refused: day.refused * factor,
    calls: day.calls * factor,
  };
}

function busiestMinute(perSecond: Float64Array): number {
  let most = 0;
  for (let at = 0; at < perSecond.length; at += 60)
    most = Math.max(most, perSecond.subarray(at, at + 60).reduce((a, b) => a + b, 0) / 60);
  return most;
}

const number = (value: number): string => Math.round(value).toLocaleString("en");
const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;

console.log(
  `simulate: ${number(workers)} workers, a call each ${every} s on average, one day, the vendor out of reach from 12:00 to 12:30; without a shared store ${number(sample)} workers are simulated and multiplied`,
);
const header = [
  "tokens live",
  "store",
  "requests an hour",
  "peak a second",
  "in the outage",
  "calls refused",
  "of all",
];
const widths = [11, 8, 16, 13, 13, 13, 8];
const print = (cells: readonly string[]) =>
  console.log(
    cells
      .map((cell, index) => (index < 2 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  "),
  );
print(header);

const runs: Run[] = [];
for (const { name, seconds, colour } of lifetimes) {
  for (const isShared of [true, false]) {
    const count = isShared ? workers : Math.min(sample, workers);
    const day = await simulateDay({
      workers: count,
      isShared,
      lifetimeInMs: seconds * 1000,
      everyInMs: every * 1000,
      seed,
    });
    const run = { name, colour, isShared, ...summarise(day, workers / count) };
    runs.push(run);
    print([
      name,
      isShared ? "shared" : "none",
      number(run.usualPerHour),
      number(run.peak),
      number(run.inOutage),
      number(run.refused),
      share(run.refused, run.calls),
    ]);
  }
}

const marks = (isShared: boolean): Mark[] => [
  { kind: "rules", colour: "#999", label: "out of reach", at: [outage.from / hourInMs, outage.until / hourInMs] },
  ...runs
    .filter((run) => run.isShared === isShared)
    .map(({ name, colour, perHour }) => ({
      kind: "line" as const,
      colour,
      label: name,
      points: perHour.map((count, hour) => [hour + 0.5, Math.max(count, 0.1)] as const),
    })),
];
await writeFile(
  resolve(out),
  toSvg({
    title: `${number(workers)} workers over a day`,
    axis: "hour of the day",
    from: 0,
    to: 24,
    panels: [
      { title: "token requests, one shared store", unit: "an hour", isLogarithmic: true, marks: marks(true) },
      { title: "token requests, no shared store", unit: "an hour", isLogarithmic: true, marks: marks(false) },
    ],
  }),
);
console.log(`drawn in ${out}`);
