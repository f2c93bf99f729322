/**
 * Text of a document as a comment that the text cannot end, and in which it means nothing to a compiler. The order is one everywhere:
 * characters are removed first and marks are escaped last, since what is removed from inside a mark (`*`, U+0001, `/`) brings its halves together.
 */
import { removeUnseen } from "./characters.ts";

/** A JSDoc tag of ours; its text is the document's. */
export interface Tag {
  readonly name: "default" | "deprecated" | "format" | "see";
  readonly text?: string;
}

/** A JSDoc comment: the text, then the tags. */
export function comment(text: string, indent = "", tags: readonly Tag[] = []): string {
  const given = removeUnseen(text).trim();
  const lines = [
    ...(given === "" && tags.length > 0 ? [] : given.split("\n").map(escapeMarks)),
    ...tags.map(({ name, text = "" }) => `@${name} ${escapeMarks(oneLine(text))}`.trimEnd()),
  ];
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

/** The rest of a `//` line, which begins with words of ours. */
export const lineText = (text: string): string => hideAddresses(hideInternal(oneLine(text)));

const oneLine = (text: string): string => removeUnseen(text).replace(/\s+/gu, " ").trim();

const escapeMarks = (line: string): string => hideAddresses(escapeTags(hideInternal(line))).replaceAll("*/", "*\\/");

/** An `@` after a space or at the beginning of a line begins a tag: `@deprecated` strikes a member out, `@ts-ignore` hides an error. */
const escapeTags = (line: string): string => line.replace(/(?<!\S)@/gu, "\\@");

/** The compiler's `stripInternal` looks for `@internal` anywhere in a comment. */
const hideInternal = (line: string): string => line.replaceAll("@internal", "&#64;internal");

/** Node and bundlers look for the address of a source map in any text of a file. */
const hideAddresses = (line: string): string => line.replace(/(?<=source(?:Mapping)?URL)=/gu, "\\=");
