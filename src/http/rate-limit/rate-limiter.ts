/**
 * Keeps requests just under a vendor's limits: a request that would exceed one waits for a slot, first come, first served.
 *
 * | situation | behaviour |
 * | --- | --- |
 * | every window that counts the operation has a free slot | sent at once, without a timer |
 * | a window is full | waits until a slot is free |
 * | the vendor names how many requests are left (others use the limit too) | so many are sent, then all wait until the reset |
 * | a 429 | all wait as long as it asks; then one is sent, and with each response twice as many at a time |
 */
import { onAbort } from "../../util/abortable.ts";
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

/** How long a request may wait for a slot, and what it throws when it got none. */
export interface QueueOptions {
  /** The caller's signal; its reason is thrown. */
  readonly signal: AbortSignal | undefined;
  readonly leftInMs: number;
  late(): Error;
  /** Functions that the client calls when it is closed; a waiting request adds its own. */
  readonly closers: Set<() => void>;
  closed(): Error;
}

export interface RateLimiter {
  /** Takes a slot; resolves when there is one. Returns `undefined` when a slot was free at once. */
  acquire(operation: string, options: QueueOptions): Promise<void> | undefined;
  /** Takes a slot whether or not one is free, for requests that cannot wait. */
  acquireNow(operation: string): void;
  /** Returns a slot whose request was not sent. */
  release(operation: string): void;
  /** Ends a request with its response; `undefined` for a request that failed. */
  complete(operation: string, response: Response | undefined): void;
  /** Takes over the quota that a response names, without counting a request. */
  update(operation: string, response: Response): void;
  pause(durationInMs: number): void;
  /** True while a request is in progress, waiting or remembered. An idle limiter is no different from a new one. */
  readonly isBusy: boolean;
}

/** The operations that the same limits count. */
interface Bucket {
  readonly windows: readonly SlidingWindow[];
  /** Requests that wait, in order of arrival; each function lets its request start. */
  readonly waiting: Set<() => void>;
  inProgress: number;
  /** The vendor's last quota. */
  quota: { left: number; readonly until: number } | undefined;
  /** The number of requests at a time, which grows after a pause. */
  allowedConcurrency: number;
  cancelTimer: (() => void) | undefined;
}

/** From this number on, concurrency is no longer limited. */
const maxLimitedConcurrency = 64;

