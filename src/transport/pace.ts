/**
 * A client's pace: the rate limiter that all clients of one credential in this process share, and each call's turn at it. A vendor
 * that documents no limit costs nothing until it names one, in an answer's headers or with a 429.
 */
import type { Clock } from "../clock.ts";
import { digest } from "../digest.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Vendor } from "../vendor.ts";
import type { Guard } from "./guard.ts";
import { createRateLimiter, type Limit, type RateLimiter } from "./rate-limit.ts";
import { readQuota } from "./rate-limit-headers.ts";

export interface Pace {
  /** `undefined` while there is nothing to wait for or to count. */
  turn(operation: string): Turn | undefined;
  /** The guard for a token request: counted, and never held up. */
  counting(guard: Guard, operation: string): Guard;
  /** A 429 came: everybody who shares the limit waits. */
  pause(durationInMs: number): void;
  /** The first answer shows whether the vendor names its limit in headers. */
  readonly isCurious: boolean;
  look(operation: string, response: Response): void;
  /** Whoever waits gets a closed error. */
  close(): void;
}

export interface Turn {
  /** Waits for a place, then sends; the wait is not the attempt's. */
  take(send: () => Promise<Response>, signal: AbortSignal | undefined, leftInMs: number): Promise<Response>;
  /** Counts what leaves: the first request has its place, a replay is counted without one. */
  through(guard: Guard): Guard;
}

export interface PaceOptions {
  readonly vendor: string;
  readonly limits: readonly Limit[];
  readonly clock: Clock;
  /** What makes two credentials different, without a secret in it. */
  readonly key: string;
}

export function createPace({ vendor, limits, clock, key }: PaceOptions): Pace {
  const limiters = limitersOf(clock);
  const closers = new Set<() => void>();
  let isClosed = false;
  let isNamed = false;
  let isCurious = limits.length === 0;
  const limiter = () => shared(limiters, key, () => createRateLimiter(limits, clock));

  function through(guard: Guard, operation: string, one: RateLimiter, hold: { isHeld: boolean }): Guard {
    return {
      ...guard,
      async send(outgoing) {
        if (!hold.isHeld) one.force(operation);
        hold.isHeld = false;
        let response: Response | undefined;
        try {
          response = await guard.send(outgoing);
          return response;
        } finally {
          one.end(operation, response);
        }
      },
    };
  }

  return {
    get isCurious() {
      return isCurious;
    },
    look(operation, response) {
      isCurious = false;
      isNamed = readQuota(response.headers, clock.now()) !== undefined;
      if (isNamed) limiter().learn(operation, response);
    },
    turn(operation) {
      if (limits.length === 0 && !isNamed && !limiters.get(key)?.isBusy) return undefined;
      const one = limiter();
      const hold = { isHeld: false };
      return {
        through: (guard) => through(guard, operation, one, hold),
        async take(send, signal, leftInMs) {
          const closed = () => new TransportError(vendor, "closed", `${operation} was waiting for its turn`);
          if (isClosed) throw closed();
          const late = () =>
            new TransportError(
              vendor,
              "timed_out",
              `${operation} would have had to wait longer for its turn; it was not sent`,
            );
          const waiting = one.take(operation, { signal, closers, leftInMs, late, closed });
          if (waiting) await waiting;
          hold.isHeld = true;
          try {
            return await send();
          } finally {
            if (hold.isHeld) one.giveBack(operation);
            hold.isHeld = false;
          }
        },
      };
    },
    counting(guard, operation) {
      return limits.length === 0 ? guard : through(guard, operation, limiter(), { isHeld: false });
    },
    pause: (durationInMs) => limiter().pause(durationInMs),
    close() {
      isClosed = true;
      for (const close of closers) close();
    },
  };
}

/**
 * Whose limit it is: the vendor's origins and the credentials' identifiers, as in a token's key; a digest of all that there is where
 * no credential is an identifier (an API key alone). Credentials from a function are told apart by the function.
 */
export function toPaceKey(vendor: Vendor, origins: Iterable<string>, given: object): string {
  if (typeof given === "function") return digest([vendor.name, ...origins, numberOf(given)]);
  const fields = Object.values(vendor.schemes).map(({ credentials }) => credentials);
  const named = Object.entries(given).filter(([name]) => fields.some((field) => field[name]?.secret === false));
  return digest([vendor.name, ...origins, named.length > 0 ? named.sort() : given]);
}

const numbers = new WeakMap<object, number>();
let count = 0;

function numberOf(given: object): number {
  const known = numbers.get(given);
  if (known !== undefined) return known;
  count += 1;
  numbers.set(given, count);
  return count;
}

/** What holds on the server that is called; for an address of the caller's own, what holds on the document's first. */
export function limitsOn(vendor: Vendor, server: string | undefined): readonly Limit[] {
  const name = server ?? Object.keys(vendor.servers)[0];
  return (vendor.rateLimits ?? []).filter((limit) => limit.server === undefined || limit.server === name);
}

/** For each clock, by key: a test's clock is no other's. */
const registries = new WeakMap<Clock, Map<string, RateLimiter>>();
const sweepAbove = 64;

function limitersOf(clock: Clock): Map<string, RateLimiter> {
  const known = registries.get(clock) ?? new Map<string, RateLimiter>();
  registries.set(clock, known);
  return known;
}

/** Idle ones are forgotten before there are many: a limiter that remembers nothing is as good as a new one. */
function shared(limiters: Map<string, RateLimiter>, key: string, create: () => RateLimiter): RateLimiter {
  const known = limiters.get(key);
  if (known) return known;
  if (limiters.size >= sweepAbove) {
    for (const [other, limiter] of limiters) if (!limiter.isBusy) limiters.delete(other);
  }
  const made = create();
  limiters.set(key, made);
  return made;
}
