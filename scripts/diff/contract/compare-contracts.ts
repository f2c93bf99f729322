/** Compares a vendor's contract with a newer one and lists all changes, sign-in first. */
import type { Contract } from "../../codegen/contract/contract.ts";
import { type Change, type Finding, isBreaking, type Report, toChange, versionOf } from "../rules/change.ts";
import { compareErrors } from "../vendor/compare-errors.ts";
import { memberOf } from "../util/compare-maps.ts";
import { compareOperations, compareWebhooks } from "../operations/compare-operations.ts";
import { compareSecurity } from "../operations/compare-security.ts";
import { compareServers } from "../vendor/compare-servers.ts";
import { compareSchemes } from "../vendor/compare-sign-in.ts";
import { pairOperations } from "../operations/pair-operations.ts";
import { pairNames } from "../schemas/renamed-schemas.ts";
import type { Version } from "../rules/rules.ts";
import { createSchemaComparison } from "../schemas/compare-schemas.ts";
import { createUsage, type Usage } from "../schemas/schema-usage.ts";

export interface VendorDiff {
  readonly name: string;
  readonly before: { readonly title: string; readonly version: string };
  readonly after: { readonly title: string; readonly version: string };
  readonly breaking: boolean;
  /** The version that a package with this vendor needs. */
  readonly version: Version | "none";
  /** Ordered by area (sign-in, operations, schemas), subject and place. */
  readonly changes: readonly Change[];
}

export function compareContracts(before: Contract, after: Contract): VendorDiff {
  const found: Finding[] = [];
  const report: Report = (finding) => found.push(finding);
  const operations = pairOperations(before, after);
  compareServers(before, after, report);
  compareSchemes(before, after, report);
  compareSecurity(before, after, operations.pairs, report);
  compareErrors(before, after, report);
  const usage = compareComponents(before, after, operations, report);
  const changes = found.map((finding) => toChange(withOperations(finding, usage))).sort(byPlace);
  return {
    name: after.name,
    before: { title: before.title, version: before.version },
    after: { title: after.title, version: after.version },
    breaking: changes.some(isBreaking),
    version: versionOf(changes),
    changes,
  };
}

/** Compares operations and the components they refer to. A component's change is reported once, with the operations that use it. */
function compareComponents(
  before: Contract,
  after: Contract,
  operations: ReturnType<typeof pairOperations>,
  report: Report,
): Usage {
  const names = pairNames(before.schemas, after.schemas);
  const documents = { before: before.schemas, after: after.schemas, names };
  const [older, newer] = [createUsage(before), createUsage(after)];
  const waiting = [...names];
  const compareSchemas = createSchemaComparison(documents, report, (one, other) => {
    names.set(one, other);
    waiting.push([one, other]);
  });
  compareOperations(operations, report, compareSchemas);
  compareWebhooks(before, after, report, compareSchemas);
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [one, subject] = pair;
    if (one !== subject) report({ area: "schemas", subject, rule: "schema-renamed", before: one });
    const [was, is] = [older.directionOf(one), newer.directionOf(subject)];
    const direction = { sent: was.sent && is.sent, received: was.received && is.received };
    const [schema, other] = [memberOf(before.schemas, one) ?? {}, memberOf(after.schemas, subject) ?? {}];
    compareSchemas({ area: "schemas", subject, at: "" }, schema, other, direction);
  }
  const kept = new Set(names.values());
  for (const name of Object.keys(before.schemas))
    if (!names.has(name)) report({ area: "schemas", subject: name, rule: "schema-removed" });
  for (const name of Object.keys(after.schemas))
    if (!kept.has(name)) report({ area: "schemas", subject: name, rule: "schema-added" });
  return newer;
}

const withOperations = (finding: Finding, { operationsOf }: Usage): Finding =>
  finding.area === "schemas" ? { ...finding, operations: operationsOf(finding.subject) } : finding;

const areas = ["sign-in", "operations", "schemas"] as const;

/** Sign-in changes keep the order of the comparisons: the most far-reaching come first. */
function byPlace(a: Change, b: Change): number {
  if (a.area !== b.area) return areas.indexOf(a.area) - areas.indexOf(b.area);
  if (a.area === "sign-in") return 0;
  const [one, other] = [
    [a.subject, a.at],
    [b.subject, b.at],
  ].map((parts) => parts.join("\n"));
  return (one ?? "") < (other ?? "") ? -1 : (one ?? "") > (other ?? "") ? 1 : 0;
}
