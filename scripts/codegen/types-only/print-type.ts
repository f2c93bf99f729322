/** Prints types as TypeScript. */
import { docComment } from "./doc-comment.ts";
import type { Member, TypeNode } from "./type-node.ts";
import { literal, propertyKey, stringLiteral } from "../util/ts-literal.ts";

const width = 110;

export function printType(type: TypeNode, indent = ""): string {
  switch (type.kind) {
    case "keyword":
      return type.name;
    case "literal":
      return literal(type.value);
    case "named":
      return type.args.length === 0
        ? type.name
        : `${type.name}<${type.args.map((one) => printType(one, indent)).join(", ")}>`;
    case "member":
      return `${printAtom(type.of, indent)}[${stringLiteral(type.key)}]`;
    case "array":
      return `${printAtom(type.item, indent)}[]`;
    case "tuple":
      return printTuple(type.items, type.rest, indent);
    case "readonly":
      return `readonly ${printType(type.of, indent)}`;
    case "object":
      return printObject(type.members, indent);
    default:
      return printCombined(type.kind === "union" ? "|" : "&", type.parts, indent);
  }
}

/** An object type, one member a line. */
export function printObject(members: readonly Member[], indent = ""): string {
  if (members.length === 0) return "{}";
  return `{\n${members.map((member) => printMember(member, `${indent}  `)).join("")}${indent}}`;
}

function printMember({ name, type, isOptional, isReadonly, index, about }: Member, indent: string): string {
  const key = index === undefined ? `${memberName(name)}${isOptional ? "?" : ""}` : `[${name}: ${index}]`;
  const comment = about === undefined ? "" : docComment(about, indent);
  return `${comment}${indent}${isReadonly ? "readonly " : ""}${key}: ${printType(type, indent)};\n`;
}

/** Numbers stay numbers: `keyof` the responses of an operation is `200 | 404`, which openapi-fetch tells success by. */
const memberName = (name: string): string =>
  /^\d+(?:\.\d+)?$/u.test(name) && String(Number(name)) === name ? name : propertyKey(name);

function printTuple(items: readonly TypeNode[], rest: TypeNode | undefined, indent: string): string {
  const printed = items.map((item) => printType(item, indent));
  return `[${[...printed, ...(rest === undefined ? [] : [`...${printAtom(rest, indent)}[]`])].join(", ")}]`;
}

function printCombined(sign: "|" | "&", parts: readonly TypeNode[], indent: string): string {
  const line = parts.map((part) => printPart(sign, part, indent)).join(` ${sign} `);
  if (line.includes("\n") || indent.length + line.length <= width) return line;
  const inner = `${indent}  `;
  return parts.map((part) => `\n${inner}${sign} ${printPart(sign, part, inner)}`).join("");
}

/** `&` binds closer than `|`, so that only a union inside an intersection needs brackets. */
const printPart = (sign: "|" | "&", part: TypeNode, indent: string): string =>
  sign === "&" && part.kind === "union" ? printAtom(part, indent) : printType(part, indent);

/** In brackets where `[]` would otherwise apply to the last part alone. */
function printAtom(type: TypeNode, indent: string): string {
  const isLoose = type.kind === "union" || type.kind === "intersection" || type.kind === "readonly";
  return isLoose ? `(${printType(type, indent)})` : printType(type, indent);
}
