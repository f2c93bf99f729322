/** The report as Markdown. Text of a document is put into code spans, so that it is neither formatted nor mentions a user. */
import { escapeUnseen } from "../../codegen/util/characters.ts";
import type { Change } from "../rules/change.ts";
import type { VendorDiff } from "../contract/compare-contracts.ts";
import { listOf, valuesOf } from "./printable.ts";
import { brokenBy, grouped, headings, reachedBy, remedyOf, summaryOf, titleOf, totalOf } from "./summary.ts";

export const printMarkdown = (diffs: readonly VendorDiff[]): string =>
  [...diffs.map(printDiff), totalOf(diffs)].filter((text) => text !== "").join("\n");

function printDiff(diff: VendorDiff): string {
  const areas = [...grouped(diff.changes)].map(([area, subjects]) => {
    const all = [...subjects].map(([subject, changes]) => {
      const operations = reachedBy(subject, changes);
      const reached = operations.length === 0 ? "" : ` (${listOf(operations.map(code))})`;
      return `- ${code(subject)}${reached}\n${changes.map(printChange).join("")}`;
    });
    return `### ${headings[area]}\n\n${all.join("")}`;
  });
  return [`## ${code(titleOf(diff))}\n`, `${summaryOf(diff)}\n`, ...areas].join("\n");
}

function printChange(change: Change): string {
  const broken = brokenBy(change);
  const place = change.at === "" ? "" : `${code(change.at)}: `;
  const values = valuesOf(change).map(code).join(" → ");
  const notes = [broken === "" ? "" : `**breaks ${broken}**`, remedyOf(change)]
    .filter((note) => note !== "")
    .join(", ");
  return `  - ${place}${change.text}${values === "" ? "" : `: ${values}`}${notes === "" ? "" : ` (${notes})`}\n`;
}

/** A code span (CommonMark §6.1): its fence is longer than any run of backticks inside. */
function code(text: string): string {
  const shown = escapeUnseen(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = /^[ `]|[ `]$/u.test(shown) || shown === "" ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}
