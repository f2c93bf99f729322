/** Breaks one long line of generated code at its brackets, so that a regenerated file differs only where the document does. */
import { endOfString } from "./ts-literal.ts";

const width = 110;

type Node = string | Group;
interface Group {
  readonly open: string;
  readonly items: readonly (readonly Node[])[];
  readonly close: string;
}

export const wrapLine = (code: string, indent = ""): string => print(parse(code), indent);

function print(nodes: readonly Node[], indent: string): string {
  const line = flat(nodes);
  if (indent.length + line.length <= width) return line;
  const sizes = nodes.map((node) => flat([node]).length);
  const longest = sizes.indexOf(
    Math.max(...nodes.map((node, index) => (typeof node === "string" ? 0 : (sizes[index] ?? 0)))),
  );
  return nodes
    .map((node, index) => {
      const breaks = typeof node !== "string" && (index === longest || (sizes[index] ?? 0) > width / 2);
      return breaks ? printBroken(node, indent) : flat([node]);
    })
    .join("");
}

/** A call's only argument stays beside its bracket. */
function printBroken({ open, items, close }: Group, indent: string): string {
  const [only] = items;
  if (items.length === 1 && only !== undefined && open === "(") return `${open}${print(only, indent)}${close}`;
  const inner = `${indent}  `;
  return `${open}\n${items.map((item) => `${inner}${print(item, inner)},\n`).join("")}${indent}${close}`;
}

function flat(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      const pad = node.open === "{" && node.items.length > 0 ? " " : "";
      return `${node.open}${pad}${node.items.map(flat).join(", ")}${pad}${node.close}`;
    })
    .join("");
}

/** Text, strings and bracketed groups with their comma-separated items; the emitter writes no other literals and no comments. */
function parse(code: string): Node[] {
  const tokens = toTokens(code);
  let position = 0;
  const sequence = (): Node[] => {
    const nodes: Node[] = [];
    for (let token = tokens[position]; token !== undefined && !/^[)\]},]$/u.test(token); token = tokens[position]) {
      position++;
      nodes.push(/^[([{]$/u.test(token) ? group(token) : token);
    }
    return trim(nodes);
  };
  const group = (open: string): Group => {
    const items: Node[][] = [];
    for (;;) {
      const item = sequence();
      if (item.length > 0) items.push(item);
      const token = tokens[position++];
      if (token !== ",") return { open, items, close: token ?? "" };
    }
  };
  return sequence();
}

function toTokens(code: string): string[] {
  const tokens: string[] = [];
  const opening = /"|[()[\]{},]|[^"()[\]{},]+/gu;
  for (let found = opening.exec(code); found !== null; found = opening.exec(code)) {
    if (found[0] === '"') opening.lastIndex = endOfString(code, found.index);
    tokens.push(code.slice(found.index, opening.lastIndex));
  }
  return tokens;
}

function trim(nodes: Node[]): Node[] {
  const first = nodes[0];
  if (typeof first === "string") nodes[0] = first.trimStart();
  const last = nodes.at(-1);
  if (typeof last === "string") nodes[nodes.length - 1] = last.trimEnd();
  return nodes.filter((node) => node !== "");
}