export function createRateLimiter(limits: readonly Limit[], clock: Clock): RateLimiter {
  const windows = limits.map(({ requests, perSeconds, operations }) =>
    // A limit on all operations counts token requests too. They never wait, so one slot is kept for them.
    createSlidingWindow(Math.max(1, operations ? requests : requests - 1), perSeconds * 1000),
  );
  const buckets = new Map<string, Bucket>();
  let pausedUntil = Number.NEGATIVE_INFINITY;

  function findOrCreateBucket(operation: string): Bucket {
    const counting = limits.flatMap(({ operations }, index) =>
      operations === undefined || operations.includes(operation) ? [index] : [],
    );
    const key = counting.join();
    const bucket = buckets.get(key) ?? {
      windows: windows.filter((_, index) => counting.includes(index)),
      waiting: new Set(),
      inProgress: 0,
      quota: undefined,
      allowedConcurrency: pausedUntil > clock.monotonic() ? 1 : Number.POSITIVE_INFINITY,
      cancelTimer: undefined,
    };
    buckets.set(key, bucket);
    return bucket;
  }

  const byOperation = new Map<string, Bucket>();
  function bucketOf(operation: string): Bucket {
    const bucket = byOperation.get(operation) ?? findOrCreateBucket(operation);
    byOperation.set(operation, bucket);
    return bucket;
  }

  /** The time at which the next request may be sent: `now` for at once, `Infinity` when a response must come first. */
  function nextSlotAt(bucket: Bucket, now: number): number {
    let at = Math.max(now, pausedUntil);
    for (const window of bucket.windows) at = Math.max(at, window.freeAt(now));
    if (bucket.inProgress >= bucket.allowedConcurrency) return Number.POSITIVE_INFINITY;
    if (bucket.quota && now >= bucket.quota.until) bucket.quota = undefined;
    return bucket.quota && bucket.quota.left <= 0 ? Math.max(at, bucket.quota.until) : at;
  }

  function occupy(bucket: Bucket): void {
    bucket.inProgress += 1;
    if (bucket.quota) bucket.quota.left -= 1;
    for (const window of bucket.windows) window.acquire();
  }

  /** Starts the requests that have a slot, and sets a timer for the next one. */
  function admit(bucket: Bucket): void {
    bucket.cancelTimer?.();
    bucket.cancelTimer = undefined;
    for (const start of bucket.waiting) {
      const now = clock.monotonic();
      const at = nextSlotAt(bucket, now);
      if (at > now) {
        // At Infinity, the next response starts it.
        if (at < Number.POSITIVE_INFINITY) bucket.cancelTimer = clock.after(at - now, () => admit(bucket));
        return;
      }
      bucket.waiting.delete(start);
      occupy(bucket);
      start();
    }
  }

  function admitAll(): void {
    for (const bucket of buckets.values()) if (bucket.waiting.size > 0) admit(bucket);
  }

  return {
    acquire(operation, options) {
      const bucket = bucketOf(operation);
      const now = clock.monotonic();
      if (bucket.waiting.size === 0 && nextSlotAt(bucket, now) <= now) {
        occupy(bucket);
        return undefined;
      }
      return queue(bucket, options);
    },
    acquireNow: (operation) => occupy(bucketOf(operation)),
    release(operation) {
      const bucket = bucketOf(operation);
      bucket.inProgress -= 1;
      if (bucket.quota) bucket.quota.left += 1;
      for (const window of bucket.windows) window.release();
      admitAll();
    },
    complete(operation, response) {
      const bucket = bucketOf(operation);
      const now = clock.monotonic();
      bucket.inProgress -= 1;
      for (const window of bucket.windows) window.complete(now);
      if (response) updateQuota(bucket, response, now);
      admitAll();
    },
    update: (operation, response) => updateQuota(bucketOf(operation), response, clock.monotonic()),
    pause,
    get isBusy() {
      const now = clock.monotonic();
      const isBucketBusy = ({ inProgress, waiting, quota, allowedConcurrency }: Bucket) =>
        inProgress > 0 ||
        waiting.size > 0 ||
        allowedConcurrency <= maxLimitedConcurrency ||
        (quota !== undefined && quota.until > now);
      return pausedUntil > now || [...buckets.values()].some(isBucketBusy) || windows.some((one) => !one.isEmpty(now));
    },
  };

  function pause(durationInMs: number): void {
    pausedUntil = Math.max(pausedUntil, clock.monotonic() + durationInMs);
    for (const bucket of buckets.values()) bucket.allowedConcurrency = 1;
    admitAll();
  }

  function updateQuota(bucket: Bucket, response: Response, now: number): void {
    const quota = readQuota(response.headers, clock.now());
    // The quota may or may not count the requests in progress. Assume that it does not.
    if (quota) bucket.quota = { left: quota.remaining - bucket.inProgress, until: now + quota.resetInMs };
    if (response.status !== 429 && now >= pausedUntil) {
      bucket.allowedConcurrency =
        bucket.allowedConcurrency < maxLimitedConcurrency ? bucket.allowedConcurrency * 2 : Number.POSITIVE_INFINITY;
    }
    const retryAfter = response.status === 429 ? retryAfterInMs(response.headers, clock.now()) : undefined;
    if (retryAfter !== undefined) pause(retryAfter);
  }

  function queue(bucket: Bucket, { signal, leftInMs, late, closers, closed }: QueueOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      let cancelDeadline: (() => void) | undefined;
      const leave = () => {
        bucket.waiting.delete(start);
        cancelDeadline?.();
        stopListening();
        closers.delete(close);
        if (bucket.waiting.size > 0) return;
        bucket.cancelTimer?.();
        bucket.cancelTimer = undefined;
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const close = () => fail(closed());
      const start = () => {
        leave();
        resolve();
      };
      const stopListening = onAbort(signal, () => fail(signal?.reason));
      closers.add(close);
      if (leftInMs < Number.POSITIVE_INFINITY) cancelDeadline = clock.after(leftInMs, () => fail(late()));
      bucket.waiting.add(start);
      if (bucket.waiting.size === 1) admit(bucket);
    });
  }
}
