/** What both texts say beside the changes themselves. */
import { type Area, type Change, isBreaking, versionOf } from "../rules/change.ts";
import type { VendorDiff } from "../contract/compare-contracts.ts";

export const headings: Readonly<Record<Area, string>> = {
  "sign-in": "Sign-in and errors",
  operations: "Operations",
  schemas: "Schemas",
};

/** Changes by area and subject, in their order. */
export function grouped(changes: readonly Change[]): Map<Area, Map<string, Change[]>> {
  const areas = new Map<Area, Map<string, Change[]>>();
  for (const change of changes) {
    const subjects = areas.get(change.area) ?? new Map<string, Change[]>();
    areas.set(change.area, subjects);
    subjects.set(change.subject, [...(subjects.get(change.subject) ?? []), change]);
  }
  return areas;
}

/** `callers`, `readers`, `callers and readers`; empty where it breaks nobody. */
export const brokenBy = ({ breaks: { callers, readers } }: Change): string =>
  [callers ? "callers" : "", readers ? "readers" : ""].filter((one) => one !== "").join(" and ");

/** What a breaking change asks of the user. */
export const remedyOf = (change: Change): string =>
  !isBreaking(change) ? "" : change.version === "patch" ? "fixed by generating anew" : "";

export function summaryOf({ changes, version }: VendorDiff): string {
  if (changes.length === 0) return "Nothing changed.";
  const count = (test: (change: Change) => boolean) => changes.filter(test).length;
  const [callers, readers] = [count(({ breaks }) => breaks.callers), count(({ breaks }) => breaks.readers)];
  const harmless = count((change) => !isBreaking(change));
  const parts = [`${callers} for callers`, `${readers} for readers`];
  return `${changes.length} ${changes.length === 1 ? "change" : "changes"}: breaking ${parts.join(", ")}; ${harmless} for nobody. Calls for ${callFor(version)}.`;
}

/** What a package that holds them all calls for; empty where there is but one. */
export const totalOf = (diffs: readonly VendorDiff[]): string =>
  diffs.length < 2
    ? ""
    : `${diffs.length} vendors together call for ${callFor(versionOf(diffs.flatMap(({ changes }) => changes)))}.\n`;

const callFor = (version: VendorDiff["version"]): string =>
  version === "none" ? "no new version" : `a ${version} version`;

export const titleOf = ({ before, after }: VendorDiff): string =>
  before.version === after.version
    ? `${after.title} ${after.version}`
    : `${after.title} ${before.version} → ${after.version}`;

/** What a subject's changes reach, beside itself. */
export function reachedBy(subject: string, changes: readonly Change[]): readonly string[] {
  const operations = changes.find((change) => change.operations !== undefined)?.operations ?? [];
  return subject.endsWith(operations[0] ?? "") && operations.length === 1 ? [] : operations;
}
