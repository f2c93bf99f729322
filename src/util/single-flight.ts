/** Single flight: whoever asks while one runs gets that one. */
export interface SingleFlight<T> {
  readonly running: Promise<T> | undefined;
  /** Joins the running flight, or starts `run`. */
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
      // A `run` that throws at once rejects like any other. No other flight begins before this one has cleared itself.
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
