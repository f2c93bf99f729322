import { LatchkeyError } from "./base.ts";

export interface SchemaProblem {
  /** JSON pointer into the body. */
  readonly path: string;
  readonly message: string;
}

/** A body that is not what the document says. Names places, never values. */
export class SchemaError extends LatchkeyError {
  override readonly name = "SchemaError";
  readonly operation: string;
  readonly direction: "request" | "response";
  readonly status: number | undefined;
  readonly issues: readonly SchemaProblem[];

  constructor(
    vendor: string,
    operation: string,
    direction: "request" | "response",
    issues: readonly SchemaProblem[],
    status?: number,
  ) {
    const first = issues[0];
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
    super(
      vendor,
      "unreadable",
      `the ${direction} of ${operation}${status === undefined ? "" : ` (${status})`} is not what the document says: ` +
        `${first ? `${first.path || "the body"}: ${first.message}` : "it cannot be read"}${more}`,
    );
    this.operation = operation;
    this.direction = direction;
    this.status = status;
    this.issues = issues;
  }
}
