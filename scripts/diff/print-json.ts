/** For programs: the shape that docs/regenerating.md describes. */
import { escapeUnseen } from "../codegen/characters.ts";
import { versionOf } from "./change.ts";
import type { VendorDiff } from "./compare-contracts.ts";
import type { Version } from "./rules.ts";

export interface DiffReport {
  readonly breaking: boolean;
  /** What a package that holds all of these vendors must count up. */
  readonly version: Version | "none";
  readonly vendors: readonly VendorDiff[];
}

export const toReport = (vendors: readonly VendorDiff[]): DiffReport => ({
  breaking: vendors.some(({ breaking }) => breaking),
  version: versionOf(vendors.flatMap(({ changes }) => changes)),
  vendors,
});

export const printJson = (vendors: readonly VendorDiff[]): string => {
  const lines = JSON.stringify(toReport(vendors), null, 2).split("\n");
  return `${lines.map(escapeUnseen).join("\n")}\n`;
};
