/**
 * Walks a list by the vendor's own scheme, as its document describes it. A page that comes back empty, shorter than asked where
 * nothing else tells, or not advancing ends the walk, whatever links it shows.
 */
import type { CallInit, InitArguments, PathsWith } from "../client.ts";
import { SchemaError } from "../errors/schema-error.ts";
import { ConfigurationError, TransportError } from "../errors/transport-error.ts";
import { evaluate } from "../expression.ts";
import type { Pagination } from "../vendor.ts";

type DataOf<P, Path extends keyof P, M extends string> =
  Lowercase<M> extends keyof P[Path]
    ? P[Path][Lowercase<M>] extends { responses: { 200: { content: infer C } } }
      ? C[keyof C]
      : never
    : never;

/** The list in a page: the body itself, or its `items` or `data`. */
export type ItemOf<D> = D extends readonly (infer I)[]
  ? I
  : D extends { items: readonly (infer I)[] }
    ? I
    : D extends { data: readonly (infer I)[] }
      ? I
      : unknown;

export type Paginate<P> = <M extends "GET" | "POST", Path extends PathsWith<P, M>>(
  method: M,
  path: Path,
  ...init: InitArguments<CallInit<P, Path, M>>
) => Pages<ItemOf<DataOf<P, Path, M>>>;

/** Items one by one; `pages()` for whole pages. */
export interface Pages<I> extends AsyncIterable<I> {
  pages(): AsyncGenerator<Page<I>, void, undefined>;
}

export interface Page<I> {
  readonly items: readonly I[];
  /** Records in all, where the vendor says. */
  readonly total: number | undefined;
  /** Where this page began: page number, offset, or cursor. */
  readonly position: string | number | undefined;
}

export interface PageSource {
  readonly vendor: string;
  readonly operation: string;
  readonly origin: string;
  readonly rule: Pagination | undefined;
  readonly init: Readonly<Record<string, unknown>>;
  /** One call; throws what `unwrap` throws. */
  fetch(init: Readonly<Record<string, unknown>>): Promise<{ readonly data: unknown; readonly response: Response }>;
}

export function createPages(source: PageSource): Pages<unknown> {
  const pages = () => walk(source);
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page.items;
    },
  };
}

async function* walk(source: PageSource): AsyncGenerator<Page<unknown>, void, undefined> {
  const { rule, vendor, operation } = source;
  if (!rule)
    throw new ConfigurationError(vendor, `the document does not say how ${operation} is paged (x-latchkey-pagination)`);
  const given = readParameters(source.init, rule);
  const size = toCount(rule.size === undefined ? undefined : given[rule.size]) ?? rule.defaultSize;
  let position: string | number | undefined = firstPosition(rule, given);
  let link: Readonly<Record<string, string>> = {};
  let seen = rule.scheme === "offset" ? (toCount(position) ?? 0) : 0;
  for (;;) {
    const moving = {
      ...(rule.position !== undefined && position !== undefined ? { [rule.position]: position } : {}),
      ...link,
    };
    const { data, response } = await source.fetch(withParameters(source.init, rule, moving));
    const read = (expression: string | undefined) =>
      expression === undefined
        ? undefined
        : evaluate(expression, { response: { headers: response.headers, body: data } });
    const items = read(rule.items);
    if (!Array.isArray(items)) {
      throw new SchemaError(
        vendor,
        operation,
        "response",
        [{ path: rule.items.replace(/^\$response\.body#?/u, ""), message: "there is no list" }],
        response.status,
      );
    }
    const total = toCount(read(rule.total));
    yield { items, total, position };
    seen += items.length;
    if (items.length === 0) return;

    const next = nextPosition(rule, position, seen, items.length, size);
    const more = read(rule.hasMore);
    const pages = toCount(read(rule.pages));
    if (more !== undefined && String(more) !== "true") return;
    if (total !== undefined && (rule.scheme === "offset" || given[rule.position ?? ""] === undefined) && seen >= total)
      return;
    if (pages !== undefined && typeof position === "number" && position >= pages + (rule.first ?? 1) - 1) return;
    if (rule.scheme === "cursor" || rule.scheme === "link") {
      const following = rule.scheme === "cursor" ? read(rule.next) : (read(rule.next) ?? linkHeader(response));
      if (following === undefined || following === null || following === "" || following === position) return;
      if (rule.scheme === "link") link = followLink(source, String(following));
      position = String(following);
      continue;
    }
    if (total === undefined && pages === undefined && more === undefined && (size === undefined || items.length < size))
      return;
    if (rule.maxPosition !== undefined && typeof next === "number" && next > rule.maxPosition) {
      throw new ConfigurationError(
        vendor,
        `${operation} serves no offset above ${rule.maxPosition}, and ${total ?? "more"} records match; narrow the filter`,
      );
    }
    position = next;
  }
}

function firstPosition(rule: Pagination, given: Readonly<Record<string, unknown>>): string | number | undefined {
  const asked = rule.position === undefined ? undefined : given[rule.position];
  if (typeof asked === "string" || typeof asked === "number")
    return typeof asked === "string" ? (toCount(asked) ?? asked) : asked;
  if (rule.scheme === "page") return rule.first ?? 1;
  return rule.scheme === "offset" ? (rule.first ?? 0) : undefined;
}

function nextPosition(
  rule: Pagination,
  position: string | number | undefined,
  seen: number,
  length: number,
  size: number | undefined,
) {
  if (typeof position !== "number") return undefined;
  return rule.scheme === "page"
    ? position + 1
    : Math.max(position + length, Math.min(seen, position + (size ?? length)));
}

/** Only the link's query is taken over, and only from our own origin: the path and the credentials stay where they are. */
function followLink(source: PageSource, link: string): Record<string, string> {
  const url = URL.parse(link, source.origin);
  if (url?.origin !== source.origin) {
    throw new TransportError(
      source.vendor,
      "origin",
      `the next page of ${source.operation} is said to be at ${url?.origin ?? "no URL"}; it is not followed`,
    );
  }
  return Object.fromEntries(url.searchParams);
}

/** RFC 8288, `rel="next"`. */
function linkHeader(response: Response): string | undefined {
  return /<([^>]*)>\s*;[^,]*\brel="?next"?/iu.exec(response.headers.get("link") ?? "")?.[1];
}

function readParameters(init: Readonly<Record<string, unknown>>, rule: Pagination): Record<string, unknown> {
  return { ...(rule.in === "body" ? toRecord(init.body) : toRecord(toRecord(init.params).query)) };
}

function withParameters(
  init: Readonly<Record<string, unknown>>,
  rule: Pagination,
  moving: Readonly<Record<string, unknown>>,
) {
  if (rule.in === "body") return { ...init, body: { ...toRecord(init.body), ...moving } };
  const params = toRecord(init.params);
  return { ...init, params: { ...params, query: { ...toRecord(params.query), ...moving } } };
}

const toRecord = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};

function toCount(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/u.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : undefined;
}
