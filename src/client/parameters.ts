/**
 * Serialises plain parameters in the default styles. Whatever needs more (a style of the document, an object, a cookie, a value that may leave
 * its segment of the path) is serialised by parameter-styles, which is imported on demand.
 */
import type { QuerySerializerOptions } from "openapi-fetch";
import type { ParameterRules } from "../vendor.ts";

export type QuerySerializer = (query: Readonly<Record<string, unknown>>) => string;
export type PathSerializer = (path: string, values: Readonly<Record<string, unknown>>) => string;
export type OwnQuerySerializer = QuerySerializer | QuerySerializerOptions;

/** The parameters of a call, without the types of a vendor. */
export interface UntypedParameters {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly cookie?: Readonly<Record<string, unknown>>;
}

export interface ParameterInput {
  readonly params?: UntypedParameters | undefined;
  readonly querySerializer?: OwnQuerySerializer | undefined;
}

/** What is known of an operation's parameters before it is called. */
export interface OperationParameters {
  /** The path of the document without its query. */
  readonly path: string;
  /** What is between the braces of the path. */
  readonly expressions: readonly string[];
  /** The query in the document's path. */
  readonly fixedQuery: string | undefined;
  /** The rules of parameters that differ from the defaults. */
  readonly rules: ParameterRules | undefined;
}

export function resolveParameters(path: string, rules: ParameterRules | undefined): OperationParameters {
  // Some documents tell operations apart by a query or a fragment in the path. A fragment is not sent (RFC 3986 §3.5).
  const [, plain = path, fixedQuery] = /^([^?#]*)(?:\?([^#]*))?/u.exec(path) ?? [];
  return { rules, path: plain, expressions: expressionsIn(plain), fixedQuery: fixedQuery || undefined };
}

const expression = /\{([^{}]+)\}/gu;

/** The expressions of a path template, without their braces. */
export const expressionsIn = (template: string): string[] =>
  Array.from(template.matchAll(expression), ([, name = ""]) => name);

/** True for a call whose parameters need no styles. @param ofClient the serialiser that the caller gave to the client */
export function isPlainCall(
  { rules, fixedQuery, expressions }: OperationParameters,
  { params, querySerializer }: ParameterInput,
  ofClient: OwnQuerySerializer | undefined,
): boolean {
  if (rules || fixedQuery !== undefined || typeof (querySerializer ?? ofClient) === "object") return false;
  const { path, query, header, cookie } = params ?? {};
  return (
    cookie === undefined &&
    expressions.every((name) => path !== undefined && Object.hasOwn(path, name)) &&
    everyValue(path, isSegment) &&
    everyValue(query, isPlainQuery) &&
    everyValue(header, (value) => isAbsent(value) || isText(value))
  );
}

function everyValue(
  values: Readonly<Record<string, unknown>> | undefined,
  test: (value: unknown, name: string) => boolean,
): boolean {
  for (const name in values) if (!test(values[name], name)) return false;
  return true;
}

const isPlainQuery = (value: unknown, name: string): boolean =>
  isText(name) && (Array.isArray(value) ? value.every(isText) : isAbsent(value) || isText(value));

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** True for a value that is its own text. Percent-encoding has no form for half of a surrogate pair (RFC 3629 §3). */
const isText = (value: unknown): boolean =>
  typeof value === "string" ? !loneSurrogate.test(value) : typeof value === "number" || typeof value === "boolean";

const loneSurrogate = /\p{Cs}/u;

/** Percent-encoding makes every text one segment of the path, unless it is empty or a dot segment (RFC 3986 §5.2.4). */
const isSegment = (value: unknown): boolean => isText(value) && !/^(?:\.|$)/u.test(String(value));

/** Each item of a list is a pair of its own (the style `form`, exploded). */
export function serializePlainQuery(query: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : isAbsent(value) ? [] : [value];
    for (const item of items) pairs.push(`${encodeName(name)}=${encodeText(String(item))}`);
  }
  return pairs.join("&");
}

export const serializePlainPath: PathSerializer = (template, values) =>
  template.replace(expression, (whole, name: string) =>
    Object.hasOwn(values, name) ? encodeText(String(values[name])) : whole,
  );

/** Percent-encodes everything that is not unreserved (RFC 6570 §3.2.2). */
export const encodeText = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/gu, encodeCharacter);

const encodeCharacter = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Characters of names that have no meaning in a query (RFC 3986 §3.4): `$top` and `created:gte` stay as vendors write them. */
const unusualInName = /[^\w\-.~$:@!'()*,/]+/gu;

export const encodeName = (name: string): string => name.replace(unusualInName, encodeURIComponent);
