import { LatchkeyError } from "./latchkey-error.ts";
import type { Redactor } from "./redactor.ts";

export interface SchemaProblem {
  /** JSON pointer into the body. */
  readonly path: string;
  readonly message: string;
}

/** What is quoted from a vendor goes into logs. */
const maxIdLength = 200;

/** A body that is not what the document says. Names places, never values. */
export class SchemaError extends LatchkeyError {
  override readonly name = "SchemaError";
  readonly operation: string;
  readonly direction: "request" | "response";
  readonly status: number | undefined;
  /** The vendor's, where its answer names one. */
  readonly requestId: string | undefined;
  readonly issues: readonly SchemaProblem[];

  constructor(
    vendor: string,
    operation: string,
    direction: "request" | "response",
    issues: readonly SchemaProblem[],
    status?: number,
    requestId?: string,
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
    this.requestId = requestId;
    this.issues = issues;
  }

  static ofResponse(
    vendor: string,
    operation: string,
    { status, headers }: Response,
    issues: readonly SchemaProblem[],
    scrubber: Redactor,
  ): SchemaError {
    const requestId = headers.get("x-request-id");
    const quoted = requestId === null ? undefined : scrubber.redact(requestId, maxIdLength);
    return new SchemaError(vendor, operation, "response", issues, status, quoted);
  }

  static notJson(vendor: string, operation: string, response: Response, scrubber: Redactor): SchemaError {
    const type = /^[\w.+-]+\/[\w.+-]+/u.exec(response.headers.get("content-type") ?? "")?.[0];
    const message = `it is not JSON${type ? ` (it came as ${type})` : ""}`;
    return SchemaError.ofResponse(vendor, operation, response, [{ path: "", message }], scrubber);
  }
}
