/** `latchkey diff`: prints what changed between two documents or since a vendor was generated, what breaks, and which version it needs. */
import { DocumentError } from "../codegen/load/diagnostics.ts";
import type { Output } from "../shared/output.ts";
import { createProgress } from "../shared/progress.ts";
import { UsageError } from "../shared/usage-error.ts";
import { isBreaking } from "./rules/change.ts";
import { compareContracts, type VendorDiff } from "./contract/compare-contracts.ts";
import { toPairs } from "./inputs.ts";
import { printJson } from "./report/print-json.ts";
import { printMarkdown } from "./report/print-markdown.ts";
import { printText } from "./report/print-text.ts";
import { type DiffRequest, help, parseDiffRequest } from "./arguments.ts";

const printers = { text: printText, markdown: printMarkdown, json: printJson };

/** Runs the command and resolves with its exit code. @param isColoured whether the output is a terminal with colours */
export async function diff(args: readonly string[], output: Output, isColoured = false): Promise<0 | 1 | 2> {
  try {
    const request = parseDiffRequest(args);
    if (request === undefined) {
      output.out(help);
      return 0;
    }
    const diffs = await compare(request, output);
    output.out(printers[request.format](diffs, isColoured));
    const changes = diffs.flatMap((one) => one.changes);
    const isFailed = { breaking: changes.some(isBreaking), any: changes.length > 0, never: false };
    return isFailed[request.failOn] ? 1 : 0;
  } catch (error) {
    if (error instanceof UsageError) output.error(error.describe("diff"));
    else if (error instanceof DocumentError) output.error(`${error.message}\n`);
    else throw error;
    return 2;
  }
}

async function compare({ of }: DiffRequest, output: Output): Promise<VendorDiff[]> {
  const progress = createProgress(output, undefined, "diff");
  try {
    const diffs: VendorDiff[] = [];
    for await (const { name, read } of toPairs(of)) {
      progress.at(`${name}: reading`);
      const [before, after] = await read((stage) => progress.at(`${name}: ${stage}`));
      progress.at(`${name}: comparing`);
      diffs.push(compareContracts(before, after));
    }
    return diffs;
  } finally {
    progress.end();
  }
}
