/** What a page's answer says: its items, and whatever the vendor tells of the whole list and of the next page. */
import { SchemaError } from "../errors/schema-error.ts";
import { evaluate } from "../util/runtime-expression.ts";
import type { Pagination } from "../vendor.ts";
import { type LinkContext, nextFromLinkHeader } from "./next-link.ts";
import { toCount, toFlag } from "./page-parameters.ts";

export interface PageResponse {
  readonly data: unknown;
  readonly response: Response;
}

export interface PageInfo {
  readonly items: readonly unknown[];
  /** Records in all. */
  readonly total: number | undefined;
  /** Pages in all. */
  readonly pages: number | undefined;
  readonly hasMore: boolean | undefined;
  /** A cursor or a link. */
  readonly next: unknown;
}

/** @throws SchemaError where there is no list */
export function readPage(
  rule: Pagination,
  { vendor, operation }: LinkContext,
  { data, response }: PageResponse,
): PageInfo {
  const { headers, status } = response;
  const find = (expression: string | undefined) =>
    expression === undefined ? undefined : evaluate(expression, { response: { headers, body: data } });
  const total = toCount(find(rule.total));
  // An empty list may be left out.
  const items = find(rule.items) ?? (total === 0 ? [] : undefined);
  if (!Array.isArray(items)) {
    const path = rule.items.replace(/^\$response\.body#?/u, "");
    throw new SchemaError(vendor, operation, "response", [{ path, message: "there is no list" }], status);
  }
  return {
    items,
    total,
    pages: toCount(find(rule.pages)),
    hasMore: toFlag(find(rule.hasMore)),
    next: find(rule.next) ?? (rule.scheme === "link" ? nextFromLinkHeader(headers) : undefined),
  };
}
