/**
 * Decides, by the vendor's own scheme, which request fetches a page and what its response says about the next one. Pure.
 *
 * A list continues where any of total, pages and hasMore says so. It ends where one of them says so and none contradicts, or, without
 * any of them, at an empty page. Lists that continue by `next` alone end where `next` is missing.
 */
import { SchemaError } from "../errors/schema-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { evaluate } from "../util/runtime-expression.ts";
import type { Pagination } from "../vendor.ts";
import { isCursorValue, type PagePosition } from "./cursor.ts";
import { createKeysetPager } from "./keyset.ts";
import { followLink, type LinkContext, nextFromLinkHeader, toRelativeLink } from "./next-link.ts";
import { type Init, readParameters, toCount, toFlag, toMembers } from "./page-parameters.ts";

export interface PageResponse {
  readonly data: unknown;
  readonly response: Response;
}

/** What a response says about its page and the whole list. */
interface PageInfo {
  readonly items: readonly unknown[];
  /** The number of records in the whole list. */
  readonly total: number | undefined;
  /** The number of pages of the whole list. */
  readonly pages: number | undefined;
  readonly hasMore: boolean | undefined;
  /** A cursor or a link. */
  readonly next: unknown;
}

export interface PageStep {
  readonly items: readonly unknown[];
  readonly total: number | undefined;
  /** The position of the next page; `undefined` after the last. */
  readonly next: PagePosition | undefined;
  /** The position to start again from, where the list is longer than the vendor serves by position. */
  readonly restartAt?: PagePosition;
}

export interface PageStrategy {
  readonly first: PagePosition;
  /** The caller's parameters, without the position: what a cursor is bound to. */
  readonly parameters: unknown;
  /** The call that fetches a page. @throws ConfigurationError beyond the highest position that the vendor serves */
  request(at: PagePosition): Init;
  /** Reads the response for a page. @throws SchemaError where the response has no list */
  read(at: PagePosition, response: PageResponse): PageStep;
}

export function createPageStrategy(rule: Pagination, init: Init, context: LinkContext): PageStrategy {
  const { scheme, maxPosition = Number.POSITIVE_INFINITY } = rule;
  const given = readParameters(init, rule.in);
  const keyset = rule.keyset && createKeysetPager(rule.keyset, given, context);
  const size = toCount(given.read(rule.size));
  /** The requested page size, where the vendor documents that it serves pages of that size. */
  const knownSize = size !== undefined && size <= (rule.maxSize ?? 0) ? size : undefined;
  const start = given.read(rule.position);
  const lowest = rule.first ?? (scheme === "page" ? 1 : 0);
  const first = firstPosition();

  function firstPosition(): PagePosition {
    if (scheme === "keyset") return { after: null, before: 0 };
    if (scheme === "link" || scheme === "cursor") return isCursorValue(start) ? { position: start } : { before: 0 };
    const position = toCount(start) ?? lowest;
    // For a caller that starts at a later page, the number of skipped records is known only where the page size is.
    const pageSize = scheme === "page" ? knownSize : 1;
    const before = position === lowest ? 0 : pageSize === undefined ? undefined : (position - lowest) * pageSize;
    return { position, before };
  }

  function request(at: PagePosition): Init {
    const { position, link, after } = at;
    if (link !== undefined) return followLink(init, context, link);
    if (after !== undefined) return given.write(keyset?.parameters(after) ?? {});
    if (typeof position === "number" && position > maxPosition) throw positionTooHigh(at.total);
    return rule.position === undefined || position === undefined ? init : given.write({ [rule.position]: position });
  }

  function read(at: PagePosition, response: PageResponse): PageStep {
    const page = readPage(rule, context, response);
    const { items } = page;
    // A key among the filter's conditions makes fewer records match, so the first page's total is kept.
    const total = at.after === undefined ? page.total : (at.total ?? page.total);
    if (at === first && start === undefined && at.after === undefined && keyset?.isPossible) {
      const isTooLong = total !== undefined && total >= maxPosition;
      if (isTooLong) return { items, total, next: undefined, restartAt: { after: null, before: 0, total } };
    }
    const before = at.before === undefined ? undefined : at.before + items.length;
    const next = items.length === 0 ? undefined : nextPosition(at, page, { before, total }, response.response);
    return { items, total, next: next && { ...next, before, total } };
  }

  function nextPosition(
    at: PagePosition,
    page: PageInfo,
    counts: Pick<PagePosition, "before" | "total">,
    response: Response,
  ): PagePosition | undefined {
    if (scheme === "link" || scheme === "cursor") {
      if (page.hasMore === false || !isCursorValue(page.next)) return undefined;
      return scheme === "cursor"
        ? { position: page.next }
        : { link: toRelativeLink(context, String(page.next), response.url) };
    }
    const signs = signsOfMore(at, page, counts).filter((sign) => sign !== undefined);
    if (signs.length > 0 && !signs.includes(true)) return undefined;
    if (at.after !== undefined) return { after: keyset?.keyOf(page.items.at(-1), response.status) };
    return { position: Number(at.position) + (scheme === "page" ? 1 : page.items.length) };
  }

  /** Collects the signs: each `true` for more pages, `false` for the end, `undefined` where the vendor does not say. */
  function signsOfMore(
    { position, after }: PagePosition,
    page: PageInfo,
    { before: seen, total }: Pick<PagePosition, "before" | "total">,
  ): (boolean | undefined)[] {
    const isKeyset = after !== undefined;
    // Some vendors report no total above their highest position.
    const isCounted = total !== undefined && seen !== undefined && !(isKeyset && total >= maxPosition);
    const isNumbered = scheme === "page" && page.pages !== undefined && typeof position === "number";
    return [
      page.hasMore,
      isCounted ? seen < total : undefined,
      isNumbered ? position < page.pages + lowest - 1 : undefined,
      isKeyset && page.total !== undefined && page.total <= page.items.length ? false : undefined,
      knownSize !== undefined && page.items.length < knownSize ? false : undefined,
    ];
  }

  function positionTooHigh(total: number | undefined): ConfigurationError {
    const others = Object.keys(rule.keyset?.with ?? {}).join(", ");
    const byKey = rule.keyset ? `, or leave out ${others} to have the list continued by its key` : "";
    return new ConfigurationError(
      context.vendor,
      `${context.operation} serves no ${rule.position} above ${maxPosition}, and ${total ?? "more"} records match; narrow the filter${byKey}`,
    );
  }

  const { path, query } = toMembers(init.params);
  return { first, request, read, parameters: [toMembers(path), toMembers(query), init.body ?? {}] };
}

/** Reads a page. @throws SchemaError where the response has no list */
function readPage(rule: Pagination, context: LinkContext, { data, response }: PageResponse): PageInfo {
  const { vendor, operation } = context;
  const { headers, status } = response;
  const find = (expression: string | undefined) =>
    expression === undefined ? undefined : evaluate(expression, { response: { headers, body: data } });
  const total = toCount(find(rule.total));
  // Some vendors leave out an empty list.
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
    next: find(rule.next) ?? (rule.scheme === "link" ? nextFromLinkHeader(context, headers) : undefined),
  };
}
