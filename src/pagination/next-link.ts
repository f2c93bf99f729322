/**
 * Links to the next page: read from a Link header (RFC 8288), and followed on the API's own origin alone.
 *
 * | the link leads to | what is followed |
 * | --- | --- |
 * | the API's origin, or no origin is named | its path and query, verbatim |
 * | the API's host by http or another port | the same, on the API's own origin: a proxy in front ends TLS |
 * | another host, at or below the API's base path (without one: the operation's own path) | the same: the address of a gateway behind the API |
 * | anything else | nothing; a `TransportError` |
 */
import { defaultPathSerializer } from "openapi-fetch";
import type { Redactor } from "../errors/redactor.ts";
import { SchemaError } from "../errors/schema-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type Init, toMembers } from "./page-parameters.ts";

export interface LinkContext {
  readonly vendor: string;
  readonly operation: string;
  readonly origin: string;
  /** The URL below which a link to another host is still the API's: the base URL, or without a base path the operation's own. */
  readonly place: string;
  /**
   * Query parameters that carry credentials. They are removed from links, as are others whose value is a known credential or token:
   * every request sets its own.
   */
  readonly secrets: readonly string[];
  readonly redactor: Redactor;
}

/** Reduces a link to its path and query. A link that is none of the API's stays whole, so that `followLink` rejects it. */
export function toRelativeLink(context: LinkContext, link: string, base: string): string {
  const { origin, place } = context;
  // Without a base URL (a custom fetch reports none), a query alone means the same path.
  if (base === "" && link.startsWith("?")) return withoutSecrets(link, context);
  const url = URL.parse(link, base || origin);
  if (!url) return link;
  if (url.origin !== origin && !isSameApi(url, URL.parse(place))) return url.href;
  return url.pathname + withoutSecrets(url.search, context);
}

/** Keeps the other parameters as they are written. */
function withoutSecrets(search: string, { secrets, redactor }: LinkContext): string {
  const isSecret = (value: string) =>
    redactor.findSecrets(value).some(({ start, end }) => end - start === value.length);
  const kept = search
    .slice(1)
    .split("&")
    .filter((part) =>
      [...new URLSearchParams(part)].every(([name, value]) => !secrets.includes(name) && !isSecret(value)),
    );
  const query = kept.join("&");
  return query === "" ? "" : `?${query}`;
}

/** True for the API by another address. Only the path and query of the link are followed, so that nothing is sent to that address. */
function isSameApi({ protocol, hostname, pathname }: URL, place: URL | null): boolean {
  if (!place || (protocol !== "https:" && protocol !== "http:")) return false;
  return hostname === place.hostname || isBelow(pathname, place.pathname);
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
    const message = `the link to the next page of ${operation} leads to ${target}, and to a path that is not the API's; it is not followed`;
    throw new TransportError(vendor, "origin", message);
  }
  const params = toMembers(init.params);
  const query = { params: { ...params, query: {} }, querySerializer: () => url.search };
  if (link.startsWith("?")) return { ...init, ...query };
  // openapi-fetch uses the path serialiser only where there are path parameters.
  return { ...init, ...query, params: { path: {}, ...query.params }, pathSerializer: () => origin + url.pathname };
}

/** The base URL of a call, without a slash at its end. */
const baseOf = (base: string, { baseUrl }: Init): string =>
  (typeof baseUrl === "string" ? baseUrl : base).replace(/\/$/u, "");

/** See `LinkContext`. */
export function placeOf(base: string, path: string, init: Init): string {
  const url = baseOf(base, init);
  return URL.parse(url)?.pathname === "/" ? ownUrl(base, path, init) : url;
}

/** The URL of an operation without its query, as a call sends it. */
export function ownUrl(base: string, path: string, init: Init): string {
  const { params, pathSerializer } = init;
  const template = `${baseOf(base, init)}${path}`;
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
  return !isBelow(place.pathname, ownPlace.pathname);
}

function isBelow(pathname: string, own: string): boolean {
  const segments = toSegments(pathname);
  return toSegments(own).every((segment, index) => segments[index] === segment);
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
