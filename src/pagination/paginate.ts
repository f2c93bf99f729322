/**
 * Iterates over a list, page by page, with the client's own calls.
 *
 * | situation | behaviour |
 * | --- | --- |
 * | the consumer has asked for a second page | from then on one page is prefetched, never more |
 * | the consumer leaves the loop, or its signal aborts | the requests in progress are aborted |
 * | the vendor answers a page with an error | the `VendorError` is thrown, after all earlier items were delivered |
 * | an empty page, and the vendor says that there is more | the list continues; after `maxPagesWithoutNews` in a row, an error is thrown |
 * | a repeated page with a new cursor or link | it is delivered, and the list continues, within the same bound |
 * | a repeated page by number, offset or key | the list ends; if the vendor says that there is more, an error is thrown |
 * | a cursor, link or key that was followed before | an error is thrown: the list would repeat |
 * | the end, with fewer records than the vendor's total | an error is thrown |
 * | a link to another origin | its path is followed on the API's own origin, or an error is thrown (next-link.ts) |
 */
import { onAbort } from "../util/abortable.ts";
import { toVendorError } from "../errors/to-vendor-error.ts";
import type { Redactor } from "../errors/redactor.ts";
import { SchemaError } from "../errors/schema-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Listener } from "../events/events.ts";
import type { Vendor } from "../vendor.ts";
import { type PagePosition, decodeCursor, encodeCursor } from "./cursor.ts";
import { leavesPath, ownUrl, placeOf } from "./next-link.ts";
import type { Init } from "./page-parameters.ts";
import { createPageStrategy, type PageResponse, type PageStep } from "./page-strategy.ts";

/** So many pages in a row may be empty, or the same page again, before the walk ends with an error. */
export const maxPagesWithoutNews = 100;

/** What `paginate` takes beside the call's own parameters and options. */
export interface PageOptions {
  /** A page's `cursor`: continues after that page. The call's other parameters must be the same. */
  readonly from?: string | undefined;
  /** Prefetches one page, from the second on. @default true */
  readonly prefetch?: boolean | undefined;
}

/** Iterates over items; `pages()` iterates over whole pages. Each iteration starts from the beginning. */
export interface Pages<I> extends AsyncIterable<I> {
  pages(): AsyncGenerator<Page<I>, void, undefined>;
}

export interface Page<I> {
  readonly items: readonly I[];
  /** The number of records in the whole list, where the vendor reports it. */
  readonly total: number | undefined;
  /** The position of the next page, to pass as `from` later; `undefined` on the last page. */
  readonly cursor: string | undefined;
}

export interface PageSource {
  readonly vendor: Vendor;
  readonly method: string;
  readonly path: string;
  /** The server's URLs, by host name. Links to other origins are not followed. */
  readonly server: { readonly url: string; readonly hosts: Readonly<Record<string, string>> };
  readonly init: Init & PageOptions & { readonly signal?: AbortSignal | null | undefined };
  readonly emit: Listener;
  readonly redactor: Redactor;
  call(
    method: string,
    path: string,
    init: Init,
  ): Promise<{ readonly data?: unknown; readonly error?: unknown; readonly response: Response }>;
}

export function createPages(source: PageSource): Pages<unknown> {
  const { signal } = source.init;
  return {
    pages: () => iteratePages(source),
    async *[Symbol.asyncIterator]() {
      for await (const { items } of iteratePages(source)) {
        for (const item of items) {
          signal?.throwIfAborted();
          yield item;
        }
      }
    },
  };
}

