/** The `latchkey diff` command for what `latchkey check` compared, ready to copy. */
import { shellQuote } from "../shared/shell-quote.ts";

/** @param args the arguments of check; the values of headers are left out, since they are secret */
export function toDiffCommand(args: readonly string[]): string {
  const parts: string[] = [];
  let isHeader = false;
  for (const arg of args) {
    if (isHeader) parts.push(withoutValue(arg));
    else if (arg.startsWith("--header=")) parts.push("--header", withoutValue(arg.slice("--header=".length)));
    else if (arg !== "--prune") parts.push(shellQuote(arg));
    isHeader = !isHeader && arg === "--header";
  }
  return ["npx latchkey diff", ...parts].join(" ");
}

const withoutValue = (header: string): string => shellQuote(`${header.slice(0, header.indexOf(":"))}: …`);
