/**
 * Checks path parameters before they are filled into a path, so that no value can address another operation: whatever it is, the path
 * keeps the segments of its template.
 */
import { defaultPathSerializer } from "openapi-fetch";
import { ConfigurationError } from "../errors/configuration-error.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * Most values are numbers, or strings that encoding makes harmless: these take no serialising. Objects and lists, whose member names are
 * not encoded, and strings that can be part of a dot segment are serialised, and the path is compared with its template.
 *
 * @param hasOwnSerializer whether the caller serialises the path; what it does with objects and lists is the caller's own
 * @throws ConfigurationError that names the parameter
 */
export function checkPathParameters(
  vendor: string,
  operation: string,
  path: string,
  values: Values | undefined,
  hasOwnSerializer = false,
): void {
  let isUnusual = false;
  for (const name in values) {
    const value = values[name];
    const isText = typeof value === "string";
    if (value === "" || (isText && loneSurrogate.test(value))) throw wrongParameter(vendor, operation, name);
    if (typeof value === "object" && hasOwnSerializer) return;
    isUnusual ||= typeof value === "object" || (isText && value.startsWith("."));
  }
  if (isUnusual && values) checkSegments(vendor, operation, path, values);
}

/** Compares a serialised path with its template, segment by segment. */
function checkSegments(vendor: string, operation: string, path: string, values: Values): void {
  const template = path.split("/");
  const filled = serialize(path, values).split("/");
  for (const [index, segment] of template.entries()) {
    const text = filled[index] ?? "";
    const names = parameterNames(segment);
    if (names.length === 0 ? text === segment : isSegment(text) && fits(text, segment)) continue;
    throw wrongParameter(vendor, operation, ...names);
  }
  if (filled.length !== template.length) throw wrongParameter(vendor, operation, ...parameterNames(path));
}

/** Serialises as the call will; a value that openapi-fetch does not serialise, such as an object in an object, gives no path. */
function serialize(path: string, values: Values): string {
  try {
    return defaultPathSerializer(path, values);
  } catch {
    return "";
  }
}

/** Percent-encoding has no form for one (RFC 3629 §3). */
const loneSurrogate = /\p{Cs}/u;
const parameter = /\{[^{}]+\}/gu;

const parameterNames = (template: string): string[] =>
  Array.from(template.matchAll(parameter), ([match]) => match.slice(1, -1).replace(/^[.;]|\*$/gu, ""));

/** True for one segment (RFC 3986 §3.3) that is neither empty nor a dot segment (§5.2.4), percent-encoded ones included. */
const isSegment = (text: string): boolean =>
  /^(?:[\w\-.~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+$/u.test(text) && !/^(?:\.|%2e){1,2}$/iu.test(text);

/** True where the literal parts of a template's segment are in the text, in their order. */
function fits(text: string, segment: string): boolean {
  const literals = segment.split(parameter);
  const first = literals.shift() ?? "";
  const last = literals.pop() ?? "";
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let rest = text.slice(first.length, text.length - last.length);
  for (const literal of literals) {
    const at = rest.indexOf(literal);
    if (at < 0) return false;
    rest = rest.slice(at + literal.length);
  }
  return true;
}

const wrongParameter = (vendor: string, operation: string, ...names: readonly string[]): ConfigurationError =>
  new ConfigurationError(
    vendor,
    `${operation}: ${names.map((name) => `params.path.${name}`).join(" and ")} must be one segment of the path: not empty, not "." or "..", without /, ? and #; nothing was sent`,
  );
