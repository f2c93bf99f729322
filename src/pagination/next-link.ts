/** Links to the next page: read from a Link header (RFC 8288), followed verbatim, and only within the vendor's own origin. */
import { defaultPathSerializer } from "openapi-fetch";
import type { Redactor } from "../errors/redactor.ts";
import { SchemaError } from "../errors/schema-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type Init, isObject, toMembers } from "./page-parameters.ts";

export interface LinkContext {
  readonly vendor: string;
  readonly operation: string;
  readonly origin: string;
  /** Query parameters that carry credentials. They are removed from links: every request sets its own. */
  readonly secrets: readonly string[];
  readonly redactor: Redactor;
}

/** Reduces a link to its path and query. A link to another origin stays whole, so that `followLink` rejects it. */
export function toRelativeLink({ origin, secrets }: LinkContext, link: string, base: string): string {
  // Without a base URL (a custom fetch reports none), a query alone means the same path.
  if (base === "" && link.startsWith("?")) return link;
  const url = URL.parse(link, base || origin);
  if (url?.origin !== origin) return url?.href ?? link;
  for (const name of secrets) url.searchParams.delete(name);
  return url.pathname + url.search;
}

/**
 * Directs a call to a link's exact path and query. Parsing the link into parameters and serialising them again might change it.
 *
 * @throws TransportError for another origin
 */
export function followLink(init: Init, { vendor, operation, origin, redactor }: LinkContext, link: string): Init {
  const url = URL.parse(link, origin);
  if (url?.origin !== origin) {
    const target = url ? redactor.redact(url.origin) : "no URL";
    const message = `the link to the next page of ${operation} leads to ${target}; it is not followed`;
    throw new TransportError(vendor, "origin", message);
  }
  const params = isObject(init.params) ? init.params : {};
  const query = { params: { ...params, query: {} }, querySerializer: () => url.search };
  if (link.startsWith("?")) return { ...init, ...query };
  // openapi-fetch uses the path serialiser only where there are path parameters.
  return { ...init, ...query, params: { path: {}, ...query.params }, pathSerializer: () => origin + url.pathname };
}

/** The URL of an operation without its query, as a call sends it. */
export function ownUrl(base: string, path: string, { baseUrl, params, pathSerializer }: Init): string {
  const template = `${(typeof baseUrl === "string" ? baseUrl : base).replace(/\/$/u, "")}${path}`;
  const values = toMembers(toMembers(params).path);
  return typeof pathSerializer === "function"
    ? String(pathSerializer(template, values))
    : defaultPathSerializer(template, values);
}

/**
 * True for a link that leads neither to the operation's own path nor below it, where some vendors have their next pages. Segments are
 * compared, however they are percent-encoded. A link to another origin is rejected by `followLink`.
 *
 * @param own the operation's own URL
 */
export function leavesPath(link: string, own: string): boolean {
  const ownPlace = URL.parse(own);
  const place = URL.parse(link, own);
  if (!ownPlace || !place || place.origin !== ownPlace.origin) return false;
  const segments = toSegments(place.pathname);
  return toSegments(ownPlace.pathname).some((segment, index) => segments[index] !== segment);
}

const toSegments = (pathname: string): string[] => pathname.replace(/\/$/u, "").split("/").map(decodeSegment);

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A longer header is not read. */
const maxLinkLength = 65_536;
/** A target holds no `<` (RFC 3986 §2), so that a header of `<` alone is read once. */
const linkValue = /<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))?)*)/gu;

/**
 * Finds the target whose relation types include `next`, without regard to case. Only the first `rel` of a link counts (§3.3).
 *
 * @throws SchemaError for a header that is too long: the list would end early
 */
export function nextFromLinkHeader({ vendor, operation }: LinkContext, headers: Headers): string | undefined {
  const header = headers.get("link") ?? "";
  if (header.length > maxLinkLength) {
    const problem = { path: "", message: `the Link header is longer than ${maxLinkLength} characters` };
    throw new SchemaError(vendor, operation, "response", [problem]);
  }
  for (const [, target, parameters = ""] of header.matchAll(linkValue)) {
    const [, quoted, bare = ""] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/iu.exec(parameters) ?? [];
    if ((quoted ?? bare).toLowerCase().split(/\s+/u).includes("next")) return target;
  }
  return undefined;
}