async function* iteratePages(source: PageSource): AsyncGenerator<Page<unknown>, void, undefined> {
  const { method, path, emit } = source;
  const { from, prefetch = true, signal, ...init } = source.init;
  const vendor = source.vendor.name;
  const operation = `${method} ${path}`;
  const { pagination: rule, host } = source.vendor.operations[operation] ?? {};
  if (!rule)
    throw new ConfigurationError(vendor, `the document does not say how ${operation} is paged (x-latchkey-pagination)`);
  const secrets = Object.values(source.vendor.schemes).flatMap(({ send }) => (send.in === "query" ? [send.name] : []));
  const { url, hosts } = source.server;
  const base = (host !== undefined && hosts[host]) || url;
  const { origin } = new URL(base);
  const place = placeOf(base, path, init);
  const context = { vendor, operation, origin, place, secrets, redactor: source.redactor };
  const strategy = createPageStrategy(rule, init, context);
  const scope = { vendor, operation, parameters: strategy.parameters, redactor: source.redactor };

  const stopping = new AbortController();
  const stop = () => stopping.abort(signal?.reason);
  const stopListening = onAbort(signal, stop);

  const fetchPage = async (position: PagePosition): Promise<PageResponse> => {
    const result = await source.call(method, path, { ...strategy.request(position), signal: stopping.signal });
    const error = toVendorError(result);
    if (error) throw error;
    return { data: result.data, response: result.response };
  };

  /** Positions that were fetched, so that none is fetched twice. */
  const visited = new Set<string>();
  let position: PagePosition | undefined = from === undefined ? strategy.first : resume(from);
  let prefetched: Promise<PageResponse> | undefined;
  /** The last page with items. */
  let last: PageStep | undefined;
  let withoutNews = 0;
  let done = 0;
  try {
    while (position) {
      signal?.throwIfAborted();
      visited.add(nameOf(position));
      const current: PagePosition = position;
      const step: PageStep = strategy.read(current, await (prefetched ?? fetchPage(current)));
      prefetched = undefined;
      if (step.restartAt) {
        position = step.restartAt;
        continue;
      }
      const { items, total, problem } = step;
      const isEmpty = items.length === 0;
      const isRepeat = last !== undefined && !isEmpty && isSame(last.items, items);
      if (isRepeat && !strategy.isNamedByVendor) {
        if (last?.promise !== undefined) throw incomplete(last, "the next page is the same page");
        return;
      }
      done = (current.before ?? done) + items.length;
      emit({ type: "progress", vendor, operation, done, failed: 0, total });
      const next = step.next && !visited.has(nameOf(step.next)) ? step.next : undefined;
      withoutNews = isEmpty || isRepeat ? withoutNews + 1 : 0;
      const isStuck = next !== undefined && withoutNews >= maxPagesWithoutNews;
      if (next && !isStuck && prefetch && last && !isEmpty) {
        prefetched = fetchPage(next);
        // The error is thrown when the consumer asks for that page; if it never does, nobody needs the error.
        prefetched.catch(() => {});
      }
      // An empty list has one page. Other empty pages are not delivered.
      if (!isEmpty || (!last && !step.next)) yield { items, total, cursor: next && encodeCursor(scope, next) };
      if (!isEmpty) last = step;
      if (problem !== undefined) throw incomplete(step, problem);
      if (step.next && !next) throw incomplete(step, "the next page is one that came before");
      if (isStuck) throw incomplete(step, `${withoutNews} pages in a row were empty or the same`);
      if (!next) assertComplete(step);
      position = next;
    }
  } finally {
    stop();
    stopListening();
  }

  /** Decodes the caller's cursor, which is not signed: its link may lead only to the operation's own path or below it. */
  function resume(cursor: string): PagePosition {
    const decoded = decodeCursor(scope, cursor);
    const { link } = decoded;
    if (link === undefined || (rule?.scheme === "link" && !leavesPath(link, ownUrl(base, path, init)))) return decoded;
    throw new ConfigurationError(
      vendor,
      `from: it leads to another path than that of ${operation}; give a page's cursor of this very call`,
    );
  }

  /** Throws where a list of known size ended before that. */
  function assertComplete(step: PageStep): void {
    const { seen, lowestTotal } = step;
    if (seen !== undefined && lowestTotal !== undefined && seen < lowestTotal) throw incomplete(step, "the list ended");
  }

  /** @param problem why the list cannot go on, as a clause */
  function incomplete({ seen, lowestTotal, promise }: PageStep, problem: string): SchemaError {
    const isShort = seen !== undefined && lowestTotal !== undefined && seen < lowestTotal;
    const counted = isShort
      ? `${seen} of ${lowestTotal} records (${lowestTotal - seen} are missing)`
      : `${seen ?? done} records`;
    const promised = promise === undefined ? "" : `, and the vendor says that there is more (${promise})`;
    const message = `${problem} after ${counted}${promised}. Continue later from the cursor of the last page, or ask the vendor`;
    return new SchemaError(vendor, operation, "response", [{ path: "", message }]);
  }
}

const nameOf = ({ position, link, after }: PagePosition): string => JSON.stringify([position, link, after]);

/** Compares two pages: their first and last items, and the rest only where those are equal. */
function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  const isEqual = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  return a.length === b.length && isEqual(a[0], b[0]) && isEqual(a.at(-1), b.at(-1)) && isEqual(a, b);
}
