/** The outcome of each row of one request, from the vendor's result for the row or from the error response for the whole request. Pure. */
import { type FieldProblem, readFields, textAt } from "../errors/error-body.ts";
import { appliesTo } from "../errors/parse-error-response.ts";
import { SchemaError } from "../errors/schema-error.ts";
import type { VendorError } from "../errors/vendor-error.ts";
import { resolvePointer, evaluate } from "../util/runtime-expression.ts";
import type { Bulk, BulkResults, ErrorKind, Vendor } from "../vendor.ts";

export type RowOutcome<Row, Result> =
  | { readonly index: number; readonly row: Row; readonly ok: true; readonly result: Result }
  | { readonly index: number; readonly row: Row; readonly ok: false; readonly error: RowError };

/** Why a row was not written. */
export interface RowError {
  readonly kind: ErrorKind;
  /** The vendor's own error code, verbatim. */
  readonly code: string | undefined;
  readonly message: string;
  /** As in `VendorError.fields`. A path is a JSON pointer into the row wherever the vendor's notation can be converted. */
  readonly fields: readonly FieldProblem[];
}

export interface Row {
  readonly index: number;
  readonly row: unknown;
}

export interface ReadContext {
  readonly vendor: Vendor;
  readonly operation: string;
  readonly rule: Bulk;
  /** Makes the vendor's text fit for a message: without secrets and sensitive values. */
  readonly quote: (text: string) => string;
}

/** Reads the outcomes from a successful response. @throws SchemaError where the document promises results and the response has none */
export function readOutcomes(
  { vendor, operation, rule, quote }: ReadContext,
  rows: readonly Row[],
  { data, response }: { readonly data?: unknown; readonly response: Response },
): RowOutcome<unknown, unknown>[] {
  const { results } = rule;
  if (!results) return rows.map(({ index, row }) => ({ index, row, ok: true, result: undefined }));
  const list = evaluate(results.rows, { response: { headers: response.headers, body: data } });
  if (!Array.isArray(list) && results.success !== undefined) {
    const problem = {
      path: results.rows.replace(/^\$response\.body#?/u, ""),
      message: "the response has no list of results",
    };
    throw new SchemaError(vendor.name, operation, "response", [problem], response.status);
  }
  const resultOf = pair(results, rows, Array.isArray(list) ? list : []);
  return rows.map(({ index, row }, position) => {
    const result = resultOf(row, position);
    if (results.success === undefined || isTrue(resolvePointer(result, results.success)))
      return { index, row, ok: true, result };
    return { index, row, ok: false, error: readError(vendor, results, result, quote) };
  });
}

/** Makes the outcomes of a request that was rejected as a whole: each row gets the field errors that name it. */
export function outcomesFromRejection(
  { rule }: Pick<ReadContext, "rule">,
  rows: readonly Row[],
  { kind, code, message, fields }: VendorError,
): RowOutcome<unknown, unknown>[] {
  const placed = fields.map((field) => ({ field, place: toPlace(field.path, rule.rows) }));
  return rows.map(({ index, row }, position) => {
    const own = placed.flatMap(({ field, place }) =>
      place?.position === position ? [{ ...field, path: place.path }] : [],
    );
    return { index, row, ok: false, error: { kind, code, message, fields: own } };
  });
}

/** Pairs rows with results: by their common key where that is unique on both sides, else by position. */
function pair({ match }: BulkResults, rows: readonly Row[], list: readonly unknown[]) {
  const keyed = new Map(match ? list.map((result) => [textAt(result, match.result), result]) : []);
  const keys = new Set(match ? rows.map(({ row }) => textAt(row, match.row)) : []);
  const isKeyed =
    match !== undefined && keyed.size === list.length && keys.size === rows.length && !keys.has(undefined);
  return (row: unknown, position: number): unknown => (isKeyed ? keyed.get(textAt(row, match.row)) : list[position]);
}

function readError(vendor: Vendor, results: BulkResults, result: unknown, quote: (text: string) => string): RowError {
  if (result === undefined)
    return { kind: "unexpected", code: undefined, message: "the response has no result for this row", fields: [] };
  const message = textAt(result, results.error) ?? "the vendor gave no reason";
  const code = textAt(result, results.code);
  const fields = results.fields ? readFields(resolvePointer(result, results.fields.in), results.fields) : [];
  // A rule with a status alone is about whole responses, not about rows.
  const rule = vendor.errors.table.find(
    (one) => (one.code ?? one.message) !== undefined && appliesTo(one, { code, message, phase: "resource" }),
  );
  return {
    kind: rule?.kind ?? "validation_failed",
    code: code === undefined ? undefined : quote(code),
    message: quote(message),
    fields: fields.map((field) => ({
      path: field.path === undefined ? undefined : quote(field.path),
      message: quote(field.message),
      code: field.code === undefined ? undefined : quote(field.code),
    })),
  };
}

/** Finds the row that a path names, and the place in that row: `/products/3/sku`, `$.products[3].sku`, `products.3.sku`, `[3].sku`. */
function toPlace(path: string | undefined, rows: string): { position: number; path: string } | undefined {
  if (path === undefined) return undefined;
  const pointer = path.startsWith("/")
    ? path
    : `/${path
        .replace(/^[$#][./]?/u, "")
        .replaceAll(/\[["']?([^\]"']+)["']?\]/gu, ".$1")
        .replace(/^\./u, "")
        .replaceAll(".", "/")}`;
  const inside = pointer.startsWith(`${rows}/`) ? pointer.slice(rows.length) : pointer;
  const [, position, rest = ""] = /^\/(\d+)(\/.*)?$/u.exec(inside) ?? [];
  return position === undefined ? undefined : { position: Number(position), path: rest };
}

const isTrue = (value: unknown): boolean => value === true || value === 1 || value === "true";
