// The modules that a client imports when a program asks for them: an import takes real time, which a manual clock does not have.
import "../../src/bulk/batch.ts";
import "../../src/client/body-validation.ts";
import "../../src/http/body/index.ts";
import "../../src/pagination/paginate.ts";
import type { Clock } from "../../src/util/clock.ts";

export interface ManualClock extends Clock {
  /** Both clocks go forward, and timers that are due fire in order. */
  advance(ms: number): void;
  /** The wall clock is set, as by an administrator or NTP. */
  stepWall(ms: number): void;
  /** Time passes that the monotonic clock does not see, as in a machine asleep. */
  sleepMachine(ms: number): void;
  readonly timers: number;
}

/** Starts at the real time, so that `Date` headers of a real server agree. */
export function createManualClock(): ManualClock {
  let wall = Date.now();
  let monotonic = 0;
  const timers = new Set<{ readonly due: number; readonly fire: () => void }>();
  return {
    now: () => wall,
    monotonic: () => monotonic,
    after(delayInMs, fire) {
      const timer = { due: monotonic + Math.max(0, delayInMs), fire };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const until = monotonic + ms;
      for (;;) {
        const [next] = [...timers].filter((one) => one.due <= until).sort((a, b) => a.due - b.due);
        if (!next) break;
        timers.delete(next);
        const passed = Math.max(0, next.due - monotonic);
        monotonic += passed;
        wall += passed;
        next.fire();
      }
      wall += until - monotonic;
      monotonic = until;
    },
    stepWall(ms) {
      wall += ms;
    },
    sleepMachine(ms) {
      wall += ms;
    },
    get timers() {
      return timers.size;
    },
  };
}
