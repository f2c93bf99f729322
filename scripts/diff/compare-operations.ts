/** Operations: what each takes and answers, and the rules by which the client walks lists and writes rows. */
import type { ContractOperation } from "../codegen/contract.ts";
import type { Json } from "../codegen/json.ts";
import type { Report } from "./change.ts";
import { compareBodies, compareResponses } from "./compare-bodies.ts";
import { compareParameters } from "./compare-parameters.ts";
import type { CompareSchemas } from "./comparison.ts";
import type { ComparePart, OperationPair, PairedOperations, Say } from "./operation-pairs.ts";
import { isSame } from "./same.ts";

export function compareOperations(
  { pairs, added, removed }: PairedOperations,
  report: Report,
  compareSchemas: CompareSchemas,
): void {
  for (const subject of removed) report({ area: "operations", subject, rule: "operation-removed" });
  for (const subject of added) report({ area: "operations", subject, rule: "operation-added" });
  for (const pair of pairs) {
    const say: Say = (rule, at, more) => report({ area: "operations", subject: pair.key, rule, at, ...more });
    const compare = toCompare(pair, compareSchemas);
    compareItself(pair.before, pair.after, say);
    compareParameters(pair, say, compare);
    compareBodies(pair.before.body, pair.after.body, say, compare);
    compareResponses(pair.before.responses, pair.after.responses, say, compare);
  }
}

const toCompare =
  ({ key }: OperationPair, compareSchemas: CompareSchemas): ComparePart =>
  (at, before, after, direction) =>
    compareSchemas({ area: "operations", subject: key, at }, before, after, {
      sent: direction === "sent",
      received: direction === "received",
    });

const rules = {
  pagination: ["pagination-added", "pagination-removed", "pagination-changed"],
  bulk: ["bulk-added", "bulk-removed", "bulk-changed"],
  permission: ["permission-changed", "permission-removed", "permission-changed"],
  idempotency: ["idempotency-changed", "idempotency-changed", "idempotency-changed"],
  encoding: ["body-encoding-changed", "body-encoding-changed", "body-encoding-changed"],
  sensitive: ["sensitive-names-changed", "sensitive-names-changed", "sensitive-names-changed"],
  host: ["operation-moved", "operation-moved", "operation-moved"],
  id: ["operation-id-changed", "operation-id-changed", "operation-id-changed"],
} as const;

function compareItself(before: ContractOperation, after: ContractOperation, say: Say): void {
  if (before.deprecated !== true && after.deprecated === true) say("operation-deprecated", "");
  for (const [name, [added, removed, changed]] of Object.entries(rules)) {
    const [older, newer] = [hintOf(before, name), hintOf(after, name)];
    if (isSame(older, newer)) continue;
    // The body's own change says it all.
    if (name === "encoding" && (before.body === undefined || after.body === undefined)) continue;
    say(older === undefined ? added : newer === undefined ? removed : changed, "", { before: older, after: newer });
  }
}

const hintOf = (operation: ContractOperation, name: string): Json | undefined =>
  Object.entries(operation).find(([member]) => member === name)?.[1];
