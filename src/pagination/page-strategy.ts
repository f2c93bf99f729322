/**
 * Decides, by the vendor's own scheme, which request fetches a page and what its response says about the next one. Pure.
 *
 * Total, pages, hasMore and a next cursor or link are the vendor's signs. A list continues where any of total, pages and hasMore says so,
 * or a next cursor or link does and hasMore does not deny it. An empty page ends a list only where no sign says that there is more.
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
  /** The number of items up to the end of this page, where known. */
  readonly seen: number | undefined;
  /** The lowest total that a page so far has reported. */
  readonly lowestTotal: number | undefined;
  /** The position of the next page; `undefined` after the last. */
  readonly next: PagePosition | undefined;
  /** The signs by which the vendor says that there is more; `undefined` where none does. */
  readonly promise: string | undefined;
  /** Why the list cannot go on, although the vendor says that there is more. */
  readonly problem?: string | undefined;
  /** The position to start again from, where the list is longer than the vendor serves by position. */
  readonly restartAt?: PagePosition;
}

type Continuation = Pick<PageStep, "next" | "promise" | "problem">;
/** By the name of the sign: `true` for more pages, `false` for the end, `undefined` where the vendor does not say. */
type Signs = Readonly<Record<"hasMore" | "total" | "pages" | "size", boolean | undefined>>;

export interface PageStrategy {
  readonly first: PagePosition;
  /** True where each page names the next one by a cursor or a link; false where the position is counted here. */
  readonly isNamedByVendor: boolean;
  /** The caller's parameters, without the position: what a cursor is bound to. */
  readonly parameters: unknown;
  /** The call that fetches a page. @throws ConfigurationError beyond the highest position that the vendor serves */
  request(at: PagePosition): Init;
  /** Reads the response for a page. @throws SchemaError where the response has no list */
  read(at: PagePosition, response: PageResponse): PageStep;
}

const end: Continuation = { next: undefined, promise: undefined };

export function createPageStrategy(rule: Pagination, init: Init, context: LinkContext): PageStrategy {
  const { scheme, maxPosition = Number.POSITIVE_INFINITY } = rule;
  const isNamedByVendor = scheme === "link" || scheme === "cursor";
  const given = readParameters(init, rule.in);
  const keyset = rule.keyset && createKeysetPager(rule.keyset, given, context);
  const size = toCount(given.read(rule.size));
  /** The requested page size, where the vendor documents that it serves pages of that size. */
  const knownSize = size !== undefined && size <= (rule.maxSize ?? 0) ? size : undefined;
  /** The number of records on a full page, where known. */
  const pageSize = knownSize ?? (size === undefined ? rule.defaultSize : undefined);
  const start = given.read(rule.position);
  const lowest = rule.first ?? (scheme === "page" ? 1 : 0);
  const first = firstPosition();

  function firstPosition(): PagePosition {
    if (scheme === "keyset") return { after: null, before: 0 };
    if (isNamedByVendor) return isCursorValue(start) ? { position: start } : { before: 0 };
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
    const seen = at.before === undefined ? undefined : at.before + items.length;
    const reported = reportedTotal(at, page, seen);
    const known = { items, total, seen, lowestTotal: lowestOf(at.lowestTotal, reported) };
    if (at === first && start === undefined && at.after === undefined && keyset?.isPossible) {
      const isTooLong = total !== undefined && total >= maxPosition;
      if (isTooLong) return { ...known, ...end, restartAt: { after: null, before: 0, total } };
    }
    const { next, ...more } = isNamedByVendor
      ? readNext(at, page, response.response)
      : countOn(at, page, signsOfMore(at, page, seen, reported), response.response);
    if (!next) return { ...known, ...more, next };
    const lastCount = items.length > 0 ? items.length : at.lastCount;
    return { ...known, ...more, next: { ...next, before: seen, total, lowestTotal: known.lowestTotal, lastCount } };
  }

  /** The number of records in the whole list, as this page reports it. Filtered by a key, a page reports those that are left. */
  function reportedTotal({ after, before }: PagePosition, { total }: PageInfo, seen: number | undefined) {
    if (total === undefined || after === undefined) return total;
    if (scheme === "keyset") return seen !== undefined && total < seen ? undefined : total;
    // Some vendors report no total above their highest position.
    return before === undefined || total >= maxPosition ? undefined : before + total;
  }

  /** Continues by the cursor or link that the page names. */
  function readNext(at: PagePosition, { items, next, hasMore }: PageInfo, response: Response): Continuation {
    if (hasMore === false) return end;
    if (!isCursorValue(next)) {
      return hasMore ? { ...end, problem: `the vendor says that there is more, but names no next ${scheme}` } : end;
    }
    const link = scheme === "link" ? toRelativeLink(context, String(next), response.url) : undefined;
    const isUnmoved = link === undefined ? String(next) === String(at.position) : link === at.link;
    // A cursor that stays where it is says that nothing was added since.
    if (items.length === 0 && isUnmoved && hasMore === undefined) return end;
    return { next: link === undefined ? { position: next } : { link }, promise: `a next ${scheme}` };
  }

  /** Continues by the next number, offset or key. */
  function countOn(at: PagePosition, page: PageInfo, signs: Signs, response: Response): Continuation {
    const promises = Object.entries(signs).flatMap(([name, isMore]) => (isMore ? [name] : []));
    const promise = promises.length > 0 ? promises.join(" and ") : undefined;
    const isEmpty = page.items.length === 0;
    if (promise === undefined && (isEmpty || Object.values(signs).includes(false))) return end;
    if (at.after !== undefined) {
      if (isEmpty) return { next: undefined, promise, problem: "an empty page has no key to continue from" };
      return { next: { after: keyset?.keyOf(page.items.at(-1), response.status) }, promise };
    }
    const step = scheme === "page" ? 1 : page.items.length || pageSize || at.lastCount;
    if (step === undefined) {
      return { next: undefined, promise, problem: "an empty page does not say where the next one begins" };
    }
    const position = Number(at.position) + step;
    // Where all records of the total would have come before that position, no further page can have one.
    const records = scheme === "page" ? (position - lowest) * (pageSize ?? 0) : position;
    const isBeyond = isEmpty && promise === "total" && records >= (page.total ?? 0);
    return { next: isBeyond ? undefined : { position }, promise };
  }

  function signsOfMore(
    { position, after, total: firstTotal }: PagePosition,
    { items, pages, hasMore, total }: PageInfo,
    seen: number | undefined,
    reported: number | undefined,
  ): Signs {
    const isNumbered = scheme === "page" && pages !== undefined && typeof position === "number";
    // A vendor that pages by a key alone may count the whole list, or what is left of it: a page with items is no proof.
    const isWhole = after !== undefined && scheme === "keyset" && items.length > 0;
    const expected = isWhole ? (firstTotal ?? total) : reported;
    return {
      hasMore,
      total: expected === undefined || seen === undefined ? undefined : seen < expected,
      pages: isNumbered ? position < pages + lowest - 1 : undefined,
      size: knownSize !== undefined && items.length < knownSize ? false : undefined,
    };
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
  const parameters = [toMembers(path), toMembers(query), init.body ?? {}];
  return { first, isNamedByVendor, request, read, parameters };
}

function lowestOf(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
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
