/** Single flight: concurrent callers share one run of an asynchronous function. */
export interface SingleFlight<T> {
  readonly running: Promise<T> | undefined;
  /** Returns the current run's promise, or starts `run`. */
  join(run: () => Promise<T>): Promise<T>;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  let running: Promise<T> | undefined;
  return {
    get running() {
      return running;
    },
    join(run) {
      if (running) return running;
      // `then`, so that a `run` that throws synchronously rejects too. The run is cleared before any caller's handler starts another.
      const mine: Promise<T> = Promise.resolve().then(run);
      running = mine;
      const clear = () => {
        running = undefined;
      };
      mine.then(clear, clear);
      return mine;
    },
  };
}
