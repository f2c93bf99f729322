/** Turns at the rate limiter that all clients of one credential in this process share. Loaded when there is a limit to keep (pace.ts). */
import type { Clock } from "../clock.ts";
import { digest } from "../digest.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type ServerAddress, toAddresses } from "../server-address.ts";
import type { Vendor } from "../vendor.ts";
import type { Guard } from "./guard.ts";
import { createRateLimiter, type Limit, type RateLimiter } from "./rate-limit.ts";
import { readQuota } from "./rate-limit-headers.ts";

export interface Turn {
  /** Waits for a place, then sends; the wait is not the attempt's. */
  take(send: () => Promise<Response>, signal: AbortSignal | undefined, leftInMs: number): Promise<Response>;
  /** Counts what leaves: the first request has its place, a replay is counted without one. */
  through(guard: Guard): Guard;
}

export interface PaceOptions {
  readonly vendor: Vendor;
  readonly limits: readonly Limit[];
  readonly clock: Clock;
  readonly server: ServerAddress;
  /** A value, or the function that is asked for it. */
  readonly credentials: object;
}

export interface Turns {
  turn(operation: string): Turn;
  /** For what cannot wait: counted, and never held up. */
  counting(guard: Guard, operation: string): Guard;
  pause(durationInMs: number): void;
  /** Whether the answer names a limit; then it is kept. */
  learn(operation: string, response: Response): boolean;
  readonly isBusy: boolean;
  close(): void;
}

export function createTurns(options: PaceOptions): Turns {
  const { limits, clock } = options;
  const vendor = options.vendor.name;
  const key = keyOf(options);
  const limiters = limitersOf(clock);
  const closers = new Set<() => void>();
  let isClosed = false;
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
    turn(operation) {
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
    counting: (guard, operation) => through(guard, operation, limiter(), { isHeld: false }),
    pause: (durationInMs) => limiter().pause(durationInMs),
    learn(operation, response) {
      const isNamed = readQuota(response.headers, clock.now()) !== undefined;
      if (isNamed) limiter().learn(operation, response);
      return isNamed;
    },
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
 * Whose limit it is: the server and its hosts with their paths and the credentials' identifiers, as in a token's key; a digest of all
 * that there is where no credential is an identifier (an API key alone). Credentials from a function are told apart by the function.
 * Clients with other figures count by themselves: whichever comes first does not decide for the rest.
 */
function keyOf({ vendor, limits, server, credentials: given }: PaceOptions): string {
  const where = [vendor.name, limits, toAddresses(server)];
  if (typeof given === "function") return digest([where, numberOf(given)]);
  const fields = Object.values(vendor.schemes).map(({ credentials }) => credentials);
  const named = Object.entries(given).filter(([name]) => fields.some((field) => field[name]?.secret === false));
  return digest([where, named.length > 0 ? named.sort() : given]);
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
