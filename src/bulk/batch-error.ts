import { errorClass, LatchkeyError } from "../errors/latchkey-error.ts";

export interface BatchErrorDetails {
  readonly operation: string;
  readonly cause: LatchkeyError;
  readonly succeeded: number;
  readonly failed: number;
  readonly undone: readonly number[];
  readonly unknown: readonly number[];
  readonly nextIndex: number;
  readonly total: number | undefined;
}

/**
 * Reports a batch that stopped before its end: the credentials or a permission were refused, or the vendor could not be reached. All
 * known outcomes were delivered before it is thrown; it lists the other rows.
 */
export class BatchError extends LatchkeyError {
  override readonly name = "BatchError";
  readonly operation: string;
  /** An `AuthError`, a `VendorError`, a `TransportError` or a `SchemaError`. */
  override readonly cause: LatchkeyError;
  /** The numbers of rows that were written, and that failed. */
  readonly succeeded: number;
  readonly failed: number;
  /** Indexes of rows that were read from the input and certainly not written. */
  readonly undone: readonly number[];
  /** Indexes of rows that were sent and whose outcome is not known: they may have been written. */
  readonly unknown: readonly number[];
  /** Index of the first row that was not read from the input. */
  readonly nextIndex: number;
  /** The number of rows in all, where they were given as a list. */
  readonly total: number | undefined;

  constructor(vendor: string, details: BatchErrorDetails) {
    const { operation, cause, succeeded, failed, undone, unknown, nextIndex, total } = details;
    const counts = [
      `${succeeded} of ${total ?? `at least ${nextIndex}`} rows were written`,
      failed > 0 && `${failed} failed`,
      unknown.length > 0 && `${unknown.length} may have been written`,
    ];
    // The error of a call names the operation once more; that of the token request, which calls share, says why.
    const first = cause.cause instanceof LatchkeyError ? cause.cause : cause;
    const reason = first.message.replace(`${cause.vendor}: `, "");
    super(vendor, cause.outcome, `${operation} stopped: ${counts.filter(Boolean).join(", ")}; ${reason}`);
    this.operation = operation;
    this.cause = cause;
    this.succeeded = succeeded;
    this.failed = failed;
    this.undone = undone;
    this.unknown = unknown;
    this.nextIndex = nextIndex;
    this.total = total;
  }

  override get [errorClass](): string {
    return "BatchError";
  }
}
