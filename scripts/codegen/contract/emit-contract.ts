/** Emits contract.jsonc with one line for each operation and schema, so that version control shows what changed. */
import type { Contract } from "./contract.ts";
import { isObject, type Json } from "../util/json.ts";
import { jsonText } from "../util/ts-literal.ts";

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
