/**
 * From page to page by the vendor's own scheme: what to ask for at a place, and what an answer says of the next one. Pure.
 *
 * Signs of more are believed as long as pages come: a list goes on where any of total, pages and hasMore says so, and ends where one
 * says so and none contradicts; with no sign at all, at an empty page. A `next` that is missing ends lists that go by it alone.
 */
import { SchemaError } from "../errors/schema-error.ts";
import { ConfigurationError } from "../errors/transport-error.ts";
import { at, evaluate } from "../expression.ts";
import { toFlag } from "../flag.ts";
import type { Pagination } from "../vendor.ts";
import { isKey, type Place } from "./cursor.ts";
import { type LinkContext, nextOfLinkHeader, toLocalLink, withLink } from "./link.ts";
import { type Init, readParameters, toCount, toMembers } from "./parameters.ts";

export interface Answer {
  readonly data: unknown;
  readonly response: Response;
}

export interface Step {
  readonly items: readonly unknown[];
  readonly total: number | undefined;
  /** Where the next page begins; `undefined` after the last. */
  readonly next: Place | undefined;
  /** Ask here instead: the list is too long for the way it was begun. */
  readonly instead?: Place;
}

export interface Steps {
  readonly first: Place;
  /** What the caller asks for, without what moves. */
  readonly asked: unknown;
  /** @throws ConfigurationError beyond the highest position that the vendor serves */
  request(place: Place): Init;
  /** @throws SchemaError where there is no list */
  read(place: Place, answer: Answer): Step;
}

export function createSteps(rule: Pagination, init: Init, context: LinkContext): Steps {
  const { vendor, operation } = context;
  const given = readParameters(init, rule.in);
  const { keyset } = rule;
  const size = toCount(given.read(rule.size));
  /** The size asked for, where the vendor documents that it serves it. */
  const sureSize = size !== undefined && size <= (rule.maxSize ?? 0) ? size : undefined;
  const start = given.read(rule.position);
  const lowest = rule.first ?? (rule.scheme === "page" ? 1 : 0);
  const first = firstPlace();
  const canGoByKey =
    keyset !== undefined &&
    Object.entries(keyset.with ?? {}).every(([name, value]) => [undefined, value].includes(toText(given.read(name)))) &&
    (keyset.separator !== undefined || given.read(keyset.parameter) === undefined);

  function firstPlace(): Place {
    if (rule.scheme === "keyset") return { after: null, before: 0 };
    if (rule.scheme === "link" || rule.scheme === "cursor") return isKey(start) ? { position: start } : { before: 0 };
    const position = toCount(start) ?? lowest;
    // What a caller skipped by starting later is known only where pages are surely of the size asked for.
    const pageSize = rule.scheme === "page" ? sureSize : 1;
    return {
      position,
      before: position === lowest ? 0 : pageSize === undefined ? undefined : (position - lowest) * pageSize,
    };
  }

  function request(place: Place): Init {
    const { position, link, after } = place;
    if (link !== undefined) return withLink(init, context, link);
    if (after !== undefined) return given.write(keyParameters(after));
    if (typeof position === "number" && rule.maxPosition !== undefined && position > rule.maxPosition) {
      const byKey =
        keyset && `, or leave out ${Object.keys(keyset.with ?? {}).join(", ")} to have it walked by its key`;
      throw new ConfigurationError(
        vendor,
        `${operation} serves no ${rule.position} above ${rule.maxPosition}, and ${place.total ?? "more"} records match; narrow the filter${byKey ?? ""}`,
      );
    }
    return rule.position === undefined || position === undefined ? init : given.write({ [rule.position]: position });
  }

  function keyParameters(after: string | number | null): Record<string, unknown> {
    if (!keyset) return {};
    const { parameter, value = "{key}", separator } = keyset;
    if (after === null) return { ...keyset.with };
    const own = separator === undefined ? undefined : toText(given.read(parameter));
    const condition = value.replace("{key}", () => String(after));
    return { ...keyset.with, [parameter]: own === undefined ? condition : own + separator + condition };
  }

  function read(place: Place, { data, response }: Answer): Step {
    const find = (expression: string | undefined) =>
      expression === undefined
        ? undefined
        : evaluate(expression, { response: { headers: response.headers, body: data } });
    const said = toCount(find(rule.total));
    const items = find(rule.items) ?? (said === 0 ? [] : undefined);
    if (!Array.isArray(items)) {
      const path = rule.items.replace(/^\$response\.body#?/u, "");
      throw new SchemaError(vendor, operation, "response", [{ path, message: "there is no list" }], response.status);
    }
    const isByKey = place.after !== undefined;
    // A key among the filter's conditions shrinks what matches; the first page's total stands.
    const total = isByKey ? (place.total ?? said) : said;
    const seen = place.before === undefined ? undefined : place.before + items.length;
    const step = { items, total };
    if (place === first && canGoByKey && !isByKey && rule.maxPosition !== undefined && start === undefined) {
      if ((total ?? 0) >= rule.maxPosition)
        return { ...step, next: undefined, instead: { after: null, before: 0, total } };
    }
    const more = toFlag(find(rule.hasMore));
    const on = { before: seen, total };

    if (rule.scheme === "link" || rule.scheme === "cursor") {
      const following = find(rule.next) ?? (rule.scheme === "link" ? nextOfLinkHeader(response.headers) : undefined);
      if (items.length === 0 || more === false || !isKey(following)) return { ...step, next: undefined };
      if (rule.scheme === "cursor") return { ...step, next: { ...on, position: following } };
      return { ...step, next: { ...on, link: toLocalLink(context, String(following), response.url) } };
    }

    const pages = toCount(find(rule.pages));
    // Some vendors count no further than their highest position.
    const isCapped = isByKey && (total ?? 0) >= (rule.maxPosition ?? Number.POSITIVE_INFINITY);
    const signs = [
      more,
      total !== undefined && seen !== undefined && !isCapped ? seen < total : undefined,
      rule.scheme === "page" && pages !== undefined && typeof place.position === "number"
        ? place.position < pages + lowest - 1
        : undefined,
      isByKey && said !== undefined && said <= items.length ? false : undefined,
      sureSize !== undefined && items.length < sureSize ? false : undefined,
    ].filter((sign) => sign !== undefined);
    if (items.length === 0 || (signs.length > 0 && !signs.some(Boolean))) return { ...step, next: undefined };
    if (isByKey) return { ...step, next: { ...on, after: keyOf(items.at(-1), response) } };
    const position = Number(place.position) + (rule.scheme === "page" ? 1 : items.length);
    return { ...step, next: { ...on, position } };
  }

  function keyOf(item: unknown, response: Response): string | number {
    const key = keyset && at(item, keyset.key);
    if (isKey(key)) return key;
    const problem = { path: keyset?.key ?? "", message: "the item has no key to go on by" };
    throw new SchemaError(vendor, operation, "response", [problem], response.status);
  }

  const { path, query } = toMembers(init.params);
  return { first, request, read, asked: [toMembers(path), toMembers(query), init.body ?? {}] };
}

const toText = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
