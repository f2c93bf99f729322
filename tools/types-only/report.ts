/** Prints the comparison as a table: a document a line, and the classes of difference. */
import type { Comparison, Difference } from "./compare.ts";
import type { Item } from "./items.ts";
import { describeBug, isInCircle, knownBugs } from "./known-bugs.ts";

export interface Judged {
  readonly id: string;
  /** Why a generator refused the document; empty where it took it. */
  readonly refused: { readonly ours: string; readonly theirs: string };
  /** How many types were compared. */
  readonly items: number;
  readonly comparison?: Comparison;
}

type Class = "follows" | "bug" | Difference;

/** Follows: it differs because a part that it refers to does. Bug: a bug of openapi-typescript explains it. */
function classesOf({ differences, errors }: Comparison): Map<Item, Class> {
  const differing = new Set(differences.map(({ item }) => item.access));
  return new Map(
    differences.map(({ item, difference }) => {
      if (item.bug !== undefined || isInCircle(errors.theirs, item.access)) return [item, "bug"];
      return [item, item.refersTo.some((access) => differing.has(access)) ? "follows" : difference];
    }),
  );
}

/** Whether nothing differs without a reason. */
export const holds = (judged: readonly Judged[]): boolean => judged.every(holdsFor);

const holdsFor = ({ refused, comparison }: Judged): boolean => {
  if (comparison === undefined) return refused.ours === "" || refused.theirs !== "";
  return comparison.errors.ours.length === 0 && [...classesOf(comparison).values()].every(isExplained);
};

const isExplained = (one: Class): boolean => one === "bug" || one === "follows";

export function report(judged: readonly Judged[]): string {
  const rows = judged.map((one) => `| ${one.id} | ${one.items} | ${differencesOf(one)} |\n`);
  const compared = judged.filter(({ comparison }) => comparison !== undefined);
  const items = compared.reduce((sum, one) => sum + one.items, 0);
  const differing = compared.reduce((sum, { comparison }) => sum + (comparison?.differences.length ?? 0), 0);
  const found = compared.flatMap(({ comparison }) => comparison?.differences ?? []);
  const bugs = knownBugs.map(
    (bug) => `${describeBug(bug)}: ${found.filter(({ item }) => item.bug === bug.what).length} types\n`,
  );
  return [
    "| document | types | differences |\n| --- | ---: | --- |\n",
    ...rows,
    `\n${compared.length} of ${judged.length} documents compared: ${items} types, of which ${items - differing} are identical\n`,
    ...bugs,
    ...details(judged),
  ].join("");
}

function differencesOf({ refused, comparison }: Judged): string {
  if (comparison === undefined) {
    const who = refused.ours === "" ? "openapi-typescript" : refused.theirs === "" ? "Latchkey" : "both";
    return `refused by ${who}: ${oneLine(refused.ours || refused.theirs)}`;
  }
  const counts = new Map<string, number>();
  for (const one of classesOf(comparison).values()) counts.set(one, (counts.get(one) ?? 0) + 1);
  const { ours, theirs } = comparison.errors;
  const errors = [
    ...(ours.length === 0 ? [] : [`our file has ${ours.length} errors: ${oneLine(ours[0] ?? "")}`]),
    ...(theirs.length === 0 ? [] : [`theirs has ${theirs.length} errors`]),
  ];
  return [...[...counts].map(([name, count]) => `${count} ${name}`), ...errors].join(", ") || "none";
}

/** The first differences without a reason, by document. */
const details = (judged: readonly Judged[]): string[] =>
  judged.flatMap(({ id, comparison }) => {
    if (comparison === undefined) return [];
    const open = [...classesOf(comparison)].filter(([, one]) => !isExplained(one));
    return open.slice(0, 12).map(([item, one]) => `${id}: ${item.access}: ${one}\n`);
  });

const oneLine = (text: string): string => text.replace(/\s+/gu, " ").slice(0, 160);
