/** Validates bodies against the vendor's schemas, which are loaded with the first body that is validated. */
import { type BodyInput, checkedPart } from "../http/body/encode.ts";
import type { Validate } from "./call-options.ts";
import { SchemaError, type SchemaProblem } from "../errors/schema-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Redactor } from "../errors/redactor.ts";
import type { Listener } from "../events/events.ts";
import type { Operation, OperationSchemas, Schema, SchemaIssue, Vendor, VendorSchemas } from "../vendor.ts";

export interface ValidationTarget {
  readonly operation: { readonly operation: string; readonly details: Operation | undefined };
  /** The options of the call. */
  readonly init: BodyInput;
  /** Absent if the request is validated. */
  readonly response: Response | undefined;
  readonly body: unknown;
  /** The position in its stream, if the body is one item of a stream. */
  readonly index?: number | undefined;
}

/** @throws SchemaError in strict mode */
export type Validator = (mode: Exclude<Validate, "off">, target: ValidationTarget) => Promise<void>;

export interface ValidatorOptions {
  readonly vendor: Vendor;
  readonly emit: Listener;
  readonly redactor: Redactor;
}

export function createValidator({ vendor, emit, redactor }: ValidatorOptions): Validator {
  let loading: Promise<VendorSchemas> | undefined;
  const reported = new Set<string>();
  const schemasOf = async (mode: Validate, operation: string): Promise<OperationSchemas | undefined> => {
    if (typeof mode === "object") return mode;
    if (!vendor.schemas)
      throw new ConfigurationError(
        vendor.name,
        "it has no schemas to validate with; import the vendor from its index, or pass the operation's own schemas",
      );
    loading ??= vendor.schemas();
    return (await loading)?.operations[operation];
  };

  async function check(mode: Exclude<Validate, "off">, target: ValidationTarget): Promise<void> {
    const { init, response, body, index } = target;
    const { operation, details } = target.operation;
    if (!response && index === undefined) {
      const part = checkedPart(details, init);
      // The items of an iterable that is read only once are validated one by one, as they are sent.
      const items = part === "items" && Array.isArray(body) ? body : [];
      for (const [at, item] of items.entries()) await check(mode, { ...target, body: item, index: at });
      if (part !== "whole") return;
    }
    const direction = response ? "response" : "request";
    const status = response?.status;
    const schema = selectSchema(await schemasOf(mode, operation), direction, status, index);
    const result = body === undefined ? undefined : schema?.safeParse(body);
    if (!result || result.success) return;
    const problems = result.error.issues.map((issue) => toProblem(issue, index, redactor));
    if (mode !== "warn")
      throw response
        ? SchemaError.ofResponse(vendor.name, operation, response, problems, redactor)
        : new SchemaError(vendor.name, operation, direction, problems);
    for (const { path, message } of problems) {
      // Reports each kind of mismatch once, not once a row: paths that differ only in indexes are of one kind.
      const kind = `${direction} ${operation} ${status} ${path.replace(/\/\d+(?=\/|$)/gu, "/*")} ${message}`;
      if (reported.has(kind)) continue;
      reported.add(kind);
      emit({ type: "mismatch", vendor: vendor.name, operation, direction, status, path, message });
    }
  }
  return check;
}

function selectSchema(
  schemas: OperationSchemas | undefined,
  direction: "request" | "response",
  status = 0,
  index?: number,
): Schema | undefined {
  if (direction === "request") return (index === undefined ? schemas?.request : schemas?.requestItem)?.();
  const { responses: bodies = {}, items = {} } = schemas ?? {};
  const responses = index === undefined ? bodies : items;
  return (responses[String(status)] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses.default)?.();
}

/** Describes an issue by its code, since zod/mini has no messages; never quotes the value. An item of a stream is addressed as one of a list. */
function toProblem(issue: SchemaIssue, index: number | undefined, redactor: Redactor): SchemaProblem {
  const parts = index === undefined ? issue.path : [index, ...issue.path];
  // A body may hold a secret as the name of a member, which is removed before the name is escaped.
  const path = parts.map((part) => `/${toPointerPart(redactor.redact(String(part)))}`).join("");
  return { path: redactor.redact(path), message: redactor.redact(toMessage(issue)) };
}

const toPointerPart = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

function toMessage({ code, message, expected, format, minimum, maximum, values }: SchemaIssue): string {
  switch (code) {
    case "invalid_type":
      return `must be ${expected ?? "of another type"}`;
    case "invalid_format":
      return `must have the format ${format ?? "documented"}`;
    case "too_small":
      return `must not be smaller or shorter than ${minimum ?? "documented"}`;
    case "too_big":
      return `must not be greater or longer than ${maximum ?? "documented"}`;
    case "invalid_value":
      return `must be ${values?.map((value) => JSON.stringify(value)).join(" or ") ?? "one of the documented values"}`;
    case "unrecognized_keys":
      return "has members that the document does not allow";
    case "invalid_union":
      return "matches none of the documented alternatives";
    default:
      return message;
  }
}
