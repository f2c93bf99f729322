/** Text for a terminal: what documents, files and vendors hold does nothing there. */

/** Controls, formats, separators, lone surrogates and what is ignored by default, except the tab and the end of a line. */
const hidden = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** The sequences of our own: the line of progress is removed, and a report has colours. */
const esc = "\u001B";
const ownLine = `\r${esc}[2K`;
const ownStyle = new RegExp(`(${esc}\\[(?:1|2|22|31|32|33|36|39)m)`, "u");

/** Spells out as UTF-16 escapes every character that changes what a terminal shows. Inside JSON the escapes mean the same. */
export function toTerminalText(text: string): string {
  const line = text.startsWith(ownLine) ? ownLine : "";
  const parts = text.slice(line.length).split(ownStyle);
  return line + parts.map((part, index) => (index % 2 === 1 ? part : part.replace(hidden, toEscapes))).join("");
}

const toEscapes = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
