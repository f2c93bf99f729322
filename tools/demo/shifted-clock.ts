import { type Clock, systemClock } from "../../src/util/clock.ts";

/** The system's clock with an offset: an hour can pass for the client and the sandbox together. */
export interface ShiftedClock extends Clock {
  passInMs(duration: number): void;
}

export function createShiftedClock(): ShiftedClock {
  let shift = 0;
  return {
    now: () => systemClock.now() + shift,
    monotonic: () => systemClock.monotonic() + shift,
    after: systemClock.after,
    passInMs(duration) {
      shift += duration;
    },
  };
}
