import { errorClass, LatchkeyError } from "./latchkey-error.ts";
import type { Redactor } from "./redactor.ts";

export interface SchemaProblem {
  /** JSON pointer into the body. */
  readonly path: string;
  readonly message: string;
}

/** Reports a body that does not match the vendor's document. Names places in the body, never values. */
export class SchemaError extends LatchkeyError {
  override readonly name = "SchemaError";
  readonly operation: string;
  readonly direction: "request" | "response";
  readonly status: number | undefined;
  /** The vendor's `X-Request-Id`. */
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
      `the ${direction} of ${operation}${status === undefined ? "" : ` (${status})`} does not match the document: ` +
        `${first ? `${first.path || "the body"}: ${first.message}` : "it cannot be read"}${more}`,
    );
    this.operation = operation;
    this.direction = direction;
    this.status = status;
    this.requestId = requestId;
    this.issues = issues;
  }

  override get [errorClass](): string {
    return "SchemaError";
  }

  static ofResponse(
    vendor: string,
    operation: string,
    { status, headers }: Response,
    issues: readonly SchemaProblem[],
    redactor: Redactor,
  ): SchemaError {
    const requestId = headers.get("x-request-id");
    const quoted = requestId === null ? undefined : redactor.redactCode(requestId);
    return new SchemaError(vendor, operation, "response", issues, status, quoted);
  }

  static notJson(vendor: string, operation: string, response: Response, redactor: Redactor): SchemaError {
    const type = /^[\w.+-]+\/[\w.+-]+/u.exec(response.headers.get("content-type") ?? "")?.[0];
    const message = `it is not JSON${type ? ` (its type is ${type})` : ""}`;
    return SchemaError.ofResponse(vendor, operation, response, [{ path: "", message }], redactor);
  }
}
