/** Data as TypeScript source: whatever a document holds stays a literal or a comment, never code. */
import { isObject } from "./json.ts";

const width = 100;

/** What ends a line for some readers, or turns the direction of what follows: text could pass for code (CVE-2021-42574). */
const misleading = /[\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFEFF]/gu;

export const stringLiteral = (text: string): string => escapeMisleading(JSON.stringify(text));

/** @param json in which such a character stands in a string, as JSON has it */
export const escapeMisleading = (json: string): string =>
  json.replace(misleading, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Where the string literal that begins at `start` ends. No regular expression: a string may be as long as a document. */
export function endOfString(code: string, start: number): number {
  for (let at = start + 1; at < code.length; at++) {
    if (code[at] === "\\") at++;
    else if (code[at] === '"') return at + 1;
  }
  return code.length;
}

/** `__proto__: x` in a literal would set the prototype; as a computed key it is a member like any other. */
export function propertyKey(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/u.test(name) ? name : stringLiteral(name);
}

/**
 * JSON as a literal, on one line where it fits.
 *
 * @param isTyped it stands where a type is expected of it
 */
export function literal(value: unknown, indent = "", isTyped = false): string {
  if (typeof value === "string") return stringLiteral(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null";
  if (Array.isArray(value))
    return bracket(
      "[",
      "]",
      value.map((item) => (inner: string) => literal(item, inner, isTyped)),
      indent,
    );
  if (!isObject(value)) return String(value ?? null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return bracket(
    "{",
    "}",
    members.map(
      ([name, member]) =>
        (inner: string) =>
          `${propertyKey(name)}: ${literal(member, inner, isTyped)}${isTyped && isInherited(name) ? " as const" : ""}`,
    ),
    indent,
  );
}

/**
 * In a map the compiler takes a member of such a name for the one that every object has, whatever the map holds: it expects a function there,
 * and widens "header" to string.
 */
const isInherited = (name: string): boolean => name !== "__proto__" && Reflect.has({}, name);

function bracket(open: string, close: string, items: ((indent: string) => string)[], indent: string): string {
  if (items.length === 0) return `${open}${close}`;
  const inner = `${indent}  `;
  const printed = items.map((print) => print(inner));
  const pad = open === "{" ? " " : "";
  const line = `${open}${pad}${printed.join(", ")}${pad}${close}`;
  if (!line.includes("\n") && indent.length + line.length <= width) return line;
  return `${open}\n${printed.map((item) => `${inner}${item},\n`).join("")}${indent}${close}`;
}

/** A JSDoc comment that the text cannot end. */
export function comment(text: string, indent = ""): string {
  const lines = text
    .trim()
    .replaceAll("*/", "*\\/")
    .split(/\r\n|[\r\n\u2028\u2029]/u)
    .map(withoutControls);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

const withoutControls = (line: string): string =>
  Array.from(line, (character) => (character < " " && character !== "\t" ? "" : character))
    .join("")
    .replace(misleading, "");
