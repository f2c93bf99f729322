import { onAbort } from "./abortable.ts";

/** The source of time. It is injected, so that tests can drive it; nothing else in the runtime reads the platform's clocks. */
export interface Clock {
  /** The wall clock in epoch milliseconds. It may be set forwards or back. */
  now(): number;
  /** Milliseconds of a clock that never goes back. It may pause while the machine sleeps. */
  monotonic(): number;
  /** Calls back once after a delay, and keeps the process alive until then. Returns a function that cancels the timer. */
  after(delayInMs: number, callback: () => void): () => void;
}

/** The longest delay of `setTimeout`, which fires at once for a longer one. */
const maxTimerInMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayInMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayInMs, 0), maxTimerInMs));
    return () => clearTimeout(timer);
  },
};

/**
 * Measures the time since its creation by both clocks and trusts the larger: a wall clock that is set back does not prolong a token's
 * life, and neither does a monotonic clock that paused while the machine slept.
 */
export interface Stopwatch {
  elapsedInMs(): number;
}

export function createStopwatch(clock: Clock): Stopwatch {
  const wall = clock.now();
  const monotonic = clock.monotonic();
  return { elapsedInMs: () => Math.max(clock.now() - wall, clock.monotonic() - monotonic) };
}

/** Resolves after a delay; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayInMs: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const cancel = clock.after(delayInMs, () => {
      stopListening();
      resolve();
    });
    const stopListening = onAbort(signal, () => {
      cancel();
      reject(signal?.reason);
    });
  });
}
