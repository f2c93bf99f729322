/** Time, injected: tests drive it, and the product never asks the platform anywhere else. */
export interface Clock {
  /** Epoch milliseconds of the wall clock. It may step. */
  now(): number;
  /** Milliseconds of a clock that never goes back. It may stand still while the machine sleeps. */
  monotonic(): number;
  /** Calls back once after so many milliseconds; returns how to cancel. Whoever waits for it keeps the process alive. */
  after(delayInMs: number, callback: () => void): () => void;
}

/** setTimeout takes 31 bits and fires at once beyond them. */
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
 * Measures time since its making by both clocks and believes the one that saw more: a wall clock set back does not
 * prolong a token's life, and a machine that slept finds it over.
 */
export interface Stopwatch {
  elapsedInMs(): number;
}

export function createStopwatch(clock: Clock): Stopwatch {
  const wall = clock.now();
  const monotonic = clock.monotonic();
  return { elapsedInMs: () => Math.max(clock.now() - wall, clock.monotonic() - monotonic) };
}

/** Resolves after so many milliseconds, or rejects with the signal's reason. */
export function sleep(clock: Clock, delayInMs: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const cancel = clock.after(delayInMs, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
