/** What a long run is at: from its second second on, one line that is written over on a terminal; elsewhere a line every ten seconds. */
import type { Output } from "./output.ts";

export interface Progress {
  at(task: string): void;
  /** Takes the line away, so that something else can be printed. */
  clear(): void;
  end(): void;
}

const beginsInMs = 1_000;
const plainEveryInMs = 10_000;

/** @param now milliseconds of a clock that only goes forward @param command what is running */
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
  // Most of a run blocks the event loop, and says itself where it is; the timer is for a server that takes its time.
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
