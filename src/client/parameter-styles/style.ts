/**
 * Serialises a parameter's value by its style (OpenAPI 3.2 §4.12 "Style Examples"; RFC 6570 §3.2 for all but the last four):
 *
 * | style | explode | a string | a list | an object |
 * | --- | --- | --- | --- | --- |
 * | simple | false, true | `blue` | `blue,black` | `R,100,G,200`, `R=100,G=200` |
 * | label | false, true | `.blue` | `.blue,black`, `.blue.black` | `.R,100,G,200`, `.R=100.G=200` |
 * | matrix | false, true | `;c=blue` | `;c=blue,black`, `;c=blue;c=black` | `;c=R,100,G,200`, `;R=100;G=200` |
 * | form | false, true | `c=blue` | `c=blue,black`, `c=blue&c=black` | `c=R,100,G,200`, `R=100&G=200` |
 * | cookie | true | `c=blue` | `c=blue; c=black` | `R=100; G=200` |
 * | spaceDelimited, pipeDelimited, tabDelimited | false | | `c=blue%20black` | `c=R%20100%20G%20200` |
 * | deepObject | | | | `c%5BR%5D=100&c%5BG%5D=200` |
 *
 * `undefined`, `null`, and lists and objects without members are undefined in RFC 6570 §2.3: they are left out, in lists and objects too.
 */
import { toJsonText } from "../../util/json.ts";
import type { ParameterRule } from "../../vendor.ts";
import { encodeText } from "../parameters.ts";

/** How the parts of a place are written. */
export interface Syntax {
  /** The style where no rule names one. */
  readonly style: "simple" | "form";
  /** What separates exploded members where the style has no own separator. */
  readonly separator: string;
  /** Encodes a name that the document gives. */
  name(text: string): string;
  /** Encodes a value, and a name that the value gives. */
  value(text: string): string;
  /** As `value`, with `allowReserved`. */
  reserved(text: string): string;
}

/** Says what a style cannot express. */
export class InexpressibleValue extends Error {}

const itemSeparators: Readonly<Record<string, string>> = {
  spaceDelimited: " ",
  pipeDelimited: "|",
  tabDelimited: "\t",
};

/**
 * @returns the parameter as it is written, with its name where the style has one; undefined for a value that is left out
 * @throws InexpressibleValue
 */
export function serializeParameter(
  name: string,
  given: unknown,
  rule: ParameterRule,
  syntax: Syntax,
): string | undefined {
  const value = toPlain(given);
  if (value === undefined || value === null) return undefined;
  const { style = syntax.style } = rule;
  const encode = rule.allowReserved ? syntax.reserved : syntax.value;
  const isNamed = syntax.style === "form" || style === "matrix";
  const toPair = (key: string, text: string): string => (style === "matrix" && text === "" ? key : `${key}=${text}`);
  const toNamed = (text: string): string => (isNamed ? toPair(syntax.name(name), text) : text);
  const prefix = style === "label" ? "." : style === "matrix" ? ";" : "";

  if (rule.content !== undefined) return prefix + toNamed(encode(toContent(value, rule.content)));
  if (typeof value !== "object") return prefix + toNamed(encode(toText(value)));
  if (style === "deepObject") return deepMembers(syntax.name(name), value, encode, 0).join("&") || undefined;
  const isList = Array.isArray(value);
  const members = membersOf(value).map(([key, member]) => [syntax.value(key), encode(toText(member, style))] as const);
  if (members.length === 0) return undefined;
  const { explode = style === "form" || style === "cookie" } = rule;
  if (!explode) {
    const texts = members.flatMap(([key, text]) => (isList ? [text] : [key, text]));
    const separator = itemSeparators[style];
    return prefix + toNamed(texts.join(separator === undefined ? "," : syntax.value(separator)));
  }
  const separator = prefix || syntax.separator;
  return prefix + members.map(([key, text]) => (isList ? toNamed(text) : toPair(key, text))).join(separator);
}

/** Bracketed members. OpenAPI leaves members that are objects and lists open: objects nest, and items are numbered, as in a form. */
function deepMembers(prefix: string, value: object, encode: (text: string) => string, depth: number): string[] {
  if (depth > maxDepth) throw new InexpressibleValue("is nested too deeply");
  return membersOf(value).flatMap(([key, member]) => {
    const name = `${prefix}%5B${encodeText(key)}%5D`;
    return typeof member === "object"
      ? deepMembers(name, member ?? {}, encode, depth + 1)
      : [`${name}=${encode(toText(member))}`];
  });
}

const maxDepth = 20;

/** The own members that have a value. */
const membersOf = (value: object): [name: string, member: unknown][] =>
  Object.entries(value).flatMap(([key, given]): [string, unknown][] => {
    const member = toPlain(given);
    return member === undefined || member === null ? [] : [[key, member]];
  });

/** A date and the like are what they are in JSON. */
function toPlain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return value.toJSON();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && Object.keys(value).length === 0)
    throw new InexpressibleValue("is an object without own members; pass a string");
  return value;
}

function toText(value: unknown, style = "form"): string {
  if (typeof value === "object")
    throw new InexpressibleValue(
      `contains an object or a list inside another, which the style ${style} cannot express`,
    );
  if (typeof value === "function" || typeof value === "symbol")
    throw new InexpressibleValue(`is a ${typeof value}; give a string, a number, a boolean, a list or an object`);
  return String(value);
}

/** A value that a media type writes (OpenAPI, Parameter Object, `content`). */
export function toContent(value: unknown, mediaType: string): string {
  if (/[/+]json\s*(?:;|$)/iu.test(mediaType)) return toJsonText(value);
  if (typeof value === "object")
    throw new InexpressibleValue(`is an object, which cannot be serialised as ${mediaType}; pass a string`);
  return toText(value);
}

/** Encodes what is not allowed; percent-encoded triplets stay (RFC 6570 §3.2.3). @param allowed a class that excludes what is encoded */
export const encodeExcept = (text: string, encoded: RegExp): string =>
  text.replace(encoded, (part) => (part.length === 3 ? part : encodeURIComponent(part)));
