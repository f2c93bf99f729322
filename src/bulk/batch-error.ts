import { LatchkeyError } from "../errors/latchkey-error.ts";

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
 * A batch was stopped before its end: the credentials or the permission were refused, or the vendor could not be reached. Every row's
 * outcome that is known was delivered before it is thrown; here is what became of the others.
 */
export class BatchError extends LatchkeyError {
  override readonly name = "BatchError";
  readonly operation: string;
  /** An `AuthError`, a `VendorError`, a `TransportError` or a `SchemaError`. */
  override readonly cause: LatchkeyError;
  /** How many rows were written, and how many refused. */
  readonly succeeded: number;
  readonly failed: number;
  /** Indexes of rows that were taken and certainly not written. */
  readonly undone: readonly number[];
  /** Indexes of rows that were sent and got no answer: they may have been written. */
  readonly unknown: readonly number[];
  /** The first row that was not even taken. */
  readonly nextIndex: number;
  /** Rows in all, where they were given as a list. */
  readonly total: number | undefined;

  constructor(vendor: string, details: BatchErrorDetails) {
    const { operation, cause, succeeded, failed, undone, unknown, nextIndex, total } = details;
    const counts = [
      `${succeeded} of ${total ?? `at least ${nextIndex}`} rows were written`,
      failed > 0 && `${failed} failed`,
      unknown.length > 0 && `${unknown.length} got no answer`,
    ];
    const because = cause.message.replace(`${cause.vendor}: `, "");
    super(vendor, cause.outcome, `${operation} stopped: ${counts.filter(Boolean).join(", ")}; ${because}`);
    this.operation = operation;
    this.cause = cause;
    this.succeeded = succeeded;
    this.failed = failed;
    this.undone = undone;
    this.unknown = unknown;
    this.nextIndex = nextIndex;
    this.total = total;
  }
}
