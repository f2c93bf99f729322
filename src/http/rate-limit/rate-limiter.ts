/**
 * Keeps requests just under a vendor's limits: a request that would exceed one waits for a slot, first come, first served. Each limit is a
 * bucket, and only requests that count towards a bucket wait for it. An operation counts towards the limits that the document names for
 * it, and towards the buckets that its last responses named.
 *
 * | situation | behaviour |
 * | --- | --- |
 * | every bucket of the operation has a free slot | sent at once, without a timer |
 * | a documented window is full | waits until a slot is free |
 * | the vendor names how many requests are left in a bucket (others use the limit too) | so many are sent, then all of that bucket wait until the reset |
 * | a 429 | the bucket that it names as empty, else the operation's own, waits as long as it asks; then one is sent, and with each response twice as many at a time |
 * | a 429 or a reset that asks for more than `maxRetryAfterInMs` | nobody waits so long; one request is sent at a time, until one succeeds |
 */
import { onAbort } from "../../util/abortable.ts";
import type { Clock } from "../../util/clock.ts";
import { maxRetryAfterInMs, retryAfterInMs } from "../../util/retry-after.ts";
import { readQuotas } from "./rate-limit-headers.ts";
import { createSlidingWindow, type SlidingWindow } from "./sliding-window.ts";

export interface Limit {
  readonly requests: number;
  readonly perSeconds: number;
  /** `"GET /path"` keys. @default all */
  readonly operations?: readonly string[];
}

/** Why a request waits: a documented limit is reached, the vendor's quota is used up, or the vendor answered with a 429. */
export type WaitReason = "documented_limit" | "vendor_quota" | "throttled";

/** How long a request may wait for a slot, and what it throws when it got none. */
export interface QueueOptions {
  /** The caller's signal; its reason is thrown. */
  readonly signal: AbortSignal | undefined;
  readonly leftInMs: number;
  late(): Error;
  /** Functions that the client calls when it is closed; a waiting request adds its own. */
  readonly closers: Set<() => void>;
  closed(): Error;
  /** Reports a wait of more than a second: when it begins, if so much is known then, else when it has ended. */
  onWait(reason: WaitReason, waitInMs: number): void;
}

/** A permission to send one request: the buckets that count it. */
export type Slot = readonly Bucket[];

export interface RateLimiter {
  /** Takes a slot; a promise where none is free at once. */
  acquire(operation: string, options: QueueOptions): Slot | Promise<Slot>;
  /** Takes a slot whether or not one is free, for requests that cannot wait. */
  acquireNow(operation: string): Slot;
  /** Returns a slot whose request was not sent. */
  release(slot: Slot): void;
  /** Ends a request with its response; `undefined` for a request that failed. */
  complete(slot: Slot, operation: string, response: Response | undefined): void;
  /** Takes over the quotas that a response names, without counting a request. Returns whether it names any. */
  update(operation: string, response: Response): boolean;
  /** After a 429: pauses the buckets of the operation that are empty; its own bucket where none is known to be. */
  pause(operation: string, durationInMs: number): void;
  /** True while a request is in progress, waiting or remembered. An idle limiter is no different from a new one. */
  readonly isBusy: boolean;
}

/** One limit of the vendor. */
export interface Bucket {
  readonly windows: readonly SlidingWindow[];
  inProgress: number;
  /** The vendor's last quota. */
  quota: { left: number; readonly until: number } | undefined;
  pausedUntil: number;
  /** The number of requests at a time, which grows after a pause. */
  allowedConcurrency: number;
}

/** The requests of one operation. */
interface OperationQueue {
  /** The first is counted by the document, or is the operation's own; the vendor names the others. */
  buckets: readonly [Bucket, ...Bucket[]];
  readonly waiting: Set<WaitingRequest>;
}

interface WaitingRequest {
  /** The order of arrival. */
  readonly order: number;
  start(slot: Slot): void;
}

/** From this number on, concurrency is no longer limited. */
const maxLimitedConcurrency = 64;
/** A shorter wait is not reported. */
const reportedWaitInMs = 1000;
/** With so many named buckets, idle ones are removed before another is added. */
const maxNamedBuckets = 256;

