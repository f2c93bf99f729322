/**
 * Text of a document as a comment that the text cannot end, and in which it means nothing to a compiler. The order is one everywhere:
 * characters are removed first and marks are escaped last, since what is removed from inside a mark (`*`, U+0001, `/`) brings its halves together.
 */
import { removeUnseen } from "./characters.ts";

/** A JSDoc tag of ours; its text is the document's. */
export interface Tag {
  readonly name: "default" | "deprecated" | "example" | "format" | "see";
  readonly text?: string;
}

/** A JSDoc comment: the text, then the tags. */
export function comment(text: string, indent = "", tags: readonly Tag[] = []): string {
  const given = removeUnseen(text).trim();
  const paragraph = given === "" && tags.length > 0 ? [] : given.split("\n").map(escapeTags);
  const lines = [...paragraph, ...tags.map(printTag)].map(escapeLine);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

/** The rest of a `//` line, which begins with words of ours. */
export const lineText = (text: string): string => escapeLine(escapePragmas(oneLine(text)));

const oneLine = (text: string): string => removeUnseen(text).replace(/\s+/gu, " ").trim();

/** A tag's text may begin with the name of what it links to; an `@` right after such a name begins the next tag. */
function printTag({ name, text = "" }: Tag): string {
  const line = oneLine(text);
  const [first = ""] = /^[^\s:/]*/u.exec(line) ?? [];
  const escaped = escapePragmas(first).replaceAll("@", "\\@") + escapeTags(line.slice(first.length));
  return `@${name} ${escaped}`.trimEnd();
}

/** An `@` at the beginning of a line, after a space or a brace begins a tag: `@deprecated` strikes a member out, `@ts-ignore` hides an error. */
const escapeTags = (line: string): string => escapePragmas(line).replace(/(?<![^\s{])@/gu, "\\@");

/** Compilers look for `@internal` (`stripInternal`) and for `@jsx…` anywhere in a comment. */
const escapePragmas = (line: string): string => line.replace(/@(?=internal|jsx)/giu, "&#64;");

/** The last step, on the whole line. Node and bundlers look for the address of a source map in comments too. */
const escapeLine = (line: string): string =>
  line.replace(/(?<=source(?:Mapping)?URL)=/gu, "\\=").replaceAll("*/", "*\\/");
