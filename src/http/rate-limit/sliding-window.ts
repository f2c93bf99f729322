/**
 * A sliding window: at most `limit` requests in any period of `lengthInMs`. A request counts from its sending until one period after
 * its response. The vendor counted it somewhere between the two, so that no window of the vendor's ever sees more than the limit.
 */
export interface SlidingWindow {
  isFree(now: number): boolean;
  /** The time at which a slot will be free; `Infinity` while all slots are requests in progress. */
  freeAt(now: number): number;
  acquire(): void;
  /** Returns a slot whose request was not sent. */
  release(): void;
  /** Ends a request, with a response or without one. */
  complete(now: number): void;
  /** True when no request is in progress or remembered. */
  isEmpty(now: number): boolean;
}

/** The window is divided into so many parts; responses of one part are remembered together, at its end. */
const parts = 512;

export function createSlidingWindow(limit: number, lengthInMs: number): SlidingWindow {
  const partInMs = lengthInMs / parts;
  /** Oldest first. */
  let ended: { readonly leavesAt: number; count: number }[] = [];
  let first = 0;
  let remembered = 0;
  let inProgress = 0;

  function forget(now: number): void {
    for (let one = ended[first]; one && one.leavesAt <= now; one = ended[first]) {
      remembered -= one.count;
      first += 1;
    }
    if (first < parts) return;
    ended = ended.slice(first);
    first = 0;
  }

  function isFree(now: number): boolean {
    if (inProgress + remembered < limit) return true;
    forget(now);
    return inProgress + remembered < limit;
  }

  return {
    isFree,
    freeAt: (now) => (isFree(now) ? now : (ended[first]?.leavesAt ?? Number.POSITIVE_INFINITY)),
    acquire() {
      inProgress += 1;
    },
    release() {
      inProgress -= 1;
    },
    complete(now) {
      inProgress -= 1;
      remembered += 1;
      const leavesAt = (Math.floor(now / partInMs) + 1) * partInMs + lengthInMs;
      const last = ended.at(-1);
      if (last && last.leavesAt >= leavesAt && ended.length > first) last.count += 1;
      else ended.push({ leavesAt, count: 1 });
    },
    isEmpty(now) {
      forget(now);
      return inProgress + remembered === 0;
    },
  };
}
