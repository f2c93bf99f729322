/** Characters that a reader does not see as they are: they end a line, turn the direction of what follows, or are not shown at all. */

/** Controls, formats, separators, lone surrogates and what is ignored by default; text with them can pass for code (CVE-2021-42574). */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** The same without the tab, the newline, joiners and variation selectors, which ordinary text needs. */
const removed =
  /(?![\t\n]|\u200C|\u200D|[\uFE00-\uFE0F])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

const lineEnds = /\r\n|[\r\v\f\u0085\u2028\u2029]/gu;

/** One line for a terminal, or inside a JSON string: unseen characters are spelled as UTF-16 escapes. */
export const escapeUnseen = (text: string): string => text.replace(unseen, toEscapes);

/** Lines that end with `\n` alone, without unseen characters. */
export const removeUnseen = (text: string): string => text.replace(lineEnds, "\n").replace(removed, "");

const toEscapes = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => toEscape(character.charCodeAt(index))).join("");

const toEscape = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;
