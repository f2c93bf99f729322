/** Reports integers of a response that a number of JavaScript cannot hold: an error in strict mode, else an event for each place. */
import { SchemaError } from "../errors/schema-error.ts";
import { findRoundedIntegers } from "../http/body/rounded-integers.ts";
import type { Validate } from "./call-options.ts";
import type { ClientContext } from "./client-context.ts";

export interface RoundedIntegerReport {
  readonly context: Pick<ClientContext, "vendor" | "redactor" | "emit">;
  /** `"GET /things"` */
  readonly operation: string;
  readonly response: Response;
  readonly validate: Validate;
  /** The places that were reported before; each is reported once. */
  readonly reported: Set<string>;
}

/** The most places that a client reports: a vendor chooses their names. */
const maxReported = 1_000;

const message = "is an integer that a number of JavaScript cannot hold, and was rounded";

/** @throws SchemaError in strict mode */
export function reportRoundedIntegers(text: string, report: RoundedIntegerReport): void {
  const { operation, response, validate, reported } = report;
  const { vendor, redactor, emit } = report.context;
  const problems = findRoundedIntegers(text).map((path) => ({ path: redactor.redact(path), message }));
  if (problems.length === 0) return;
  if (validate !== "off" && validate !== "warn")
    throw SchemaError.ofResponse(vendor.name, operation, response, problems, redactor);
  const { status } = response;
  for (const { path } of problems) {
    // All items of a list are one place.
    const place = `${operation} ${status} ${path.replace(/\/\d+(?=\/|$)/gu, "/*")}`;
    if (reported.has(place) || reported.size >= maxReported) continue;
    reported.add(place);
    emit({ type: "mismatch", vendor: vendor.name, operation, direction: "response", status, path, message });
  }
}
