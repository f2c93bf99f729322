/** Tells of every request that leaves through a guard when it ended. Nobody listening, it is the guard itself. */
import { ahead } from "../util/lazy-module.ts";
import type { Clock } from "../util/clock.ts";
import type { HttpListener } from "../events/http-exchange.ts";
import { createPublisher } from "../events/publisher.ts";
import type { Phase } from "../vendor.ts";
import type { Guard } from "./http-sender.ts";

/** The guard of one call, watched. */
export type Watch = (guard: Guard, operation: string, phase: Phase) => Guard;

const watching = ahead(() => import("./watched-sending.ts"));

export function createWatch(vendor: string, clock: Clock, listener: HttpListener | undefined): Watch {
  const publisher = createPublisher("latchkey:http", listener);
  return (guard, operation, phase) => {
    if (!publisher.isHeard) return guard;
    let resends = -1;
    return {
      ...guard,
      async send(outgoing) {
        resends += 1;
        const what = { vendor, operation, phase, resends, clock, publisher };
        const { sendWatched } = watching.here ?? (await watching.load());
        return sendWatched(guard, outgoing, what);
      },
    };
  };
}
