/**
 * Names this worker to stores, and spreads the workers of one credential over time. A process that was restored from a snapshot (CRIU,
 * a serverless platform's) shares its memory with others; the jump between its two clocks shows that, and it takes a new name.
 */
import { type Clock, systemClock } from "../../util/clock.ts";

export interface WorkerId {
  readonly owner: string;
  /** 0 to 1, constant for the worker. */
  readonly jitter: number;
}

/** Between two reads, the clocks of a process that was not restored drift by less. */
const maxDriftInMs = 1_000;

export function createWorkerId(clock: Clock = systemClock): WorkerId {
  const clockOffset = () => clock.now() - clock.monotonic();
  let id = drawId();
  let offset = clockOffset();
  const current = () => {
    const now = clockOffset();
    if (Math.abs(now - offset) > maxDriftInMs) id = drawId();
    offset = now;
    return id;
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

const drawId = (): WorkerId => ({
  owner: crypto.randomUUID(),
  jitter: (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
});
