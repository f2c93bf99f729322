/** Finds the part at a path in a JSON text without building it: a long document is searched for few places. */
import { endOfString } from "../util/ts-literal.ts";
import type { Path } from "../util/json.ts";

/** The offset of the member's name or of the list's item; for a path that the text does not have, of its last part that exists. */
export function offsetInJson(text: string, path: Path): number {
  let at = skipSpace(text, 0);
  let offset = at;
  for (const part of path) {
    const found =
      text[at] === "{"
        ? findMember(text, at, String(part))
        : text[at] === "["
          ? findItem(text, at, Number(part))
          : undefined;
    if (found === undefined) return offset;
    ({ at, offset } = found);
  }
  return offset;
}

interface Found {
  readonly offset: number;
  /** Where the value begins. */
  readonly at: number;
}

function findMember(text: string, start: number, name: string): Found | undefined {
  let found: Found | undefined;
  for (let at = skipSpace(text, start + 1); text[at] === '"'; ) {
    const end = endOfString(text, at);
    const value = skipSpace(text, skipSpace(text, end) + 1);
    // The last of two members with one name counts, as in JSON.parse.
    if (JSON.parse(text.slice(at, end)) === name) found = { offset: at, at: value };
    const next = skipSpace(text, endOfValue(text, value));
    at = text[next] === "," ? skipSpace(text, next + 1) : text.length;
  }
  return found;
}

function findItem(text: string, start: number, index: number): Found | undefined {
  let at = skipSpace(text, start + 1);
  for (let count = 0; at < text.length && text[at] !== "]"; count++) {
    if (count === index) return { offset: at, at };
    const next = skipSpace(text, endOfValue(text, at));
    at = text[next] === "," ? skipSpace(text, next + 1) : text.length;
  }
  return undefined;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else {
      if (character === "{" || character === "[") depth++;
      else if (character === "}" || character === "]") depth--;
      if (depth < 0 || (depth === 0 && character === ",")) return at;
      at++;
    }
    if (depth === 0 && /[}\]"]/u.test(text[at - 1] ?? "")) return at;
  }
  return text.length;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && " \t\n\r".includes(text[at] ?? "")) at++;
  return at;
}
