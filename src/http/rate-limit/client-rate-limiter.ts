/**
 * A client's pace: whether a call has to take a turn at the vendor's limit. A vendor that documents no limit costs nothing until it
 * names one, in an answer's headers or with a 429. What keeps limits (turns.ts) is loaded ahead.
 */
import { ahead } from "../../util/lazy-module.ts";
import type { Vendor } from "../../vendor.ts";
import type { Guard } from "../http-sender.ts";
import type { Limit } from "./rate-limiter.ts";
import type { PaceOptions, Turn, Turns } from "./shared-rate-limiter.ts";

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

const turning = ahead(() => import("./shared-rate-limiter.ts"));
/** Where a vendor may name its limit (rate-limit-headers.ts). */
const limitHeaders = ["ratelimit-remaining", "x-ratelimit-remaining", "ratelimit"];

export function createPace(options: PaceOptions): Pace {
  const hasLimits = options.limits.length > 0;
  let made: Turns | undefined;
  let isClosed = false;
  let isNamed = false;
  let isCurious = !hasLimits;

  const make = ({ createTurns }: typeof import("./shared-rate-limiter.ts")): Turns => {
    made ??= createTurns(options);
    if (isClosed) made.close();
    return made;
  };
  const here = () => made ?? (turning.here && make(turning.here));
  const get = async () => made ?? make(await turning.load());
  /** At once where they are loaded. */
  const tell = (use: (turns: Turns) => void): void => {
    const turns = here();
    if (turns) use(turns);
    else get().then(use, () => {});
  };

  return {
    get isCurious() {
      return isCurious;
    },
    look(operation, response) {
      isCurious = false;
      if (!limitHeaders.some((name) => response.headers.has(name))) return;
      tell((turns) => {
        isNamed = turns.learn(operation, response);
      });
    },
    turn(operation) {
      if (!hasLimits && !isNamed && !here()?.isBusy) return undefined;
      return here()?.turn(operation) ?? createLaterTurn(async () => (await get()).turn(operation));
    },
    counting(guard, operation) {
      if (!hasLimits) return guard;
      return { ...guard, send: async (outgoing) => (await get()).counting(guard, operation).send(outgoing) };
    },
    pause: (durationInMs) => tell((turns) => turns.pause(durationInMs)),
    close() {
      isClosed = true;
      made?.close();
    },
  };
}

/** A turn of the first calls, before what keeps limits is there. */
function createLaterTurn(load: () => Promise<Turn>): Turn {
  const turn = load();
  turn.catch(() => {});
  return {
    take: async (send, signal, leftInMs) => (await turn).take(send, signal, leftInMs),
    through: (guard) => ({ ...guard, send: async (outgoing) => (await turn).through(guard).send(outgoing) }),
  };
}

/** What holds on the server that is called; for an address of the caller's own, what holds on the document's first. */
export function limitsOn(vendor: Vendor, server: string | undefined): readonly Limit[] {
  const name = server ?? Object.keys(vendor.servers)[0];
  return (vendor.rateLimits ?? []).filter((limit) => limit.server === undefined || limit.server === name);
}
