/**
 * Keeps requests just under a vendor's limits: whoever would go over one waits for a place, first come, first served.
 *
 * | situation | behaviour |
 * | --- | --- |
 * | every window that counts the operation has a place | at once, no timer |
 * | one is full | wait until a place is free |
 * | the vendor says that little is left (others use it too) | so many more, then wait until it is reset |
 * | a 429 | everybody waits as long as it asks; then one goes ahead, and with each answer twice as many |
 */
import type { Clock } from "../../util/clock.ts";
import { retryAfterInMs } from "../../util/retry-after.ts";
import { readQuota } from "./rate-limit-headers.ts";
import { createSlidingWindow, type SlidingWindow } from "./sliding-window.ts";

export interface Limit {
  readonly requests: number;
  readonly perSeconds: number;
  /** `"GET /path"` keys. @default all */
  readonly operations?: readonly string[];
}

/** How long somebody waits, and what is thrown when it was in vain. */
export interface QueueOptions {
  /** The caller's; its reason is thrown. */
  readonly signal: AbortSignal | undefined;
  readonly leftInMs: number;
  late(): Error;
  /** Called when the client is closed. */
  readonly closers: Set<() => void>;
  closed(): Error;
}

export interface RateLimiter {
  /** Takes a place; resolves when there is one. `undefined`: at once. */
  acquire(operation: string, wait: QueueOptions): Promise<void> | undefined;
  /** Takes a place, free or not: for what cannot wait. */
  acquireNow(operation: string): void;
  release(operation: string): void;
  /** The answer came; `undefined`: none will. */
  complete(operation: string, response: Response | undefined): void;
  /** What an answer says that was not counted here. */
  update(operation: string, response: Response): void;
  pause(durationInMs: number): void;
  /** Something is under way, waited for or remembered. One that is not may be forgotten: a new one is as good. */
  readonly isBusy: boolean;
}

/** Operations that the same limits count. */
interface Bucket {
  readonly windows: readonly SlidingWindow[];
  /** In order of arrival. */
  readonly waiting: Set<() => void>;
  underWay: number;
  /** What the vendor last said. */
  quota: { left: number; readonly until: number } | undefined;
  /** After a pause: so many at a time. */
  allowedConcurrency: number;
  cancelTimer: (() => void) | undefined;
}

/** A doorway as wide as this is open. */
const wide = 64;

