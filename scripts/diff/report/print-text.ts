/** The report for a terminal: `!` marks breaking changes; `+`, `-` and `~` mark what was added, removed and changed. */
import { styleText } from "node:util";
import { escapeUnseen } from "../../codegen/util/characters.ts";
import type { Change } from "../rules/change.ts";
import type { VendorDiff } from "../contract/compare-contracts.ts";
import { listOf, valuesOf } from "./printable.ts";
import { brokenBy, grouped, headings, reachedBy, remedyOf, summaryOf, titleOf, totalOf } from "./summary.ts";

const marks = { added: "+", removed: "-", changed: "~" } as const;
const colours = { added: "green", removed: "yellow", changed: "cyan" } as const;

export function printText(diffs: readonly VendorDiff[], isColoured: boolean): string {
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    isColoured ? styleText(format, text, { validateStream: false }) : text;

  const printChange = (change: Change): string => {
    const broken = brokenBy(change);
    const mark = `${broken === "" ? " " : "!"}${marks[change.change]}`;
    const place = change.at === "" ? "" : `${escapeUnseen(change.at)}: `;
    const values = valuesOf(change).join(" → ");
    const notes = [broken === "" ? "" : `breaks ${broken}`, remedyOf(change)].filter((note) => note !== "").join(", ");
    return [
      `  ${style(broken === "" ? colours[change.change] : "red", mark)} ${place}${change.text}`,
      values === "" ? "" : `: ${values}`,
      notes === "" ? "" : ` ${style("red", `(${notes})`)}`,
      "\n",
    ].join("");
  };

  const printSubject = (subject: string, changes: readonly Change[]): string => {
    const operations = reachedBy(subject, changes);
    const reached = operations.length === 0 ? "" : ` (${listOf(operations.map(escapeUnseen))})`;
    return `${style("bold", escapeUnseen(subject))}${style("dim", reached)}\n${changes.map(printChange).join("")}`;
  };

  const printDiff = (diff: VendorDiff): string => {
    const areas = [...grouped(diff.changes)].map(([area, subjects]) => {
      const all = [...subjects].map(([subject, changes]) => printSubject(subject, changes));
      return `${style(["bold", "underline"], headings[area])}\n${all.join("")}`;
    });
    return [`${style("bold", escapeUnseen(titleOf(diff)))}\n`, ...areas, `${summaryOf(diff)}\n`].join("\n");
  };

  return [...diffs.map(printDiff), totalOf(diffs)].filter((text) => text !== "").join("\n");
}
