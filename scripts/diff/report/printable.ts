/** Names and values of a document as text for a terminal or a page: whatever they hold does nothing there. */
import type { Json } from "../../codegen/util/json.ts";

const longest = 100;

/** Controls, and characters that turn or hide what stands beside them, are spelled out. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });

/** JSON on one line, cut where it is long. */
export function printableValue(value: Json): string {
  const text = printable(typeof value === "string" ? value : JSON.stringify(value));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** `a → b`, or the one there is. */
export const valuesOf = ({ before, after }: { readonly before?: Json; readonly after?: Json }): string[] =>
  [before, after].flatMap((value) => (value === undefined ? [] : [printableValue(value)]));

/** `a, b, c and 3 more`. */
export const listOf = (names: readonly string[], most = 2): string =>
  names.length > most + 1 ? `${names.slice(0, most).join(", ")} and ${names.length - most} more` : names.join(", ");
