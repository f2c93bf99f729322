/** One HTTP request that left this client, told of when it ended: a call's, its retries' and its replay's, a token request's. */
import type { Phase } from "../vendor.ts";

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
