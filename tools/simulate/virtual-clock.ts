/** A clock that advances to the next due timer when nothing is left to do. Timers are in a heap. */
import type { Clock } from "../../src/util/clock.ts";

export interface VirtualClock extends Clock {
  /** Runs due timers in order until the time. Timers of the same time run before promises settle. */
  runUntil(end: number): Promise<void>;
}

interface Due {
  readonly at: number;
  readonly serial: number;
  run: (() => unknown) | undefined;
}

export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  let serial = 0;
  const heap: Due[] = [];
  const isSooner = (a: Due, b: Due) => a.at < b.at || (a.at === b.at && a.serial < b.serial);

  function push(due: Due): void {
    let index = heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || !isSooner(due, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = due;
  }

  function pop(): Due | undefined {
    const first = heap[0];
    const moved = heap.pop();
    if (!first || !moved || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let least = heap[child];
      const right = heap[child + 1];
      if (least && right && isSooner(right, least)) {
        child += 1;
        least = right;
      }
      if (!least || !isSooner(least, moved)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = moved;
    return first;
  }

  return {
    now: () => now,
    monotonic: () => now,
    after(delayInMs, callback) {
      serial += 1;
      const due: Due = { at: now + Math.max(0, delayInMs), serial, run: callback };
      push(due);
      return () => {
        due.run = undefined;
      };
    },
    async runUntil(end) {
      for (;;) {
        const next = heap[0];
        if (!next || next.at > end) break;
        pop();
        if (!next.run) continue;
        now = next.at;
        // `true`: nothing was begun that a promise would have to finish.
        if (next.run() !== true) await new Promise((resolve) => setImmediate(resolve));
      }
      now = end;
    },
  };
}
