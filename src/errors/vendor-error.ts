import type { ErrorKind } from "../vendor.ts";
import { LatchkeyError } from "./latchkey-error.ts";
import type { FieldProblem } from "./parse-error-response.ts";

export interface VendorErrorDetails {
  readonly operation: string;
  readonly status: number;
  readonly kind: ErrorKind;
  readonly code: string | undefined;
  readonly advice: string | undefined;
  readonly requestId: string | undefined;
  readonly permission: string | undefined;
  readonly retryAt: number | undefined;
  readonly fields: readonly FieldProblem[];
  readonly body: unknown;
}

/**
 * The vendor answered, and said no: its answer mapped to one closed set of kinds. From `describe(result)`, or thrown by `unwrap(call)`.
 * `body` is the parsed body; it is left out of JSON and inspection, which are for logs.
 */
export class VendorError<Code extends string = string> extends LatchkeyError {
  override readonly name = "VendorError";
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly status: number;
  readonly kind: ErrorKind;
  /** The vendor's own error code, verbatim. */
  readonly code: Code | (string & {}) | undefined;
  /** What to do, one sentence. */
  readonly advice: string | undefined;
  readonly requestId: string | undefined;
  /** What the operation needs, where a 403 says that something is missing and the document names it. */
  readonly permission: string | undefined;
  /** Epoch milliseconds from which the call may be repeated, where the vendor says. */
  readonly retryAt: number | undefined;
  /** Problems with single fields, in one shape for all vendors. */
  readonly fields: readonly FieldProblem[];
  /** Private, so that neither JSON nor inspection prints it: it may hold what must not be logged. */
  readonly #body: unknown;

  constructor(vendor: string, message: string, details: VendorErrorDetails) {
    super(vendor, outcomeOf(details.kind), message);
    this.operation = details.operation;
    this.status = details.status;
    this.kind = details.kind;
    this.code = details.code;
    this.advice = details.advice;
    this.requestId = details.requestId;
    this.permission = details.permission;
    this.retryAt = details.retryAt;
    this.fields = details.fields;
    this.#body = details.body;
  }

  /** The parsed body, as the vendor sent it. */
  get body(): unknown {
    return this.#body;
  }

  /** The same call may succeed later: see `retryAt` for when the vendor says. */
  get isRetryable(): boolean {
    return this.outcome === "throttled" || this.outcome === "transient";
  }
}

function outcomeOf(kind: ErrorKind) {
  if (kind === "rate_limited") return "throttled";
  return kind === "unavailable" || kind === "server_error" ? "transient" : "refused";
}
