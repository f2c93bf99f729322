/** Tells of every request that leaves through a guard when it ended. Nobody listening, it is the guard itself. */
import { type Clock, createStopwatch } from "../clock.ts";
import { LatchkeyError } from "../errors/base.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { HttpListener } from "../events/http-exchange.ts";
import { createPublisher } from "../events/publisher.ts";
import type { Phase } from "../vendor.ts";
import type { Guard } from "./guard.ts";

/** The guard of one call, watched. */
export type Watch = (guard: Guard, operation: string, phase: Phase) => Guard;

export function createWatch(vendor: string, clock: Clock, listener: HttpListener | undefined): Watch {
  const publisher = createPublisher("latchkey:http", listener);
  return (guard, operation, phase) => {
    if (!publisher.isHeard) return guard;
    const [method = "", template = ""] = operation.split(" ");
    let sent = 0;
    return {
      ...guard,
      async send(outgoing) {
        const exchange = {
          vendor,
          method,
          origin: new URL(outgoing.url).origin,
          template,
          phase,
          resends: sent,
          startedAt: clock.now(),
        };
        sent += 1;
        const watch = createStopwatch(clock);
        const end = (status: number | undefined, failure: string | undefined) =>
          publisher.publish({ ...exchange, status, failure, durationInMs: watch.elapsedInMs() });
        try {
          const response = await guard.send(outgoing);
          end(response.status, undefined);
          return response;
        } catch (error) {
          end(undefined, toFailure(error));
          throw error;
        }
      },
    };
  };
}

function toFailure(error: unknown): string {
  if (error instanceof TransportError) return error.code ?? error.reason;
  if (error instanceof LatchkeyError) return error.outcome;
  return error instanceof Error ? error.name : "aborted";
}
