/**
 * Names this worker to stores, and spreads workers of one credential over time. A process that was restored from a snapshot (CRIU, a
 * serverless platform's) is one of several with the same memory: the jump between its two clocks tells, and it takes another name.
 */
import { type Clock, systemClock } from "../../util/clock.ts";

export interface WorkerId {
  readonly owner: string;
  /** 0 to 1, constant for the worker. */
  readonly jitter: number;
}

/** The clocks of a process that only ran drift by less between two looks. */
const jumpInMs = 1_000;

export function createWorkerId(clock: Clock = systemClock): WorkerId {
  const gap = () => clock.now() - clock.monotonic();
  let seed = draw();
  let offset = gap();
  const current = () => {
    const now = gap();
    if (Math.abs(now - offset) > jumpInMs) seed = draw();
    offset = now;
    return seed;
  };
  return {
    get owner() {
      return current().owner;
    },
    get jitter() {
      return current().jitter;
    },
  };
}

const draw = (): WorkerId => ({
  owner: crypto.randomUUID(),
  jitter: (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
});
