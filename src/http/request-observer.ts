/** Reports every request of a client, when it ended, to the `onHttp` listener and the channel `latchkey:http`. */
import { LatchkeyError } from "../errors/latchkey-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { HttpListener } from "../events/events.ts";
import { createPublisher } from "../events/publisher.ts";
import { type Clock, createStopwatch } from "../util/clock.ts";
import type { Phase } from "../vendor.ts";
import type { HttpSender } from "./http-sender.ts";

/** Wraps the sender of one call, so that its requests are reported. Without listeners, it returns the sender itself. */
export type RequestObserver = (sender: HttpSender, operation: string, phase: Phase) => HttpSender;

export function createRequestObserver(
  vendor: string,
  clock: Clock,
  listener: HttpListener | undefined,
): RequestObserver {
  const publisher = createPublisher("latchkey:http", listener);
  return (sender, operation, phase) => {
    if (!publisher.hasListeners) return sender;
    const [method = "", template = ""] = operation.split(" ");
    let sent = 0;
    return {
      ...sender,
      async send(outgoing) {
        const { origin } = new URL(outgoing.url);
        const exchange = { vendor, method, origin, template, phase, resends: sent, startedAt: clock.now() };
        const stopwatch = createStopwatch(clock);
        const publish = (status: number | undefined, failure: string | undefined) =>
          publisher.publish({ ...exchange, status, failure, durationInMs: stopwatch.elapsedInMs() });
        sent += 1;
        try {
          const response = await sender.send(outgoing);
          publish(response.status, undefined);
          return response;
        } catch (error) {
          publish(undefined, toFailure(error));
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
