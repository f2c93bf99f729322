/** What became of each row of one request: read from the vendor's result for it, or from the refusal of them all. Pure. */
import type { FieldProblem } from "../errors/parse-error-response.ts";
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
  /** The vendor's own, verbatim. */
  readonly code: string | undefined;
  readonly message: string;
  /** As in `VendorError.fields`; paths are JSON pointers into the row where the vendor's can be read so. */
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
  readonly quote: (text: string) => string;
}

/** Of an answer that is a success as a whole. @throws SchemaError where results are documented and there are none */
export function readOutcomes(
  { vendor, operation, rule, quote }: ReadContext,
  rows: readonly Row[],
  { data, response }: { readonly data?: unknown; readonly response: Response },
): RowOutcome<unknown, unknown>[] {
  const { results } = rule;
  if (!results) return rows.map(({ index, row }) => ({ index, row, ok: true, result: undefined }));
  const list = evaluate(results.rows, { response: { headers: response.headers, body: data } });
  if (!Array.isArray(list) && results.success !== undefined) {
    const problem = { path: results.rows.replace(/^\$response\.body#?/u, ""), message: "there is no list of results" };
    throw new SchemaError(vendor.name, operation, "response", [problem], response.status);
  }
  const resultOf = pair(results, rows, Array.isArray(list) ? list : []);
  return rows.map(({ index, row }, position) => {
    const result = resultOf(row, position);
    if (results.success === undefined || isYes(resolvePointer(result, results.success)))
      return { index, row, ok: true, result };
    return { index, row, ok: false, error: readError(vendor, results, result, quote) };
  });
}

/** Of a refusal of all: each row is given the problems that are its own. */
export function outcomesFromRejection(
  { rule }: ReadContext,
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

/** By the key they share, where it tells all of them apart; else in order. */
function pair({ match }: BulkResults, rows: readonly Row[], list: readonly unknown[]) {
  const keyed = new Map(match ? list.map((result) => [toText(resolvePointer(result, match.result)), result]) : []);
  const keys = new Set(match ? rows.map(({ row }) => toText(resolvePointer(row, match.row))) : []);
  const isKeyed =
    match !== undefined && keyed.size === list.length && keys.size === rows.length && !keys.has(undefined);
  return (row: unknown, position: number): unknown =>
    isKeyed ? keyed.get(toText(resolvePointer(row, match.row))) : list[position];
}

function readError(vendor: Vendor, results: BulkResults, result: unknown, quote: (text: string) => string): RowError {
  const find = (pointer: string | undefined) =>
    pointer === undefined ? undefined : toText(resolvePointer(result, pointer));
  const said = result === undefined ? "no result came for this row" : find(results.error);
  const message = quote(said ?? "the vendor gives no reason");
  const code = find(results.code);
  const listed = results.fields && resolvePointer(result, results.fields.in);
  const { path, message: text, code: fieldCode } = results.fields ?? {};
  const fields = (Array.isArray(listed) ? listed : []).map((item: unknown) => ({
    path: path === undefined ? undefined : toText(resolvePointer(item, path)),
    message: quote(toText(text === undefined ? item : resolvePointer(item, text)) ?? ""),
    code: fieldCode === undefined ? undefined : toText(resolvePointer(item, fieldCode)),
  }));
  const rule = vendor.errors.table.find(
    (one) =>
      (one.code !== undefined || one.message !== undefined) &&
      (one.code === undefined || one.code === code) &&
      (one.message === undefined || message.toLowerCase().includes(one.message.toLowerCase())) &&
      (one.on === undefined || one.on.includes("resource")),
  );
  return { kind: result === undefined ? "unexpected" : (rule?.kind ?? "validation_failed"), code, message, fields };
}

/** `/products/3/sku`, `$.products[3].sku`, `products.3.sku`, `[3].sku`: which row of the request, and where in it. */
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

const isYes = (value: unknown): boolean => value === true || value === 1 || value === "true";

function toText(value: unknown): string | undefined {
  if (typeof value === "string" || typeof value === "number") return String(value);
  return Array.isArray(value) && value.length > 0 ? value.map((one) => toText(one) ?? "").join("; ") : undefined;
}
