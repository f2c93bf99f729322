/** Loaded before a generator's own program: tells what the process has cost when it ends, its threads included. */
import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.LATCHKEY_BENCH_CPU, String((user + system) / 1000));
});
