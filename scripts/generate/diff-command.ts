/** The `latchkey diff` command for what `latchkey check` compared, ready to copy. */
import { parseArgs } from "node:util";
import { shellQuote } from "../shared/shell-quote.ts";

/** Options of check that diff does not take. */
const ofCheck = {
  prune: { type: "boolean" },
  "strict-document": { type: "boolean" },
  quiet: { type: "string", multiple: true },
} as const;

/** @param args the arguments of check; the values of headers are left out, since they are secret */
export function toDiffCommand(args: readonly string[]): string {
  const options = { ...ofCheck, header: { type: "string", multiple: true } } as const;
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const parts = args.map((arg): string | undefined => shellQuote(arg));
  for (const token of tokens) {
    if (token.kind !== "option" || !Object.hasOwn(options, token.name)) continue;
    const isSplit = token.value !== undefined && !token.inlineValue;
    parts[token.index] = token.name === "header" ? `--header ${withoutValue(token.value ?? "")}` : undefined;
    if (isSplit) parts[token.index + 1] = undefined;
  }
  return ["npx latchkey diff", ...parts.filter((part) => part !== undefined)].join(" ");
}

const withoutValue = (header: string): string => shellQuote(`${header.slice(0, header.indexOf(":"))}: …`);
