/**
 * A sliding window: at most so many requests in any stretch of so long. A request counts from its sending until the stretch has
 * passed since its answer: when the vendor counted it lies between, so that no vendor's window ever sees more than the limit.
 */
export interface SlidingWindow {
  isFree(now: number): boolean;
  /** When a place will be free, as far as is known: `Infinity` while all are under way. */
  freeAt(now: number): number;
  acquire(): void;
  /** It was not sent after all. */
  release(): void;
  /** Its answer came, or will not come. */
  complete(now: number): void;
  /** Nothing is under way or remembered. */
  isEmpty(now: number): boolean;
}

/** Answers that came within this share of the window are remembered as one, at the latest of their times. */
const grains = 512;

export function createSlidingWindow(limit: number, lengthInMs: number): SlidingWindow {
  const grain = lengthInMs / grains;
  /** Oldest first. */
  let ended: { readonly leavesAt: number; count: number }[] = [];
  let first = 0;
  let remembered = 0;
  let underWay = 0;

  function forget(now: number): void {
    for (let one = ended[first]; one && one.leavesAt <= now; one = ended[first]) {
      remembered -= one.count;
      first += 1;
    }
    if (first < grains) return;
    ended = ended.slice(first);
    first = 0;
  }

  function isFree(now: number): boolean {
    if (underWay + remembered < limit) return true;
    forget(now);
    return underWay + remembered < limit;
  }

  return {
    isFree,
    freeAt: (now) => (isFree(now) ? now : (ended[first]?.leavesAt ?? Number.POSITIVE_INFINITY)),
    acquire() {
      underWay += 1;
    },
    release() {
      underWay -= 1;
    },
    complete(now) {
      underWay -= 1;
      remembered += 1;
      const leavesAt = (Math.floor(now / grain) + 1) * grain + lengthInMs;
      const last = ended.at(-1);
      if (last && last.leavesAt >= leavesAt && ended.length > first) last.count += 1;
      else ended.push({ leavesAt, count: 1 });
    },
    isEmpty(now) {
      forget(now);
      return underWay + remembered === 0;
    },
  };
}
