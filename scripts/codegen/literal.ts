/** Data as TypeScript source: whatever a document holds stays a literal, never code. */
import { escapeUnseen } from "./characters.ts";
import { isObject, type Json } from "./json.ts";

const width = 100;

/** A string literal of TypeScript, JavaScript and JSON alike. */
export const stringLiteral = (text: string): string => jsonText(text);

/**
 * JSON on one line in which every character shows. Node and bundlers look for the address of a source map in strings too (`//# sourceMappingURL=`):
 * its equals sign is spelled out.
 */
export const jsonText = (value: Json): string =>
  escapeUnseen(JSON.stringify(value)).replace(/(?<=source(?:Mapping)?URL)=/gu, "\\u003d");

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
