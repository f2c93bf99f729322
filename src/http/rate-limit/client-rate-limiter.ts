/**
 * A client's pace: whether a call has to take a turn at the vendor's limit. A vendor that documents no limit costs nothing until it
 * names one, in an answer's headers or with a 429. What keeps limits (turns.ts) is loaded ahead.
 */
import { preloadedModule } from "../../util/lazy-module.ts";
import type { Vendor } from "../../vendor.ts";
import type { HttpSender } from "../http-sender.ts";
import type { Limit } from "./rate-limiter.ts";
import type { RateLimiterOptions, RateLimitSlot, SharedRateLimiter } from "./shared-rate-limiter.ts";

export interface ClientRateLimiter {
  /** `undefined` while there is nothing to wait for or to count. */
  slotFor(operation: string): RateLimitSlot | undefined;
  /** The guard for a token request: counted, and never held up. */
  countOnly(guard: HttpSender, operation: string): HttpSender;
  /** A 429 came: everybody who shares the limit waits. */
  pause(durationInMs: number): void;
  /** The first answer shows whether the vendor names its limit in headers. */
  readonly isProbing: boolean;
  probe(operation: string, response: Response): void;
  /** Whoever waits gets a closed error. */
  close(): void;
}

const turning = preloadedModule(() => import("./shared-rate-limiter.ts"));
/** Where a vendor may name its limit (rate-limit-headers.ts). */
const limitHeaders = ["ratelimit-remaining", "x-ratelimit-remaining", "ratelimit"];

export function createClientRateLimiter(options: RateLimiterOptions): ClientRateLimiter {
  const hasLimits = options.limits.length > 0;
  let made: SharedRateLimiter | undefined;
  let isClosed = false;
  let isNamed = false;
  let isCurious = !hasLimits;

  const make = ({
    createSharedRateLimiter: createTurns,
  }: typeof import("./shared-rate-limiter.ts")): SharedRateLimiter => {
    made ??= createTurns(options);
    if (isClosed) made.close();
    return made;
  };
  const here = () => made ?? (turning.loaded && make(turning.loaded));
  const get = async () => made ?? make(await turning.load());
  /** At once where they are loaded. */
  const tell = (use: (turns: SharedRateLimiter) => void): void => {
    const turns = here();
    if (turns) use(turns);
    else get().then(use, () => {});
  };

  return {
    get isProbing() {
      return isCurious;
    },
    probe(operation, response) {
      isCurious = false;
      if (!limitHeaders.some((name) => response.headers.has(name))) return;
      tell((turns) => {
        isNamed = turns.update(operation, response);
      });
    },
    slotFor(operation) {
      if (!hasLimits && !isNamed && !here()?.isBusy) return undefined;
      return here()?.slotFor(operation) ?? createLaterTurn(async () => (await get()).slotFor(operation));
    },
    countOnly(guard, operation) {
      if (!hasLimits) return guard;
      return { ...guard, send: async (outgoing) => (await get()).countOnly(guard, operation).send(outgoing) };
    },
    pause: (durationInMs) => tell((turns) => turns.pause(durationInMs)),
    close() {
      isClosed = true;
      made?.close();
    },
  };
}

/** A turn of the first calls, before what keeps limits is there. */
function createLaterTurn(load: () => Promise<RateLimitSlot>): RateLimitSlot {
  const turn = load();
  turn.catch(() => {});
  return {
    run: async (send, signal, leftInMs) => (await turn).run(send, signal, leftInMs),
    wrap: (guard) => ({ ...guard, send: async (outgoing) => (await turn).wrap(guard).send(outgoing) }),
  };
}

/** What holds on the server that is called; for an address of the caller's own, what holds on the document's first. */
export function limitsForServer(vendor: Vendor, server: string | undefined): readonly Limit[] {
  const name = server ?? Object.keys(vendor.servers)[0];
  return (vendor.rateLimits ?? []).filter((limit) => limit.server === undefined || limit.server === name);
}
