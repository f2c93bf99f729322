/** Tells of every HTTP request that left this client when it ended: a call's, its retries' and its replay's, a token request's. */
import { type Clock, createStopwatch } from "../clock.ts";
import { LatchkeyError } from "../errors/base.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Guard } from "../transport/guard.ts";
import type { Phase } from "../vendor.ts";
import { createPublisher } from "./publisher.ts";

export interface HttpExchange {
  readonly vendor: string;
  readonly method: string;
  readonly origin: string;
  /** The document's path with its `{parameters}`: never their values, never a query. */
  readonly template: string;
  /** `resource` for a call; else what the request is to the token's life. */
  readonly phase: Phase;
  /** Of the answer; `undefined` where there was none. */
  readonly status: number | undefined;
  /** Why there was no answer: a system code (`ECONNREFUSED`), a `TransportReason`, or the name of the caller's abort reason. */
  readonly failure: string | undefined;
  /** How often the call had been sent before this. */
  readonly resends: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Until the answer's headers. */
  readonly durationInMs: number;
}

export type HttpListener = (exchange: HttpExchange) => void;

/** The same guard, watched for one call; itself where nobody listens. */
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
