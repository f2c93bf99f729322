/** Progress of a long run, shown after one second: on a terminal one line that is overwritten, elsewhere a line every ten seconds. */
import type { Output } from "./output.ts";

export interface Progress {
  at(task: string): void;
  /** Removes the line, so that something else can be printed. */
  clear(): void;
  end(): void;
}

const beginsInMs = 1_000;
const plainEveryInMs = 10_000;

/** @param now milliseconds of a monotonic clock @param command the name that each line begins with */
export function createProgress(
  { error, isTerminal = false }: Output,
  now: () => number = () => performance.now(),
  command = "generate",
): Progress {
  const began = now();
  let task = "";
  let isShown = false;
  let lastPlain = began;
  const show = () => {
    const elapsed = now() - began;
    const line = `${command}: ${task} (${Math.floor(elapsed / 1000)} s)`;
    if (task === "" || elapsed < beginsInMs) return;
    if (isTerminal) {
      error(`\r\u001B[2K${line}`);
      isShown = true;
    } else if (now() - lastPlain >= plainEveryInMs) {
      error(`${line}\n`);
      lastPlain = now();
    }
  };
  const clear = () => {
    if (isShown) error("\r\u001B[2K");
    isShown = false;
  };
  // Most of a run blocks the event loop and calls `at` itself; the timer is for waiting on a slow server.
  const timer = setInterval(show, 1_000);
  timer.unref();
  return {
    at(current) {
      task = current;
      show();
    },
    clear,
    end() {
      clearInterval(timer);
      clear();
    },
  };
}
