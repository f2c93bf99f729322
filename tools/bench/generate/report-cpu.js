/** Preloaded into a generator's process: reports its CPU, threads included, when the process ends. */
import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.LATCHKEY_BENCH_CPU, String((user + system) / 1000));
});
