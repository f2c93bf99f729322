/** Tells of every request that leaves through a guard when it ended. Nobody listening, it is the guard itself. */
import { preloadedModule } from "../util/lazy-module.ts";
import type { Clock } from "../util/clock.ts";
import type { HttpListener } from "../events/http-exchange.ts";
import { createPublisher } from "../events/publisher.ts";
import type { Phase } from "../vendor.ts";
import type { HttpSender } from "./http-sender.ts";

/** The guard of one call, watched. */
export type RequestObserver = (guard: HttpSender, operation: string, phase: Phase) => HttpSender;

const watching = preloadedModule(() => import("./watched-sending.ts"));

export function createRequestObserver(
  vendor: string,
  clock: Clock,
  listener: HttpListener | undefined,
): RequestObserver {
  const publisher = createPublisher("latchkey:http", listener);
  return (guard, operation, phase) => {
    if (!publisher.hasListeners) return guard;
    let resends = -1;
    return {
      ...guard,
      async send(outgoing) {
        resends += 1;
        const what = { vendor, operation, phase, resends, clock, publisher };
        const { sendObserved: sendWatched } = watching.loaded ?? (await watching.load());
        return sendWatched(guard, outgoing, what);
      },
    };
  };
}
