/** Access tokens that a resource refused. Compare-and-invalidate: one refused token says nothing of any other. */
import { type Clock, createStopwatch } from "../clock.ts";
import type { ErrorKind } from "../vendor.ts";

/** A 401 to an access token. */
export interface Refusal {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly reason: ErrorKind;
}

export interface Rejections {
  add(accessToken: string): void;
  has(accessToken: string): boolean;
  /** The vendor gave this token again: it says that it is good. */
  pardon(accessToken: string): void;
  /** Refused right after it was had: for a while a 401 to it is not a reason to ask for another. */
  suspect(accessToken: string, delayInMs: (count: number) => number): void;
  isSuspect(accessToken: string): boolean;
  clearSuspicion(): void;
}

/** Late 401s come for tokens replaced a moment ago, not for those of last week. */
const remembered = 16;

export function createRejections(clock: Clock): Rejections {
  const rejected = new Set<string>();
  let suspicion: { accessToken: string; isOver: () => boolean } | undefined;
  let count = 0;
  return {
    add(accessToken) {
      rejected.add(accessToken);
      const [oldest] = rejected;
      if (rejected.size > remembered && oldest !== undefined) rejected.delete(oldest);
    },
    has: (accessToken) => rejected.has(accessToken),
    pardon: (accessToken) => void rejected.delete(accessToken),
    suspect(accessToken, delayInMs) {
      count += 1;
      const lastsInMs = delayInMs(count);
      const since = createStopwatch(clock);
      suspicion = { accessToken, isOver: () => since.elapsedInMs() >= lastsInMs };
    },
    isSuspect: (accessToken) => suspicion?.accessToken === accessToken && !suspicion.isOver(),
    clearSuspicion() {
      suspicion = undefined;
      count = 0;
    },
  };
}
