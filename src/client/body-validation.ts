/** Checks bodies against the vendor's schemas, which are loaded when the first one is checked. */
import { type BodyInput, checkedPart } from "../http/body/encode.ts";
import type { Validate } from "./call-options.ts";
import { SchemaError, type SchemaProblem } from "../errors/schema-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Redactor } from "../errors/redactor.ts";
import type { Listener } from "../events/events.ts";
import type { Operation, OperationSchemas, Schema, SchemaIssue, Vendor, VendorSchemas } from "../vendor.ts";

export interface ValidationTarget {
  readonly route: { readonly operation: string; readonly details: Operation | undefined };
  /** The call's options. */
  readonly init: BodyInput;
  /** Absent: it is the request that is checked. */
  readonly response: Response | undefined;
  readonly body: unknown;
  /** The body is an item of a stream, and stands at this place in it. */
  readonly index?: number | undefined;
}

/** @throws SchemaError where the mode is strict */
export type Validator = (mode: Exclude<Validate, "off">, checked: ValidationTarget) => Promise<void>;

export interface ValidatorOptions {
  readonly vendor: Vendor;
  readonly emit: Listener;
  readonly scrubber: Redactor;
}

export function createValidator({ vendor, emit, scrubber }: ValidatorOptions): Validator {
  let loading: Promise<VendorSchemas> | undefined;
  const told = new Set<string>();
  const schemasOf = async (mode: Validate, operation: string): Promise<OperationSchemas | undefined> => {
    if (typeof mode === "object") return mode;
    if (!vendor.schemas)
      throw new ConfigurationError(
        vendor.name,
        "it carries no schemas to validate with; import the vendor from its index, or give the operation's own schemas",
      );
    loading ??= vendor.schemas();
    return (await loading)?.operations[operation];
  };

  async function check(mode: Exclude<Validate, "off">, checked: ValidationTarget): Promise<void> {
    const { route, init, response, body, index } = checked;
    const { operation } = route;
    if (!response && index === undefined) {
      const part = checkedPart(route.details, init);
      // Of what is read once, each item is checked when it is its turn to be sent.
      const items = part === "items" && Array.isArray(body) ? body : [];
      for (const [at, item] of items.entries()) await check(mode, { ...checked, body: item, index: at });
      if (part !== "whole") return;
    }
    const direction = response ? "response" : "request";
    const status = response?.status;
    const schema = chooseSchema(await schemasOf(mode, operation), direction, status, index);
    const result = body === undefined ? undefined : schema?.safeParse(body);
    if (!result || result.success) return;
    const problems = result.error.issues.map((issue) => toProblem(issue, index));
    if (mode !== "warn")
      throw response
        ? SchemaError.ofResponse(vendor.name, operation, response, problems, scrubber)
        : new SchemaError(vendor.name, operation, direction, problems);
    for (const { path, message } of problems) {
      // One report of a kind, not one a row: indexes do not tell kinds apart.
      const kind = `${direction} ${operation} ${status} ${path.replace(/\/\d+(?=\/|$)/gu, "/*")} ${message}`;
      if (told.has(kind)) continue;
      told.add(kind);
      emit({ type: "mismatch", vendor: vendor.name, operation, direction, status, path, message });
    }
  }
  return check;
}

function chooseSchema(
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

/** zod/mini carries no texts: the code says what was expected. Never the value. A stream is told of as the list that it is. */
function toProblem(issue: SchemaIssue, index: number | undefined): SchemaProblem {
  const parts = index === undefined ? issue.path : [index, ...issue.path];
  const path = parts.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return { path, message: toMessage(issue) };
}

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
      return "fits none of the documented alternatives";
    default:
      return message;
  }
}
