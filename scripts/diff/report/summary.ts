/** Headings and summaries that the text and the Markdown report share. */
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

/** `callers`, `readers`, `callers and readers`; empty if the change breaks nothing. */
export const brokenBy = ({ breaks: { callers, readers } }: Change): string =>
  [callers ? "callers" : "", readers ? "readers" : ""].filter((one) => one !== "").join(" and ");

/** How the user can fix a breaking change. */
export const remedyOf = (change: Change): string =>
  !isBreaking(change) ? "" : change.version === "patch" ? "fixed by generating again" : "";

export function summaryOf({ changes, version }: VendorDiff): string {
  if (changes.length === 0) return "Nothing changed.";
  const count = (test: (change: Change) => boolean) => changes.filter(test).length;
  const [callers, readers] = [count(({ breaks }) => breaks.callers), count(({ breaks }) => breaks.readers)];
  const parts = [
    callers === 0 ? "" : `${callers} ${callers === 1 ? "breaks" : "break"} requests`,
    readers === 0 ? "" : `${readers} ${readers === 1 ? "breaks" : "break"} responses`,
  ].filter((part) => part !== "");
  const breaking = parts.length === 0 ? "none breaks requests or responses" : parts.join(", ");
  return `${changes.length} ${changes.length === 1 ? "change" : "changes"}: ${breaking}. Needs ${needed(version)}.`;
}

/** The version that a package with all vendors needs; empty for a single vendor. */
export const totalOf = (diffs: readonly VendorDiff[]): string =>
  diffs.length < 2
    ? ""
    : `${diffs.length} vendors together need ${needed(versionOf(diffs.flatMap(({ changes }) => changes)))}.\n`;

const needed = (version: VendorDiff["version"]): string =>
  version === "none" ? "no new version" : `a ${version} version`;

export const titleOf = ({ before, after }: VendorDiff): string =>
  before.version === after.version
    ? `${after.title} ${after.version}`
    : `${after.title} ${before.version} → ${after.version}`;

/** The operations that a subject's changes affect, other than the subject itself. */
export function reachedBy(subject: string, changes: readonly Change[]): readonly string[] {
  const operations = changes.find((change) => change.operations !== undefined)?.operations ?? [];
  return subject.endsWith(operations[0] ?? "") && operations.length === 1 ? [] : operations;
}
