/**
 * Reads a parameter's texts out of a request by its style (OpenAPI 3.1 §4.8.12.2.5, "Style Examples"), strictly: a list or an object in another
 * style than the document's is refused. Delimiters are those that are written out; percent-encoded ones are part of a value.
 */
import type { DocumentParameter } from "../spec/document-operation.ts";

/** Says how the parameter should have been sent. */
export class WrongStyle extends Error {}

/** A value as texts: of a scalar, of the items of a list, or of an object's members. */
export type Texts = string | readonly string[] | Members;
export interface Members {
  readonly [name: string]: string | Members;
}

export type Shape = "scalar" | "list" | "object";

export interface RawPair {
  readonly name: string;
  /** Percent-encoded. */
  readonly value: string;
}

export const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
const decodeForm = (text: string): string => decode(text.replaceAll("+", " "));

export const rawPairs = (search: string): RawPair[] =>
  search
    .replace(/^\?/u, "")
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.includes("=") ? part.indexOf("=") : part.length;
      return { name: decodeForm(part.slice(0, at)), value: part.slice(at + 1) };
    });

/** What separates values that are joined, as it is written in a URL. */
const delimiters: Readonly<Record<string, readonly [written: RegExp, name: string]>> = {
  spaceDelimited: [/%20|\+/gu, "spaces"],
  pipeDelimited: [/\||%7C/giu, "pipes"],
  tabDelimited: [/%09/gu, "tabs"],
};
const comma = [/,/gu, "commas"] as const;

/** @param properties names of an object's members, which are parameters of their own in the style `form` */
export function readQueryTexts(
  parameter: DocumentParameter,
  shape: Shape,
  pairs: readonly RawPair[],
  properties: readonly string[],
): Texts | undefined {
  const { name, style = "form" } = parameter;
  const own = pairs.filter((pair) => pair.name === name).map(({ value }) => value);
  const inBrackets = pairs.filter((pair) => pair.name.startsWith(`${name}[`));
  if (style === "deepObject") {
    if (own.length > 0) throw new WrongStyle(`is an object whose members are written as ${name}[member]=value`);
    return readBrackets(name, inBrackets);
  }
  if (inBrackets.length > 0) throw new WrongStyle(`has the style ${style}, which has no brackets`);
  const isExploded = parameter.explode ?? style === "form";
  if (shape === "object" && isExploded) {
    const members = pairs.filter((pair) => properties.includes(pair.name));
    if (own.length > 0 && !properties.includes(name))
      throw new WrongStyle("is an object whose members are parameters of their own");
    return members.length === 0
      ? undefined
      : Object.fromEntries(members.map((pair) => [pair.name, decodeForm(pair.value)]));
  }
  const [first] = own;
  if (first === undefined) return undefined;
  if (shape === "list" && isExploded) {
    if (own.length === 1 && first.includes(",") && parameter.allowReserved !== true)
      throw new WrongStyle("is repeated for each of its values, which no comma separates");
    return own.map(decodeForm);
  }
  if (own.length > 1)
    throw new WrongStyle(
      shape === "scalar" ? `comes ${own.length} times` : `comes once, its values separated by ${delimiterOf(style)[1]}`,
    );
  if (shape === "scalar") return decodeForm(first);
  return joined(first.split(delimiterOf(style)[0]).map(decodeForm), shape);
}

const delimiterOf = (style: string) => delimiters[style] ?? comma;

/** `a[b][c]=1` as objects; numbered members as one writes lists. */
function readBrackets(name: string, pairs: readonly RawPair[]): Members | undefined {
  if (pairs.length === 0) return undefined;
  const root: { [name: string]: string | Members } = Object.create(null);
  for (const pair of pairs) {
    const path = Array.from(pair.name.slice(name.length).matchAll(/\[([^[\]]*)\]/gu), ([, part = ""]) => part);
    const last = path.pop();
    if (last === undefined) throw new WrongStyle(`is an object whose members are written as ${name}[member]=value`);
    let at: { [name: string]: string | Members } = root;
    for (const part of path) {
      const inner: { [name: string]: string | Members } = Object.create(null);
      const found = at[part];
      if (typeof found === "object") at = found as typeof at;
      else {
        at[part] = inner;
        at = inner;
      }
    }
    at[last] = decodeForm(pair.value);
  }
  return root;
}

function joined(texts: readonly string[], shape: Shape): Texts {
  if (shape === "list") return texts;
  if (texts.length % 2 === 1) throw new WrongStyle("is an object whose names and values alternate");
  return Object.fromEntries(
    texts.flatMap((text, index) => (index % 2 === 0 ? [[text, texts[index + 1] ?? ""] as const] : [])),
  );
}

/** @param raw the segment's part, percent-encoded */
export function readPathTexts(
  { name, style = "simple", explode = false }: DocumentParameter,
  shape: Shape,
  raw: string,
): Texts {
  if (style === "label" && !raw.startsWith(".")) throw new WrongStyle("begins with a dot");
  if (style === "matrix") return readMatrix(name, shape, raw, explode);
  const rest = style === "label" ? raw.slice(1) : raw;
  if (shape === "scalar") return decode(rest);
  const parts = rest.split(
    style === "label" && explode ? "." : style === "label" || style === "simple" ? "," : delimiterOf(style)[0],
  );
  return shape === "object" && explode ? assignments(parts) : joined(parts.map(decode), shape);
}

function readMatrix(name: string, shape: Shape, raw: string, explode: boolean): Texts {
  if (!raw.startsWith(";")) throw new WrongStyle("begins with a semicolon");
  const parts = raw.slice(1).split(";");
  if (shape === "object" && explode) return assignments(parts);
  const values = parts.map((part) => {
    if (part !== name && !part.startsWith(`${name}=`)) throw new WrongStyle(`is written as ;${name}=value`);
    return part.slice(name.length + 1);
  });
  if (shape === "list" && explode) return values.map(decode);
  const [value = ""] = values;
  if (values.length > 1) throw new WrongStyle("is written once, its values separated by commas");
  return shape === "scalar" ? decode(value) : joined(value.split(",").map(decode), shape);
}

/** @param value a header's, which is not percent-encoded */
export function readHeaderTexts({ explode = false }: DocumentParameter, shape: Shape, value: string): Texts {
  if (shape === "scalar") return value;
  const parts = value.split(",").map((part) => part.trim());
  return shape === "object" && explode ? assignments(parts) : joined(parts, shape);
}

function assignments(parts: readonly string[]): Members {
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf("=");
      if (at < 0) throw new WrongStyle("is an object whose members are written as name=value");
      return [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    }),
  );
}

/** @param header the Cookie header (RFC 6265 §4.2.1) */
export function readCookieTexts(
  parameter: DocumentParameter,
  shape: Shape,
  header: string,
  properties: readonly string[],
): Texts | undefined {
  const pairs = header
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.includes("="));
  const found = pairs.map((pair) => ({
    name: decode(pair.slice(0, pair.indexOf("="))),
    value: pair.slice(pair.indexOf("=") + 1),
  }));
  return readQueryTexts({ ...parameter, style: "form", explode: parameter.explode ?? true }, shape, found, properties);
}
