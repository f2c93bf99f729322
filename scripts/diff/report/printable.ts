/** Names and values of a document as text for a terminal or a page: whatever they hold does nothing there. */
import { escapeUnseen } from "../../codegen/util/characters.ts";
import type { Json } from "../../codegen/util/json.ts";

const longest = 100;

/** JSON on one line, cut where it is long. */
export function printableValue(value: Json): string {
  const text = escapeUnseen(typeof value === "string" ? value : JSON.stringify(value));
  // Not between the two halves of a character.
  return text.length > longest ? `${text.slice(0, longest).replace(/\p{Cs}$/u, "")}…` : text;
}

/** `a → b`, or the one there is. */
export const valuesOf = ({ before, after }: { readonly before?: Json; readonly after?: Json }): string[] =>
  [before, after].flatMap((value) => (value === undefined ? [] : [printableValue(value)]));

/** `a, b, c and 3 more`. */
export const listOf = (names: readonly string[], most = 2): string =>
  names.length > most + 1 ? `${names.slice(0, most).join(", ")} and ${names.length - most} more` : names.join(", ");