export function createRateLimiter(limits: readonly Limit[], clock: Clock): RateLimiter {
  const windows = limits.map(({ requests, perSeconds, operations }) =>
    // A limit on all operations counts token requests too. They never wait, so one slot is kept for them.
    createSlidingWindow(Math.max(1, operations ? requests : requests - 1), perSeconds * 1000),
  );
  /** By the documented limits that count an operation, or by the operation. */
  const ownBuckets = new Map<string, Bucket>();
  /** By the vendor's name. */
  const namedBuckets = new Map<string, Bucket>();
  const queues = new Map<string, OperationQueue>();
  /** Queues in which requests wait. */
  const crowded = new Set<OperationQueue>();
  /** Buckets that may be busy; the others are idle. */
  const active = new Set<Bucket>();
  let arrivals = 0;
  let cancelTimer: (() => void) | undefined;

  function queueOf(operation: string): OperationQueue {
    const known = queues.get(operation);
    if (known) return known;
    const counting = limits.flatMap(({ operations }, index) =>
      operations === undefined || operations.includes(operation) ? [index] : [],
    );
    const bucket = findOrCreate(ownBuckets, counting.length > 0 ? counting.join() : operation, () =>
      createBucket(windows.filter((_, index) => counting.includes(index))),
    );
    const queue: OperationQueue = { buckets: [bucket], waiting: new Set() };
    queues.set(operation, queue);
    return queue;
  }

  /** The time at which the next request may be sent: `now` for at once, `Infinity` when a response must come first. */
  function nextSlotAt({ buckets }: OperationQueue, now: number): number {
    let at = now;
    for (const bucket of buckets)
      at = Math.max(at, windowsFreeAt(bucket, now), quotaFreeAt(bucket, now), resumesAt(bucket));
    return at;
  }

  /** The limit that holds the next request longest. */
  function reasonOf({ buckets }: OperationQueue, now: number): WaitReason {
    const latest = (freeAt: (bucket: Bucket, now: number) => number) =>
      Math.max(...buckets.map((one) => freeAt(one, now)));
    const [windowed, quota, resumed] = [latest(windowsFreeAt), latest(quotaFreeAt), latest(resumesAt)];
    if (windowed > Math.max(quota, resumed)) return "documented_limit";
    return quota > resumed ? "vendor_quota" : "throttled";
  }

  function occupy({ buckets }: OperationQueue): Slot {
    for (const bucket of buckets) {
      bucket.inProgress += 1;
      if (bucket.quota) bucket.quota.left -= 1;
      for (const window of bucket.windows) window.acquire();
      active.add(bucket);
    }
    return buckets;
  }

  /** Starts the requests that have a slot, in the order of their arrival, and sets a timer for the next one. */
  function admit(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (crowded.size > 0) {
      const now = clock.monotonic();
      let nextAt = Number.POSITIVE_INFINITY;
      let first: { readonly queue: OperationQueue; readonly request: WaitingRequest } | undefined;
      for (const queue of crowded) {
        const [request] = queue.waiting;
        const at = nextSlotAt(queue, now);
        if (at > now) nextAt = Math.min(nextAt, at);
        else if (request && request.order < (first?.request.order ?? Number.POSITIVE_INFINITY))
          first = { queue, request };
      }
      if (first) {
        const slot = occupy(first.queue);
        first.request.start(slot);
        continue;
      }
      // At Infinity, the next response starts it.
      if (nextAt < Number.POSITIVE_INFINITY) cancelTimer = clock.after(nextAt - now, admit);
      return;
    }
  }

  /** True where a request of another operation waits for one of the same buckets: it came first. */
  const isOthersTurn = ({ buckets }: OperationQueue): boolean =>
    crowded.size > 0 && [...crowded].some((other) => other.buckets.some((bucket) => buckets.includes(bucket)));

  function pauseBucket(bucket: Bucket, durationInMs: number): void {
    const pausedInMs = durationInMs > maxRetryAfterInMs ? 0 : durationInMs;
    bucket.pausedUntil = Math.max(bucket.pausedUntil, clock.monotonic() + pausedInMs);
    bucket.allowedConcurrency = 1;
    active.add(bucket);
  }

  function pause(operation: string, durationInMs: number): void {
    const [own, ...named] = queueOf(operation).buckets;
    const empty = named.filter(({ quota }) => quota !== undefined && quota.left <= 0);
    for (const bucket of empty.length > 0 ? empty : [own]) pauseBucket(bucket, durationInMs);
    admit();
  }

  /** Takes over the quotas that a response names. */
  function learn(operation: string, response: Response, now: number): boolean {
    const quotas = readQuotas(response.headers, clock.now());
    const queue = queueOf(operation);
    const [own, ...before] = queue.buckets;
    const named = new Set<Bucket>();
    for (const { name, remaining, resetInMs } of quotas) {
      const bucket = name === undefined ? own : findOrCreateNamed(name);
      // The quota may or may not count the requests in progress. Assume that it does not.
      bucket.quota = { left: remaining - bucket.inProgress, until: now + resetInMs };
      active.add(bucket);
      if (bucket !== own) named.add(bucket);
    }
    // A response may leave out a bucket of its operation, which counts until its reset all the same.
    for (const bucket of before) if (bucket.quota && bucket.quota.until > now) named.add(bucket);
    if (named.size !== before.length || before.some((bucket) => !named.has(bucket))) queue.buckets = [own, ...named];
    return quotas.length > 0;
  }

  function findOrCreateNamed(name: string): Bucket {
    if (namedBuckets.size >= maxNamedBuckets && !namedBuckets.has(name)) {
      for (const [other, bucket] of namedBuckets) if (isIdle(bucket, clock.monotonic())) namedBuckets.delete(other);
    }
    return findOrCreate(namedBuckets, name, () => createBucket([]));
  }

  return {
    acquire(operation, options) {
      const queue = queueOf(operation);
      const now = clock.monotonic();
      const isFree = queue.waiting.size === 0 && nextSlotAt(queue, now) <= now;
      return isFree && !isOthersTurn(queue) ? occupy(queue) : enqueue(queue, now, options);
    },
    acquireNow: (operation) => occupy(queueOf(operation)),
    release(slot) {
      for (const bucket of slot) {
        bucket.inProgress -= 1;
        if (bucket.quota) bucket.quota.left += 1;
        for (const window of bucket.windows) window.release();
      }
      admit();
    },
    complete(slot, operation, response) {
      const now = clock.monotonic();
      for (const bucket of slot) {
        bucket.inProgress -= 1;
        for (const window of bucket.windows) window.complete(now);
        if (response && response.status !== 429 && now >= bucket.pausedUntil) {
          const { allowedConcurrency } = bucket;
          bucket.allowedConcurrency =
            allowedConcurrency < maxLimitedConcurrency ? allowedConcurrency * 2 : Number.POSITIVE_INFINITY;
        }
      }
      if (response) learn(operation, response, now);
      const retryAfter = response?.status === 429 ? retryAfterInMs(response.headers, clock.now()) : undefined;
      if (retryAfter === undefined) admit();
      else pause(operation, retryAfter);
    },
    update: (operation, response) => learn(operation, response, clock.monotonic()),
    pause,
    get isBusy() {
      const now = clock.monotonic();
      for (const bucket of active) if (isIdle(bucket, now)) active.delete(bucket);
      return active.size > 0 || crowded.size > 0;
    },
  };

  function enqueue(queue: OperationQueue, now: number, options: QueueOptions): Promise<Slot> {
    const { signal, leftInMs, late, closers, closed, onWait } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const reason = reasonOf(queue, now);
      const expectedInMs = nextSlotAt(queue, now) - now;
      const isReported = expectedInMs > reportedWaitInMs && expectedInMs < Number.POSITIVE_INFINITY;
      if (isReported) onWait(reason, expectedInMs);
      let cancelDeadline: (() => void) | undefined;
      const leave = () => {
        queue.waiting.delete(request);
        cancelDeadline?.();
        stopListening();
        closers.delete(close);
        if (queue.waiting.size === 0) crowded.delete(queue);
        if (crowded.size > 0) return;
        cancelTimer?.();
        cancelTimer = undefined;
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const close = () => fail(closed());
      arrivals += 1;
      const request: WaitingRequest = {
        order: arrivals,
        start(slot) {
          leave();
          const waitedInMs = clock.monotonic() - now;
          if (!isReported && waitedInMs > reportedWaitInMs) onWait(reason, waitedInMs);
          resolve(slot);
        },
      };
      const stopListening = onAbort(signal, () => fail(signal?.reason));
      closers.add(close);
      if (leftInMs < Number.POSITIVE_INFINITY) cancelDeadline = clock.after(leftInMs, () => fail(late()));
      queue.waiting.add(request);
      crowded.add(queue);
      if (queue.waiting.size === 1) admit();
    });
  }
}

