/** One request and how it ended, for those who listen. Loaded ahead of need. */
import { type Clock, createStopwatch } from "../util/clock.ts";
import { LatchkeyError } from "../errors/latchkey-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { HttpExchange } from "../events/http-exchange.ts";
import type { Publisher } from "../events/publisher.ts";
import type { Phase } from "../vendor.ts";
import type { HttpSender } from "./http-sender.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

export interface ObservedRequest {
  readonly vendor: string;
  readonly operation: string;
  readonly phase: Phase;
  /** Sendings of the same call before this one. */
  readonly resends: number;
  readonly clock: Clock;
  readonly publisher: Publisher<HttpExchange>;
}

export async function sendObserved(
  guard: HttpSender,
  outgoing: OutgoingRequest,
  { vendor, operation, phase, resends, clock, publisher }: ObservedRequest,
): Promise<Response> {
  const [method = "", template = ""] = operation.split(" ");
  const { origin } = new URL(outgoing.url);
  const exchange = { vendor, method, origin, template, phase, resends, startedAt: clock.now() };
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
}

function toFailure(error: unknown): string {
  if (error instanceof TransportError) return error.code ?? error.reason;
  if (error instanceof LatchkeyError) return error.outcome;
  return error instanceof Error ? error.name : "aborted";
}
