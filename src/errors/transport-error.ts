import { LatchkeyError } from "./latchkey-error.ts";

export type TransportReason =
  /** No connection, a lost one, a name that does not resolve, TLS. */
  | "network"
  | "timed_out"
  /** A redirect to another origin: credentials stay. */
  | "redirect"
  /** The address is none of the vendor's, or is not https. */
  | "origin"
  /** A 401 came, and the request's body was a stream that can be read once. The token is refreshed for the next call. */
  | "not_replayable"
  | "closed";

const outcomes = {
  network: "transient",
  timed_out: "timed_out",
  redirect: "security",
  origin: "security",
  not_replayable: "transient",
  closed: "closed",
} as const;

/** There is no answer to give: the request did not reach the vendor, or was not allowed to. Never carries an invented status. */
export class TransportError extends LatchkeyError {
  override readonly name = "TransportError";
  readonly reason: TransportReason;
  /** The system's code, e.g. `ECONNREFUSED`; the platform's own error is not attached, since it may hold the request. */
  readonly code: string | undefined;

  constructor(vendor: string, reason: TransportReason, message: string, code?: string) {
    super(vendor, outcomes[reason], message);
    this.reason = reason;
    this.code = code;
  }

  static network(vendor: string, origin: string, code: string | undefined): TransportError {
    return new TransportError(vendor, "network", `${origin} could not be reached${code ? ` (${code})` : ""}`, code);
  }
}

/** Options, credentials or a vendor value that cannot work; thrown before anything is sent. */
export class ConfigurationError extends LatchkeyError {
  override readonly name = "ConfigurationError";

  constructor(vendor: string, message: string) {
    super(vendor, "configuration", message);
  }
}