function windowsFreeAt({ windows }: Bucket, now: number): number {
  let at = now;
  for (const window of windows) at = Math.max(at, window.freeAt(now));
  return at;
}

function quotaFreeAt(bucket: Bucket, now: number): number {
  if (bucket.quota && now >= bucket.quota.until) bucket.quota = undefined;
  return bucket.quota && bucket.quota.left <= 0 ? bucket.quota.until : now;
}

const resumesAt = ({ inProgress, allowedConcurrency, pausedUntil }: Bucket): number =>
  inProgress >= allowedConcurrency ? Number.POSITIVE_INFINITY : pausedUntil;

const createBucket = (windows: readonly SlidingWindow[]): Bucket => ({
  windows,
  inProgress: 0,
  quota: undefined,
  pausedUntil: Number.NEGATIVE_INFINITY,
  allowedConcurrency: Number.POSITIVE_INFINITY,
});

function isIdle({ windows, inProgress, quota, pausedUntil, allowedConcurrency }: Bucket, now: number): boolean {
  if (inProgress > 0 || allowedConcurrency <= maxLimitedConcurrency || pausedUntil > now) return false;
  return !(quota && quota.until > now) && windows.every((window) => window.isEmpty(now));
}

function findOrCreate(buckets: Map<string, Bucket>, key: string, create: () => Bucket): Bucket {
  const bucket = buckets.get(key) ?? create();
  buckets.set(key, bucket);
  return bucket;
}
