/** Prints results as tables: counts, causes of failures, and findings. */
import type { Diagnostic } from "../../scripts/codegen/load/diagnostics.ts";
import type { Result } from "./process-pool.ts";
import { reasons, several } from "./tolerances.ts";

export type Checked = Result & {
  /** The compiler's messages. */
  readonly complaints: readonly string[];
  /** Other generators that accept the document. */
  readonly takers: readonly string[];
};

/** True if no document is refused that another generator accepts, all clients type-check, and every difference from JSON Schema has a known reason. */
export const holds = (results: readonly Checked[]): boolean =>
  results.every(
    (one) =>
      one.complaints.length === 0 &&
      (one.outcome === "made"
        ? one.agreement.disagreements.length === 0
        : one.outcome === "refused" && one.takers.length === 0),
  );

/** @param asked the number of documents that the run was asked for */
export function report(results: readonly Checked[], asked: number): string {
  const refused = results.flatMap((one) => (one.outcome === "refused" ? [one] : []));
  const broken = results.filter(({ outcome }) => ["failed", "timeout", "crashed"].includes(outcome));
  const untyped = results.filter(({ complaints }) => complaints.length > 0);
  const made = results.flatMap((one) => (one.outcome === "made" ? [one] : []));
  const disagreeing = made.filter(({ agreement }) => agreement.disagreements.length > 0);
  const sum = (pick: (one: (typeof made)[number]) => number) => made.reduce((total, one) => total + pick(one), 0);
  const lines = [
    `documents            ${results.length} of ${asked}`,
    `generated            ${made.length}`,
    `refused              ${refused.length}, accepted by others: ${refused.filter(({ takers }) => takers.length > 0).length}`,
    `failed               ${broken.length}, accepted by others: ${broken.filter(({ takers }) => takers.length > 0).length}`,
    `do not type-check    ${untyped.length}`,
    `values compared      ${sum(({ agreement }) => agreement.compared)} (valid ${sum(({ agreement }) => agreement.valid)}, examples ${sum(({ agreement }) => agreement.examples)})`,
    `disagreements        ${sum(({ agreement }) => agreement.disagreements.length)} in ${disagreeing.length} documents`,
    `skipped bodies       ${sum(({ agreement }) => agreement.skipped.length)}`,
    `CPU                  ${Math.round(results.reduce((total, { cpuInMs }) => total + cpuInMs, 0) / 1000)} s of generating`,
    "",
    "differences from JSON Schema, by reason:",
    ...Object.entries({ ...reasons, [several]: "several of these at once" }).map(
      ([name, reason]) =>
        `  ${String(sum(({ agreement }) => new Map(Object.entries(agreement.explained)).get(name) ?? 0)).padStart(6)}  ${name}: ${reason}`,
    ),
    ...(refused.length === 0 ? [] : ["", "refused:", ...refused.flatMap(printRefused)]),
    ...table(
      "failed because",
      causes(
        broken.map((one) => [
          one.outcome === "failed" ? one.error.split("\n").slice(0, 2).join(" ") : one.outcome,
          `${one.id}${one.takers.length === 0 ? "" : `, accepted by ${one.takers.join(" and ")}`}`,
        ]),
      ),
    ),
    ...table(
      "type errors",
      causes(
        untyped.flatMap(({ complaints, id }) =>
          complaints.map((line) => [line.replace(/^(\S+?)\(.*?\): /u, "$1 "), id] as const),
        ),
      ),
    ),
    ...table(
      "disagreements",
      causes(
        disagreeing.flatMap(({ agreement, id }) =>
          agreement.disagreements.map(
            ({ kind, because, where }) => [`${kind}: ${because[0] ?? ""}`, `${id} ${where}`] as const,
          ),
        ),
      ),
    ),
    ...table(
      "skipped",
      causes(
        made.flatMap(({ agreement, id }) =>
          agreement.skipped.map((line) => [line.replace(/^.*?: /u, ""), id] as const),
        ),
      ),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** Prints the document's defects by cause, each with its first place and its fix. */
function printRefused({ id, problems, takers }: Checked & { outcome: "refused" }): string[] {
  const byCause = new Map<string, Diagnostic[]>();
  for (const one of problems) byCause.set(toCause(one.message), [...(byCause.get(toCause(one.message)) ?? []), one]);
  return [
    `  ${id} (accepted by ${takers.length === 0 ? "no other generator" : takers.join(" and ")})`,
    ...[...byCause.values()]
      .slice(0, 3)
      .flatMap(([first, ...more]) =>
        first === undefined
          ? []
          : [
              `    ${first.message}${more.length === 0 ? "" : `, and ${more.length} more`}`,
              `    at line ${first.line}, ${first.pointer}; ${first.fix}`,
            ],
      ),
  ];
}

/** One cause for messages that differ in names and numbers only. */
const toCause = (message: string): string => message.replace(/"[^"]*"|'[^']*'|\([^)]*\)|#\S+|\d+/gu, "…").slice(0, 140);

function causes(found: readonly (readonly [message: string, id: string])[]): Map<string, Set<string>> {
  const byCause = new Map<string, Set<string>>();
  for (const [message, id] of found) {
    const cause = toCause(message);
    byCause.set(cause, (byCause.get(cause) ?? new Set()).add(id));
  }
  return byCause;
}

function table(title: string, found: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const rows = [...found].sort((a, b) => b[1].size - a[1].size).slice(0, 25);
  return rows.length === 0
    ? []
    : [
        "",
        `${title}:`,
        ...rows.map(
          ([cause, ids]) => `  ${String(ids.size).padStart(4)}  ${cause}  [${[...ids].slice(0, 3).join(", ")}]`,
        ),
      ];
}
