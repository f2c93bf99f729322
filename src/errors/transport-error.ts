import { systemErrorCode } from "../util/system-error-code.ts";
import type { CallFacts } from "./call-facts.ts";
import type { Delivery } from "./delivery.ts";
import { errorClass, LatchkeyError } from "./latchkey-error.ts";

export type TransportReason =
  /** The connection could not be made or was lost: DNS, TCP, TLS. */
  | "network"
  | "timed_out"
  /** The vendor redirected to another origin, or in a way that is not followed. Credentials are not sent there. */
  | "redirect"
  /** A write was answered by 303 See Other: it was processed, and its result could not be fetched. */
  | "see_other"
  /** The URL is not on one of the vendor's origins, or is not https. Nothing was sent. */
  | "origin"
  /** The vendor answered 401, and the request's body is a stream that can be read only once. The token is refreshed for the next call. */
  | "not_replayable"
  /** The response's body is longer than `maxBodyInBytes`; the rest was not read. */
  | "too_large"
  | "closed";

const outcomes = {
  network: "transient",
  timed_out: "timed_out",
  redirect: "security",
  see_other: "unreadable",
  origin: "security",
  not_replayable: "transient",
  too_large: "unreadable",
  closed: "closed",
} as const;

export interface TransportDetails extends Partial<CallFacts> {
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/** Reports a call that got no complete response: the request was not sent, or the connection failed. It has no HTTP status. */
export class TransportError extends LatchkeyError {
  override readonly name = "TransportError";
  readonly reason: TransportReason;
  /** The system error code, e.g. `ECONNREFUSED`. What `fetch` threw is the `cause`, without secrets. */
  readonly code: string | undefined;
  /** `"GET /things"` */
  readonly operation: string | undefined;
  readonly attempts: number | undefined;
  readonly elapsedInMs: number | undefined;
  /** Whether the call was processed: `not_processed`, `unknown` where it may have been, `processed`. */
  readonly delivery: Delivery | undefined;

  constructor(vendor: string, reason: TransportReason, message: string, details: TransportDetails = {}) {
    super(vendor, outcomes[reason], message, details.cause);
    this.reason = reason;
    this.code = details.code;
    this.operation = details.operation;
    this.attempts = details.attempts;
    this.elapsedInMs = details.elapsedInMs;
    this.delivery = details.delivery;
  }

  override get [errorClass](): string {
    return "TransportError";
  }

  /** A response that stopped before its end. @param subject `"the stream of GET /things"` */
  static interrupted(vendor: string, subject: string, error: unknown): TransportError {
    const code = systemErrorCode(error);
    return new TransportError(vendor, "network", `${subject} broke off${code ? ` (${code})` : ""}`, { code });
  }
}
