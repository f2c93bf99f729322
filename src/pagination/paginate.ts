/**
 * Walks a list, page by page, on the client's own calls.
 *
 * | situation | behaviour |
 * | --- | --- |
 * | the consumer has asked for a second page | from then on one page is asked for ahead, never more |
 * | the consumer leaves the loop, or its signal aborts | what is under way is aborted; nothing is left behind |
 * | a page is refused | thrown as `unwrap` throws it; what was delivered stays delivered |
 * | an empty page, a page or a cursor that came before | the end; but an error where the vendor counts more than came |
 * | a link to another origin | an error; it is not followed |
 */
import { onAbort } from "../util/abortable.ts";
import { toVendorError } from "../errors/to-vendor-error.ts";
import { SchemaError } from "../errors/schema-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Listener } from "../events/events.ts";
import type { Vendor } from "../vendor.ts";
import { type PagePosition, decodeCursor, encodeCursor } from "./cursor.ts";
import type { Init } from "./page-parameters.ts";
import type { PageResponse } from "./said.ts";
import { createPageStrategy, type PageStep } from "./page-strategy.ts";

/** What `paginate` takes beside the call's own parameters and options. */
export interface PageOptions {
  /** A page's `cursor`: goes on behind that page. The call's other parameters must be the same. */
  readonly from?: string | undefined;
  /** One page is asked for ahead, from the second on. @default true */
  readonly prefetch?: boolean | undefined;
}

/** Items one by one; `pages()` for whole pages. Each walk begins anew. */
export interface Pages<I> extends AsyncIterable<I> {
  pages(): AsyncGenerator<Page<I>, void, undefined>;
}

export interface Page<I> {
  readonly items: readonly I[];
  /** Records in all, where the vendor says. */
  readonly total: number | undefined;
  /** Where the next page begins, as a text to keep and give as `from`; `undefined` on the last page. */
  readonly cursor: string | undefined;
}

export interface PageSource {
  readonly vendor: Vendor;
  readonly method: string;
  readonly path: string;
  /** Where operations live, by the host that they name; links lead nowhere else. */
  readonly server: { readonly url: string; readonly hosts: Readonly<Record<string, string>> };
  readonly init: Init & PageOptions & { readonly signal?: AbortSignal | null | undefined };
  readonly emit: Listener;
  call(
    method: string,
    path: string,
    init: Init,
  ): Promise<{ readonly data?: unknown; readonly error?: unknown; readonly response: Response }>;
}

export function createPages(source: PageSource): Pages<unknown> {
  const { signal } = source.init;
  return {
    pages: () => walk(source),
    async *[Symbol.asyncIterator]() {
      for await (const { items } of walk(source)) {
        for (const item of items) {
          signal?.throwIfAborted();
          yield item;
        }
      }
    },
  };
}

async function* walk(source: PageSource): AsyncGenerator<Page<unknown>, void, undefined> {
  const { method, path, emit } = source;
  const { from, prefetch = true, signal, ...init } = source.init;
  const vendor = source.vendor.name;
  const operation = `${method} ${path}`;
  const { pagination: rule, host } = source.vendor.operations[operation] ?? {};
  if (!rule)
    throw new ConfigurationError(vendor, `the document does not say how ${operation} is paged (x-latchkey-pagination)`);
  const secrets = Object.values(source.vendor.schemes).flatMap(({ send }) => (send.in === "query" ? [send.name] : []));
  const { url, hosts } = source.server;
  const { origin } = new URL((host !== undefined && hosts[host]) || url);
  const steps = createPageStrategy(rule, init, { vendor, operation, origin, secrets });
  const own = { vendor, operation, asked: steps.asked };

  const leaving = new AbortController();
  const leave = () => leaving.abort(signal?.reason);
  const stopListening = onAbort(signal, leave);

  const ask = async (place: PagePosition): Promise<PageResponse> => {
    const result = await source.call(method, path, { ...steps.request(place), signal: leaving.signal });
    const error = toVendorError(result);
    if (error) throw error;
    return { data: result.data, response: result.response };
  };

  /** Places that led to a page, so that none is gone to twice. */
  const visited = new Set<string>();
  let place: PagePosition | undefined = from === undefined ? steps.first : decodeCursor(own, from);
  let ahead: Promise<PageResponse> | undefined;
  let last: PageStep | undefined;
  let done = 0;
  try {
    while (place) {
      signal?.throwIfAborted();
      visited.add(nameOf(place));
      const here: PagePosition = place;
      const step: PageStep = steps.read(here, await (ahead ?? ask(here)));
      ahead = undefined;
      if (step.restartAt) {
        place = step.restartAt;
        continue;
      }
      if (last && step.items.length === 0) return;
      if (last && isSame(last.items, step.items)) return throwIfShort(last);
      const next = step.next && !visited.has(nameOf(step.next)) ? step.next : undefined;
      const total = step.total;
      done = (here.before ?? done) + step.items.length;
      emit({ type: "progress", vendor, operation, done, failed: 0, total });
      if (next && prefetch && last) {
        ahead = ask(next);
        // Whoever asks for that page gets the error; whoever does not, has left.
        ahead.catch(() => {});
      }
      last = step;
      yield { items: step.items, total, cursor: next && encodeCursor(own, next) };
      if (step.next && !next) throwIfShort(step);
      place = next;
    }
  } finally {
    leave();
    stopListening();
  }

  /** A list that only goes round is not at its end while the vendor counts more: silence would lose records. */
  function throwIfShort({ next, total }: PageStep): void {
    const seen = next?.before;
    if (seen === undefined || total === undefined || seen >= total) return;
    const problem = { path: "", message: `the list goes round after ${seen} of ${total} records` };
    throw new SchemaError(vendor, operation, "response", [problem]);
  }
}

const nameOf = ({ position, link, after }: PagePosition): string => JSON.stringify([position, link, after]);

/** Compared whole only where the ends agree. */
function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  const isAlike = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  return a.length === b.length && isAlike(a[0], b[0]) && isAlike(a.at(-1), b.at(-1)) && isAlike(a, b);
}
