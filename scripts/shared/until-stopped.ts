/**
 * Stops a command that runs until it is told to end: by Ctrl-C, by a signal, or because the package manager that started it is gone.
 * A killed `npx` does not pass its end on: what it started would keep its port.
 */
import { spawnSync } from "node:child_process";

const everyInMs = 500;

export interface Stopping {
  readonly signal: AbortSignal;
  /** Restores the usual handling of signals. */
  forget(): void;
}

/** Handles the first signal only: a second one ends the process as usual. */
export function untilStopped(): Stopping {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, stop);
  const starters = startersOf(process.ppid);
  const timer = setInterval(() => {
    if (starters.length > 0 && (process.ppid !== starters[0] || !starters.every(isRunning))) stop();
  }, everyInMs);
  timer.unref();
  return {
    signal: controller.signal,
    forget() {
      clearInterval(timer);
      for (const signal of signals) process.off(signal, stop);
    },
  };
}

/**
 * The parent and its parent where a package manager started this process: the manager runs a shell, which runs the command. Empty
 * otherwise: what a shell starts in the background may outlive the shell.
 */
function startersOf(parent: number): number[] {
  if (process.env.npm_config_user_agent === undefined) return [];
  if (process.platform === "win32") return [parent];
  const { stdout } = spawnSync("ps", ["-o", "ppid=", "-p", String(parent)], { encoding: "utf8" });
  const grandparent = Number(stdout ?? "");
  return grandparent > 1 ? [parent, grandparent] : [parent];
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
