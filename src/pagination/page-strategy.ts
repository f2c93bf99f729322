/**
 * From page to page by the vendor's own scheme: what to ask for at a place, and what an answer says of the next one. Pure.
 *
 * Signs of more are believed as long as pages come: a list goes on where any of total, pages and hasMore says so, and ends where one
 * says so and none contradicts; with no sign at all, at an empty page. A `next` that is missing ends lists that go by it alone.
 */
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Pagination } from "../vendor.ts";
import { isCursorValue, type PagePosition } from "./cursor.ts";
import { createKeysetPager } from "./keyset.ts";
import { type LinkContext, toRelativeLink, followLink } from "./next-link.ts";
import { type Init, readParameters, toCount, toMembers } from "./page-parameters.ts";
import { type PageResponse, readPage, type PageInfo } from "./said.ts";

export interface PageStep {
  readonly items: readonly unknown[];
  readonly total: number | undefined;
  /** Where the next page begins; `undefined` after the last. */
  readonly next: PagePosition | undefined;
  /** Ask here instead: the list is too long for the way it was begun. */
  readonly restartAt?: PagePosition;
}

export interface PageStrategy {
  readonly first: PagePosition;
  /** What the caller asks for, without what moves. */
  readonly asked: unknown;
  /** @throws ConfigurationError beyond the highest position that the vendor serves */
  request(place: PagePosition): Init;
  /** @throws SchemaError where there is no list */
  read(place: PagePosition, answer: PageResponse): PageStep;
}

export function createPageStrategy(rule: Pagination, init: Init, context: LinkContext): PageStrategy {
  const { scheme, maxPosition = Number.POSITIVE_INFINITY } = rule;
  const given = readParameters(init, rule.in);
  const keys = rule.keyset && createKeysetPager(rule.keyset, given, context);
  const size = toCount(given.read(rule.size));
  /** The size asked for, where the vendor documents that it serves it. */
  const sureSize = size !== undefined && size <= (rule.maxSize ?? 0) ? size : undefined;
  const start = given.read(rule.position);
  const lowest = rule.first ?? (scheme === "page" ? 1 : 0);
  const first = firstPlace();

  function firstPlace(): PagePosition {
    if (scheme === "keyset") return { after: null, before: 0 };
    if (scheme === "link" || scheme === "cursor") return isCursorValue(start) ? { position: start } : { before: 0 };
    const position = toCount(start) ?? lowest;
    // What a caller skipped by starting later is known only where pages are surely of the size asked for.
    const pageSize = scheme === "page" ? sureSize : 1;
    const before = position === lowest ? 0 : pageSize === undefined ? undefined : (position - lowest) * pageSize;
    return { position, before };
  }

  function request(place: PagePosition): Init {
    const { position, link, after } = place;
    if (link !== undefined) return followLink(init, context, link);
    if (after !== undefined) return given.write(keys?.parameters(after) ?? {});
    if (typeof position === "number" && position > maxPosition) throw beyond(place.total);
    return rule.position === undefined || position === undefined ? init : given.write({ [rule.position]: position });
  }

  function read(place: PagePosition, answer: PageResponse): PageStep {
    const said = readPage(rule, context, answer);
    const { items } = said;
    // A key among the filter's conditions shrinks what matches; the first page's total stands.
    const total = place.after === undefined ? said.total : (place.total ?? said.total);
    if (place === first && start === undefined && place.after === undefined && keys?.isPossible) {
      const isTooLong = total !== undefined && total >= maxPosition;
      if (isTooLong) return { items, total, next: undefined, restartAt: { after: null, before: 0, total } };
    }
    const before = place.before === undefined ? undefined : place.before + items.length;
    const next = items.length === 0 ? undefined : nextPlace(place, said, { before, total }, answer.response);
    return { items, total, next: next && { ...next, before, total } };
  }

  function nextPlace(
    place: PagePosition,
    said: PageInfo,
    so: Pick<PagePosition, "before" | "total">,
    response: Response,
  ): PagePosition | undefined {
    if (scheme === "link" || scheme === "cursor") {
      if (said.hasMore === false || !isCursorValue(said.next)) return undefined;
      return scheme === "cursor"
        ? { position: said.next }
        : { link: toRelativeLink(context, String(said.next), response.url) };
    }
    const signs = signsOfMore(place, said, so).filter((sign) => sign !== undefined);
    if (signs.length > 0 && !signs.includes(true)) return undefined;
    if (place.after !== undefined) return { after: keys?.keyOf(said.items.at(-1), response.status) };
    return { position: Number(place.position) + (scheme === "page" ? 1 : said.items.length) };
  }

  /** Each `true` for more, `false` for the end, `undefined` where the vendor says nothing of the kind. */
  function signsOfMore(
    { position, after }: PagePosition,
    said: PageInfo,
    { before: seen, total }: Pick<PagePosition, "before" | "total">,
  ): (boolean | undefined)[] {
    const isByKey = after !== undefined;
    // Some vendors count no further than their highest position.
    const isCounted = total !== undefined && seen !== undefined && !(isByKey && total >= maxPosition);
    const isNumbered = scheme === "page" && said.pages !== undefined && typeof position === "number";
    return [
      said.hasMore,
      isCounted ? seen < total : undefined,
      isNumbered ? position < said.pages + lowest - 1 : undefined,
      isByKey && said.total !== undefined && said.total <= said.items.length ? false : undefined,
      sureSize !== undefined && said.items.length < sureSize ? false : undefined,
    ];
  }

  function beyond(total: number | undefined): ConfigurationError {
    const others = Object.keys(rule.keyset?.with ?? {}).join(", ");
    const byKey = rule.keyset ? `, or leave out ${others} to have it walked by its key` : "";
    return new ConfigurationError(
      context.vendor,
      `${context.operation} serves no ${rule.position} above ${maxPosition}, and ${total ?? "more"} records match; narrow the filter${byKey}`,
    );
  }

  const { path, query } = toMembers(init.params);
  return { first, request, read, asked: [toMembers(path), toMembers(query), init.body ?? {}] };
}
