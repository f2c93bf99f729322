/** Single flight: whoever asks while one runs gets that one. */
export interface Flight<T> {
  readonly running: Promise<T> | undefined;
  /** Joins the running flight, or starts `run`. */
  join(run: () => Promise<T>): Promise<T>;
}

export function createFlight<T>(): Flight<T> {
  let running: Promise<T> | undefined;
  return {
    get running() {
      return running;
    },
    join(run) {
      if (running) return running;
      // A `run` that throws at once rejects like any other; only the flight's own end clears it, never a later one's.
      const mine: Promise<T> = Promise.resolve().then(run);
      running = mine;
      const clear = () => {
        if (running === mine) running = undefined;
      };
      mine.then(clear, clear);
      return mine;
    },
  };
}

/**
 * Waits for a shared promise under a caller's own signal: the caller leaves at once with its own reason, the shared work goes
 * on, and no listener stays behind.
 */
export function waitUnder<T>(shared: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return shared;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const leave = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    shared.then(
      (value) => {
        leave();
        resolve(value);
      },
      (error) => {
        leave();
        reject(error);
      },
    );
  });
}
