/** The report as JSON, in the shape that docs/regenerating.md describes. */
import { escapeUnseen } from "../../codegen/util/characters.ts";
import { versionOf } from "../rules/change.ts";
import type { VendorDiff } from "../contract/compare-contracts.ts";
import type { Version } from "../rules/rules.ts";

export interface DiffReport {
  readonly breaking: boolean;
  /** The version that a package with all these vendors needs. */
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
