/** Encodes an object as a form's fields (OpenAPI 3.1 §4.8.15, §4.8.12.4). */
import { toJsonText } from "../../util/json.ts";
import type { FieldEncoding } from "../../vendor.ts";

export type Encoding = Readonly<Record<string, FieldEncoding>>;

/** Leaves out members that are `undefined` or `null`: a form cannot express them. */
export function toUrlEncoded(members: object, encoding: Encoding = {}): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    for (const [key, text] of fieldsOf(name, value, encoding[name] ?? {})) fields.append(key, text);
  }
  return fields;
}

type Field = readonly [name: string, text: string];

const separators = {
  form: ",",
  spaceDelimited: " ",
  pipeDelimited: "|",
  tabDelimited: "\t",
  deepObject: ",",
} as const;

/** The fields of one member. */
export function fieldsOf(name: string, value: unknown, rule: FieldEncoding): Field[] {
  if (value === undefined || value === null) return [];
  const { style = "form", explode = style === "form" } = rule;
  if (style === "deepObject" && typeof value === "object") return deepFields(name, value);
  if (Array.isArray(value)) {
    const texts = value.filter((item) => item !== undefined && item !== null).map(toFormValue);
    if (explode) return texts.map((text) => [name, text]);
    return texts.length === 0 ? [] : [[name, texts.join(separators[style])]];
  }
  const isStyled = rule.style !== undefined || rule.explode !== undefined;
  if (typeof value !== "object" || !isStyled) return [[name, toFormValue(value)]];
  const pairs = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  if (explode) return pairs.map(([key, member]) => [key, toFormValue(member)]);
  if (pairs.length === 0) return [];
  return [[name, pairs.flatMap(([key, member]) => [key, toFormValue(member)]).join(separators[style])]];
}

/** Style `deepObject`: `a[b][c]=1`. OpenAPI does not define it for lists; servers that read this style expect their items numbered. */
function deepFields(name: string, value: unknown): Field[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object") return [[name, toFormValue(value)]];
  return Object.entries(value).flatMap(([key, member]) => deepFields(`${name}[${key}]`, member));
}

/** Converts a member to text; an object or a list is sent as JSON where no style says otherwise. */
export const toFormValue = (value: unknown): string => (typeof value === "object" ? toJsonText(value) : String(value));
