import { systemErrorCode } from "../util/system-error-code.ts";
import { LatchkeyError } from "./latchkey-error.ts";

export type TransportReason =
  /** The connection could not be made or was lost: DNS, TCP, TLS. */
  | "network"
  | "timed_out"
  /** The vendor redirected to another origin, or in a way that is not followed. Credentials are not sent there. */
  | "redirect"
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
  origin: "security",
  not_replayable: "transient",
  too_large: "unreadable",
  closed: "closed",
} as const;

/** Reports a call that got no complete response: the request was not sent, or the connection failed. It has no HTTP status. */
export class TransportError extends LatchkeyError {
  override readonly name = "TransportError";
  readonly reason: TransportReason;
  /** The system error code, e.g. `ECONNREFUSED`. The platform's own error is not attached: it may hold the request. */
  readonly code: string | undefined;

  constructor(vendor: string, reason: TransportReason, message: string, code?: string) {
    super(vendor, outcomes[reason], message);
    this.reason = reason;
    this.code = code;
  }

  static network(vendor: string, origin: string, code: string | undefined): TransportError {
    return new TransportError(vendor, "network", `${origin} could not be reached${code ? ` (${code})` : ""}`, code);
  }

  /**
   * A response that stopped before its end.
   *
   * @param subject `"the response to GET /things"`
   * @param advice what the caller should check, since the request may have been processed
   */
  static interrupted(vendor: string, subject: string, error: unknown, advice?: string): TransportError {
    const code = systemErrorCode(error);
    const message = `${subject} broke off${code ? ` (${code})` : ""}${advice ? `; ${advice}` : ""}`;
    return new TransportError(vendor, "network", message, code);
  }
}
