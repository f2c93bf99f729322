/** contract.jsonc: the contract, an operation or a schema a line, so that a version control system shows what changed as well. */
import type { Contract } from "./contract.ts";
import { isObject, type Json } from "./json.ts";
import { jsonText } from "./literal.ts";

export const emitContract = (contract: Contract): string => `${print(contract, 2)}\n`;

/** Members stand on lines of their own down to a depth; an object in an object is indented. */
function print(value: Json, depth: number, indent = ""): string {
  if (depth === 0 || !isObject(value) || Object.keys(value).length === 0) return jsonText(value);
  const inner = `${indent} `;
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${inner}${jsonText(name)}: ${print(member, depth - 1, inner)}`],
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}
