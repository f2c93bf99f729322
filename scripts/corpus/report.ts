/** Results as tables: how many, why not, and what was found. */
import type { Result } from "./pool.ts";

export type Checked = Result & {
  /** The compiler's. */
  readonly complaints: readonly string[];
  /** Other generators that take what we do not. */
  readonly takers: readonly string[];
};

export function report(results: readonly Checked[]): string {
  const refused = results.filter(({ outcome }) => outcome === "refused");
  const broken = results.filter(({ outcome }) => ["failed", "timeout", "crashed"].includes(outcome));
  const untyped = results.filter(({ complaints }) => complaints.length > 0);
  const made = results.flatMap((one) => (one.outcome === "made" ? [one] : []));
  const disagreeing = made.filter(({ agreement }) => agreement.disagreements.length > 0);
  const sum = (pick: (one: (typeof made)[number]) => number) => made.reduce((total, one) => total + pick(one), 0);
  const explained = new Map<string, number>();
  for (const { agreement } of made)
    for (const [why, count] of Object.entries(agreement.explained))
      explained.set(why, (explained.get(why) ?? 0) + count);
  const lines = [
    `documents            ${results.length}`,
    `generated            ${made.length}`,
    `refused              ${refused.length}`,
    `failed               ${broken.length}`,
    `  though others take ${results.filter(({ takers }) => takers.length > 0).length}`,
    `do not type-check    ${untyped.length}`,
    `values compared      ${sum(({ agreement }) => agreement.compared)} (valid ${sum(({ agreement }) => agreement.valid)}, examples ${sum(({ agreement }) => agreement.examples)})`,
    `disagreements        ${sum(({ agreement }) => agreement.disagreements.length)} in ${disagreeing.length} documents`,
    ...[...explained].sort((a, b) => b[1] - a[1]).map(([why, count]) => `  tolerated: ${why} ${count}`),
    `skipped bodies       ${sum(({ agreement }) => agreement.skipped.length)}`,
    `CPU                  ${Math.round(results.reduce((total, { cpuInMs }) => total + cpuInMs, 0) / 1000)} s`,
    ...table(
      "refused because",
      causes(
        refused.flatMap((one) =>
          one.outcome === "refused" ? one.problems.map(({ message }) => [message, one.id] as const) : [],
        ),
      ),
    ),
    ...table(
      "not made here, and taken by",
      causes(results.flatMap(({ takers, id }) => takers.map((taker) => [taker, id] as const))),
    ),
    ...table(
      "failed because",
      causes(
        broken.map((one) => [
          one.outcome === "failed" ? one.error.split("\n").slice(0, 2).join(" ") : one.outcome,
          one.id,
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
