/** Compares two requests exactly, after normalising percent-encoding (RFC 3986 §6.2.2). */

export interface ComparedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
}

export type Part = "method" | "host" | "path" | "query" | "header" | "accept";

export interface Difference {
  readonly part: Part;
  readonly ours: string;
  readonly theirs: string;
}

export function compareRequests(ours: ComparedRequest, theirs: ComparedRequest): Difference[] {
  const mine = split(ours.url);
  const other = split(theirs.url);
  const names = [...new Set([...ours.headers.keys(), ...theirs.headers.keys()])].sort();
  const parts: readonly (readonly [Part, string, string])[] = [
    ["method", ours.method.toUpperCase(), theirs.method.toUpperCase()],
    ["host", mine.host, other.host],
    ["path", mine.path, other.path],
    ["query", mine.query, other.query],
    ...names.map((name) => ["header", lineOf(ours, name), lineOf(theirs, name)] as const),
  ];
  return parts.flatMap(([part, a, b]) => (a === b ? [] : [{ part, ours: a, theirs: b }]));
}

const lineOf = ({ headers }: ComparedRequest, name: string): string => `${name}: ${headers.get(name) ?? "(absent)"}`;

function split(url: string): { readonly host: string; readonly path: string; readonly query: string } {
  const [, host = "", path = "", query = ""] = /^([a-z]+:\/\/[^/?#]*)([^?#]*)(?:\?([^#]*))?/iu.exec(url) ?? [];
  // The order of parameters has no meaning; that of the values of one parameter does, which sorting by name keeps.
  const pairs = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => normalize(pair, "query"));
  const sorted = pairs.sort((a, b) => compareTexts(nameOf(a), nameOf(b)));
  return { host: host.toLowerCase(), path: normalize(path, "path").replace(/^$/u, "/"), query: sorted.join("&") };
}

const nameOf = (pair: string): string => pair.split("=", 1)[0] ?? "";
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Decodes what every reader takes for the same, encoded or not, and encodes what a URL cannot hold. Other characters are delimiters: whether
 * they are encoded has a meaning.
 */
export function normalize(text: string, place: "path" | "query"): string {
  const isSame = place === "path" ? /^[\w\-.~!'()*$:@]$/u : /^[\w\-.~!'()*$:@/?]$/u;
  return text.replace(/(?:%[0-9A-Fa-f]{2})+|[^\w\-.~!'()*$:@/?%&=+,;#]/gu, (found) =>
    Array.from(decode(found), (character) => (isSame.test(character) ? character : encodeURIComponent(character))).join(
      "",
    ),
  );
}

function decode(text: string): string {
  try {
    return text.startsWith("%") ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}
