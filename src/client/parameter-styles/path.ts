/**
 * Serialises path parameters, and checks them before they are filled into a path, so that no value can address another operation: whatever
 * it is, the path keeps the segments of its template.
 */
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { ParameterRule } from "../../vendor.ts";
import { encodeText, expressionsIn, type OperationParameters, type PathSerializer } from "../parameters.ts";
import { encodeExcept, InexpressibleValue, serializeParameter, type Syntax } from "./style.ts";

type Values = Readonly<Record<string, unknown>>;
export type PathRules = Readonly<Record<string, ParameterRule>>;

const syntax: Syntax = {
  style: "simple",
  separator: ",",
  name: encodeText,
  value: encodeText,
  // A slash, a question mark and a hash end a segment (OpenAPI 3.2, "Path Templating").
  reserved: (text) => encodeExcept(text, /%[\dA-Fa-f]{2}|[^\w\-.~:@!$&'()*+,;=]/gu),
};

const parameter = /\{[^{}]+\}/gu;

/** Fills a template. A parameter without a value stays as it is written. @throws InexpressibleValue that names the parameter */
const fill = (template: string, values: Values, rules: PathRules = {}): string =>
  template.replace(parameter, (expression) => {
    const [name, rule] = readExpression(expression.slice(1, -1), values, rules);
    if (!Object.hasOwn(values, name)) return expression;
    try {
      return serializeParameter(name, values[name], rule, syntax) ?? expression;
    } catch (error) {
      throw error instanceof InexpressibleValue
        ? new InexpressibleValue(`params.path.${name} ${error.message}`)
        : error;
    }
  });

export const createPathSerializer =
  (rules?: PathRules): PathSerializer =>
  (template, values) =>
    fill(template, values, rules);

/** A name of RFC 6570 (`{;id*}`) says the style itself, where no parameter has that name as a whole. */
function readExpression(text: string, values: Values, rules: PathRules): readonly [name: string, rule: ParameterRule] {
  if (Object.hasOwn(rules, text)) return [text, rules[text] ?? {}];
  if (Object.hasOwn(values, text)) return [text, {}];
  const [, operator, name = text, explode] = /^([.;]?)(.*?)(\*?)$/u.exec(text) ?? [];
  const style = operator === ";" ? "matrix" : operator === "." ? "label" : "simple";
  return [name, { style, explode: explode === "*" }];
}

/**
 * Most values are numbers, or strings that encoding makes harmless: these take no serialising. Objects and lists, strings that can be part
 * of a dot segment, and parameters with a rule are serialised, and the path is compared with its template.
 *
 * @param hasOwnSerializer whether the caller serialises the path; what it does with objects and lists is the caller's own
 * @throws ConfigurationError that names the parameter
 */
export function checkPathParameters(
  vendor: string,
  operation: string,
  { path, expressions, rules }: OperationParameters,
  values: Values | undefined,
  hasOwnSerializer = false,
): void {
  let isUnusual = rules?.path !== undefined && !hasOwnSerializer;
  for (const name in values) {
    const value = values[name];
    const isText = typeof value === "string";
    if (value === "" || (isText && loneSurrogate.test(value))) throw wrongParameter(vendor, operation, name);
    if (typeof value === "object" && hasOwnSerializer) return;
    isUnusual ||= typeof value === "object" || (isText && value.startsWith("."));
  }
  for (const expression of expressions) isUnusual ||= values?.[expression] === undefined && !hasOwnSerializer;
  if (isUnusual) checkSegments(vendor, operation, path, values ?? {}, hasOwnSerializer ? undefined : rules?.path);
}

/** Compares a serialised path with its template, segment by segment. */
function checkSegments(vendor: string, operation: string, path: string, values: Values, rules?: PathRules): void {
  const template = path.split("/");
  const filled = serialize(vendor, operation, path, values, rules).split("/");
  for (const [index, segment] of template.entries()) {
    const text = filled[index] ?? "";
    const names = parameterNames(segment);
    if (names.length === 0 ? text === segment : isSegment(text) && fits(text, segment)) continue;
    throw wrongParameter(vendor, operation, ...names);
  }
  if (filled.length !== template.length) throw wrongParameter(vendor, operation, ...parameterNames(path));
}

/** Serialises as the call will. */
function serialize(vendor: string, operation: string, path: string, values: Values, rules?: PathRules): string {
  try {
    return fill(path, values, rules);
  } catch (error) {
    if (error instanceof InexpressibleValue)
      throw new ConfigurationError(vendor, `${operation}: ${error.message}; nothing was sent`);
    if (error instanceof URIError) throw wrongParameter(vendor, operation, ...parameterNames(path));
    throw error;
  }
}

/** Percent-encoding has no form for one (RFC 3629 §3). */
const loneSurrogate = /\p{Cs}/u;

const parameterNames = (template: string): string[] =>
  expressionsIn(template).map((expression) => expression.replace(/^[.;]|\*$/gu, ""));

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
