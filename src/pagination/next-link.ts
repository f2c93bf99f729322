/** Links to a next page: found in a Link header (RFC 8288), followed as they stand, and only within the vendor's own origin. */
import { TransportError } from "../errors/transport-error.ts";
import { type Init, isObject } from "./page-parameters.ts";

export interface LinkContext {
  readonly vendor: string;
  readonly operation: string;
  readonly origin: string;
  /** Query parameters that carry credentials: an echo of them is left out, since they are set anew on every request. */
  readonly secrets: readonly string[];
}

/** Path and query of a link, or all of it where it leads elsewhere: whoever follows it is told then. */
export function toRelativeLink({ origin, secrets }: LinkContext, link: string, base: string): string {
  // Without an address to start from (a custom fetch tells none) a query alone stands for the same path.
  if (base === "" && link.startsWith("?")) return link;
  const url = URL.parse(link, base || origin);
  if (url?.origin !== origin) return url?.href ?? link;
  for (const name of secrets) url.searchParams.delete(name);
  return url.pathname + url.search;
}

/**
 * The call, sent to a link's path and query to the letter: what a vendor made may be more than parameters put together anew.
 *
 * @throws TransportError for another origin
 */
export function followLink(init: Init, { vendor, operation, origin }: LinkContext, link: string): Init {
  const url = URL.parse(link, origin);
  if (url?.origin !== origin) {
    const place = url ? url.origin : "no URL";
    const message = `the next page of ${operation} is said to be at ${place}; it is not followed`;
    throw new TransportError(vendor, "origin", message);
  }
  const params = isObject(init.params) ? init.params : {};
  const query = { params: { ...params, query: {} }, querySerializer: () => url.search };
  if (link.startsWith("?")) return { ...init, ...query };
  // openapi-fetch takes an address from this where there are path parameters.
  return { ...init, ...query, params: { path: {}, ...query.params }, pathSerializer: () => origin + url.pathname };
}

const linkValue = /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))?)*)/gu;

/** The target whose relation types, which are compared without case, include `next`; only the first `rel` of a link counts (§3.3). */
export function nextFromLinkHeader(headers: Headers): string | undefined {
  for (const [, target, parameters = ""] of (headers.get("link") ?? "").matchAll(linkValue)) {
    const [, quoted, bare = ""] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/iu.exec(parameters) ?? [];
    if ((quoted ?? bare).toLowerCase().split(/\s+/u).includes("next")) return target;
  }
  return undefined;
}
