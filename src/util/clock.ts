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

interface Alarm {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly delay: number;
  /** The platform's, unless a test has put another in its place. */
  readonly madeBy: typeof setTimeout;
  /** Absent while it is idle. */
  ring?: (() => void) | undefined;
}

/** Cancelled alarms, to be set again: a new timer for every call is what its deadline costs most. */
const idle: Alarm[] = [];
const maxIdle = 64;

function setAlarm(delay: number): Alarm {
  const known = idle.pop();
  if (known?.delay === delay && known.madeBy === setTimeout) {
    known.timer.refresh().ref();
    return known;
  }
  clearTimeout(known?.timer);
  const alarm: Alarm = { timer: setTimeout(() => alarm.ring?.(), delay), delay, madeBy: setTimeout };
  return alarm;
}

/** It does not keep the process alive, and rings for nobody. */
function putAside(alarm: Alarm): void {
  const { timer } = alarm;
  alarm.ring = undefined;
  // A browser's is a number, and cannot be set again.
  if (typeof timer === "number" || idle.length === maxIdle) clearTimeout(timer);
  else {
    timer.unref();
    idle.push(alarm);
  }
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayInMs, callback) {
    let alarm: Alarm | undefined = setAlarm(Math.min(Math.max(delayInMs, 0), maxTimerInMs));
    alarm.ring = callback;
    return () => {
      if (alarm) putAside(alarm);
      alarm = undefined;
    };
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
