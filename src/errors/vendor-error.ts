import type { ErrorKind, Vendor, VendorTypes } from "../vendor.ts";
import type { Delivery } from "./delivery.ts";
import { errorClass, LatchkeyError } from "./latchkey-error.ts";
import type { FieldProblem } from "./error-body.ts";

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
  readonly delivery: Delivery;
  readonly attempts: number | undefined;
  readonly elapsedInMs: number | undefined;
}

/**
 * Reports an error response of the vendor, mapped to one closed set of kinds. Returned by `toVendorError(result)`, thrown by
 * `unwrap(call)`. JSON and inspection, which are for logs, leave out `body`.
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
  /** The permission that the operation needs, after a 403, where the document names it. */
  readonly permission: string | undefined;
  /** Epoch milliseconds from which the call may be repeated, by the vendor's `Retry-After`. */
  readonly retryAt: number | undefined;
  /** Errors of single fields, in one shape for all vendors. */
  readonly fields: readonly FieldProblem[];
  /** Whether the call was processed all the same: a 5xx, or an earlier attempt without a response, leaves that open. */
  readonly delivery: Delivery;
  readonly attempts: number | undefined;
  readonly elapsedInMs: number | undefined;
  /** Private, so that neither JSON nor inspection prints it: the body may hold personal data. */
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
    this.delivery = details.delivery;
    this.attempts = details.attempts;
    this.elapsedInMs = details.elapsedInMs;
    this.#body = details.body;
  }

  override get [errorClass](): string {
    return "VendorError";
  }

  /** The parsed body, as the vendor sent it. */
  get body(): unknown {
    return this.#body;
  }

  /** True when the same call may succeed later; `retryAt` says when, where the vendor does. */
  get isRetryable(): boolean {
    return this.outcome === "throttled" || this.outcome === "transient";
  }
}

function outcomeOf(kind: ErrorKind) {
  if (kind === "rate_limited") return "throttled";
  return kind === "unavailable" || kind === "server_error" ? "transient" : "refused";
}

/** Narrows an error to a `VendorError`; with a vendor, to an error of that vendor, so that its documented codes complete. */
export function isVendorError<T extends VendorTypes>(
  error: unknown,
  vendor?: Vendor<T>,
): error is VendorError<T["codes"]> {
  return error instanceof VendorError && (vendor === undefined || error.vendor === vendor.name);
}