export function createRateLimiter(limits: readonly Limit[], clock: Clock): RateLimiter {
  const windows = limits.map(({ requests, perSeconds, operations }) =>
    // A limit on everything counts token requests, which are not held up: a place is kept for them.
    createSlidingWindow(Math.max(1, operations ? requests : requests - 1), perSeconds * 1000),
  );
  const lanes = new Map<string, Bucket>();
  let pausedUntil = Number.NEGATIVE_INFINITY;

  function laneOf(operation: string): Bucket {
    const counting = limits.flatMap(({ operations }, index) =>
      operations === undefined || operations.includes(operation) ? [index] : [],
    );
    const key = counting.join();
    const lane = lanes.get(key) ?? {
      windows: windows.filter((_, index) => counting.includes(index)),
      waiting: new Set(),
      underWay: 0,
      quota: undefined,
      allowedConcurrency: pausedUntil > clock.monotonic() ? 1 : Number.POSITIVE_INFINITY,
      cancelTimer: undefined,
    };
    lanes.set(key, lane);
    return lane;
  }

  const known = new Map<string, Bucket>();
  function find(operation: string): Bucket {
    const lane = known.get(operation) ?? laneOf(operation);
    known.set(operation, lane);
    return lane;
  }

  /** When the next request may leave; not after `now` where it may at once. */
  function opensAt(lane: Bucket, now: number): number {
    let at = Math.max(now, pausedUntil);
    for (const window of lane.windows) at = Math.max(at, window.freeAt(now));
    // An answer opens it.
    if (lane.underWay >= lane.allowedConcurrency) return Number.POSITIVE_INFINITY;
    if (lane.quota && now >= lane.quota.until) lane.quota = undefined;
    return lane.quota && lane.quota.left <= 0 ? Math.max(at, lane.quota.until) : at;
  }

  function enter(lane: Bucket): void {
    lane.underWay += 1;
    if (lane.quota) lane.quota.left -= 1;
    for (const window of lane.windows) window.acquire();
  }

  /** Lets in whoever may, and sets one timer for the next. */
  function letIn(lane: Bucket): void {
    lane.cancelTimer?.();
    lane.cancelTimer = undefined;
    for (const go of lane.waiting) {
      const now = clock.monotonic();
      const at = opensAt(lane, now);
      if (at > now) {
        // With all places under way, an answer opens the next.
        if (at < Number.POSITIVE_INFINITY) lane.cancelTimer = clock.after(at - now, () => letIn(lane));
        return;
      }
      lane.waiting.delete(go);
      enter(lane);
      go();
    }
  }

  function letAllIn(): void {
    for (const lane of lanes.values()) if (lane.waiting.size > 0) letIn(lane);
  }

  return {
    acquire(operation, wait) {
      const lane = find(operation);
      const now = clock.monotonic();
      if (lane.waiting.size === 0 && opensAt(lane, now) <= now) {
        enter(lane);
        return undefined;
      }
      return queue(lane, wait);
    },
    acquireNow: (operation) => enter(find(operation)),
    release(operation) {
      const lane = find(operation);
      lane.underWay -= 1;
      if (lane.quota) lane.quota.left += 1;
      for (const window of lane.windows) window.release();
      letAllIn();
    },
    complete(operation, response) {
      const lane = find(operation);
      const now = clock.monotonic();
      lane.underWay -= 1;
      for (const window of lane.windows) window.complete(now);
      if (response) learn(lane, response, now);
      letAllIn();
    },
    update: (operation, response) => learn(find(operation), response, clock.monotonic()),
    pause,
    get isBusy() {
      const now = clock.monotonic();
      const isLaneBusy = ({ underWay, waiting, quota, allowedConcurrency: doorway }: Bucket) =>
        underWay > 0 || waiting.size > 0 || doorway <= wide || (quota !== undefined && quota.until > now);
      return pausedUntil > now || [...lanes.values()].some(isLaneBusy) || windows.some((one) => !one.isEmpty(now));
    },
  };

  function pause(durationInMs: number): void {
    pausedUntil = Math.max(pausedUntil, clock.monotonic() + durationInMs);
    for (const lane of lanes.values()) lane.allowedConcurrency = 1;
    letAllIn();
  }

  function learn(lane: Bucket, response: Response, now: number): void {
    const quota = readQuota(response.headers, clock.now());
    // Requests under way may be counted in it or not: they are taken as not.
    if (quota) lane.quota = { left: quota.remaining - lane.underWay, until: now + quota.resetInMs };
    if (response.status !== 429 && now >= pausedUntil) {
      lane.allowedConcurrency = lane.allowedConcurrency < wide ? lane.allowedConcurrency * 2 : Number.POSITIVE_INFINITY;
    }
    const asked = response.status === 429 ? retryAfterInMs(response.headers, clock.now()) : undefined;
    if (asked !== undefined) pause(asked);
  }

  function queue(lane: Bucket, { signal, leftInMs, late, closers, closed }: QueueOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      let cancelDeadline: (() => void) | undefined;
      const leave = () => {
        lane.waiting.delete(go);
        cancelDeadline?.();
        signal?.removeEventListener("abort", abort);
        closers.delete(close);
        if (lane.waiting.size > 0) return;
        lane.cancelTimer?.();
        lane.cancelTimer = undefined;
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const abort = () => fail(signal?.reason);
      const close = () => fail(closed());
      const go = () => {
        leave();
        resolve();
      };
      signal?.addEventListener("abort", abort);
      closers.add(close);
      if (leftInMs < Number.POSITIVE_INFINITY) cancelDeadline = clock.after(leftInMs, () => fail(late()));
      lane.waiting.add(go);
      if (lane.waiting.size === 1) letIn(lane);
    });
  }
}
