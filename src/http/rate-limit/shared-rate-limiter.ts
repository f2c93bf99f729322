/** The rate limiter that all clients with the same credentials in this process share. */
import { TransportError } from "../../errors/transport-error.ts";
import type { Clock } from "../../util/clock.ts";
import { stableHash } from "../../util/stable-hash.ts";
import { type ServerAddress, toAddresses } from "../../util/server-address.ts";
import type { Vendor } from "../../vendor.ts";
import type { HttpSender } from "../http-sender.ts";
import { isForeign } from "../redirect.ts";
import type { Listener } from "../../events/events.ts";
import { createRateLimiter, type Limit, type RateLimiter, type Slot, type WaitReason } from "./rate-limiter.ts";

/** The permission of one call to send its requests. */
export interface RateLimitSlot {
  /** Waits for the limit, then sends. The attempt's timeout starts after the wait. */
  run(send: () => Promise<Response>, signal: AbortSignal | undefined, leftInMs: number): Promise<Response>;
  /** Wraps the call's sender: the first request uses the reserved slot, and a replay is counted without waiting. */
  wrap(sender: HttpSender): HttpSender;
}

export interface RateLimiterOptions {
  readonly vendor: Vendor;
  readonly limits: readonly Limit[];
  readonly clock: Clock;
  readonly server: ServerAddress;
  /** Whose limit it is: what of the credentials names an account, or the function that provides them. */
  readonly owner: object;
  /** Gets an event for each wait of more than a second. */
  readonly emit: Listener;
}

export interface SharedRateLimiter {
  slotFor(operation: string): RateLimitSlot;
  /** Wraps a sender whose requests are counted and never delayed. */
  countOnly(sender: HttpSender, operation: string): HttpSender;
  /** After a 429: takes over the limits that it names, and pauses those that are empty, or else the operation's own. */
  pause(operation: string, durationInMs: number, response: Response): void;
  /** Takes over the limits that a response names. Returns whether it names any. */
  update(operation: string, response: Response): boolean;
  readonly isBusy: boolean;
  close(): void;
}

export function createSharedRateLimiter(options: RateLimiterOptions): SharedRateLimiter {
  const { limits, clock, emit } = options;
  const vendor = options.vendor.name;
  const key = keyOf(options);
  const limiters = limitersOf(clock);
  const closers = new Set<() => void>();
  let isClosed = false;
  const currentLimiter = () => findOrCreate(limiters, key, () => createRateLimiter(limits, clock));

  /** @param reserved the slot that `acquire` reserved for the next request */
  function count(
    sender: HttpSender,
    operation: string,
    limiter: RateLimiter,
    reserved: { slot: Slot | undefined },
  ): HttpSender {
    return {
      ...sender,
      async send(outgoing) {
        const slot = reserved.slot ?? limiter.acquireNow(operation);
        reserved.slot = undefined;
        let response: Response | undefined;
        try {
          response = await sender.send(outgoing);
          return response;
        } finally {
          limiter.complete(slot, operation, response && !isForeign(response) ? response : undefined);
        }
      },
    };
  }

  return {
    slotFor(operation) {
      const limiter = currentLimiter();
      const reserved: { slot: Slot | undefined } = { slot: undefined };
      const onWait = (reason: WaitReason, waitInMs: number) =>
        emit({ type: "rate_limit", vendor, operation, reason, waitInMs });
      const closed = () => new TransportError(vendor, "closed", `${operation} was waiting for its rate limit`);
      const late = () =>
        new TransportError(
          vendor,
          "timed_out",
          `${operation} would have waited for its rate limit beyond its deadline; it was not sent`,
        );
      return {
        wrap: (sender) => count(sender, operation, limiter, reserved),
        async run(send, signal, leftInMs) {
          if (isClosed) throw closed();
          reserved.slot = await limiter.acquire(operation, { signal, closers, leftInMs, late, closed, onWait });
          try {
            return await send();
          } finally {
            if (reserved.slot) limiter.release(reserved.slot);
            reserved.slot = undefined;
          }
        },
      };
    },
    countOnly: (sender, operation) => count(sender, operation, currentLimiter(), { slot: undefined }),
    pause(operation, durationInMs, response) {
      const limiter = currentLimiter();
      limiter.update(operation, response);
      limiter.pause(operation, durationInMs);
    },
    update: (operation, response) => currentLimiter().update(operation, response),
    get isBusy() {
      return limiters.get(key)?.isBusy ?? false;
    },
    close() {
      isClosed = true;
      for (const close of closers) close();
    },
  };
}

/**
 * Identifies the limit: whose it is, and the server's addresses with their paths. Clients with other limits count separately, so that the
 * client that comes first does not decide for the rest.
 */
function keyOf({ vendor, limits, server, owner }: RateLimiterOptions): string {
  return stableHash([vendor.name, limits, toAddresses(server), typeof owner === "function" ? numberOf(owner) : owner]);
}

const functionNumbers = new WeakMap<object, number>();
let functionCount = 0;

function numberOf(credentials: object): number {
  const known = functionNumbers.get(credentials);
  if (known !== undefined) return known;
  functionCount += 1;
  functionNumbers.set(credentials, functionCount);
  return functionCount;
}

/** Limiters by key, for each clock: tests with clocks of their own share nothing. */
const registries = new WeakMap<Clock, Map<string, RateLimiter>>();
/** With so many limiters, idle ones are removed before another is added. */
const maxIdleLimiters = 64;

function limitersOf(clock: Clock): Map<string, RateLimiter> {
  const known = registries.get(clock) ?? new Map<string, RateLimiter>();
  registries.set(clock, known);
  return known;
}

/** Finds or creates a limiter. An idle limiter remembers nothing, so it can be removed and created again. */
function findOrCreate(limiters: Map<string, RateLimiter>, key: string, create: () => RateLimiter): RateLimiter {
  const known = limiters.get(key);
  if (known) return known;
  if (limiters.size >= maxIdleLimiters) {
    for (const [other, limiter] of limiters) if (!limiter.isBusy) limiters.delete(other);
  }
  const created = create();
  limiters.set(key, created);
  return created;
}
