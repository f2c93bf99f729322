/** Compares operations: parameters, bodies, responses and callbacks, and the rules of pagination and bulk writes. */
import type { Contract, ContractOperation } from "../../codegen/contract/contract.ts";
import type { Json } from "../../codegen/util/json.ts";
import type { Report } from "../rules/change.ts";
import { compareBodies, compareResponses } from "./compare-bodies.ts";
import { compareMessages, type Telling } from "./compare-webhooks.ts";
import { compareParameters } from "./compare-parameters.ts";
import type { CompareSchemas } from "../schemas/comparison.ts";
import type { PairedOperations, Say } from "./pair-operations.ts";
import { isSame } from "../util/equality.ts";

export function compareOperations(
  { pairs, added, removed }: PairedOperations,
  report: Report,
  compareSchemas: CompareSchemas,
): void {
  for (const subject of removed) report({ area: "operations", subject, rule: "operation-removed" });
  for (const subject of added) report({ area: "operations", subject, rule: "operation-added" });
  for (const pair of pairs) {
    const { say, compare } = toTelling(pair.key, report, compareSchemas);
    compareItself(pair.before, pair.after, say);
    compareParameters(pair, say, compare);
    compareBodies(pair.before.body, pair.after.body, say, compare);
    compareResponses(pair.before.responses, pair.after.responses, say, compare);
    compareMessages("callback", pair.before.callbacks, pair.after.callbacks, (name) =>
      toTelling(pair.key, report, compareSchemas, `callback ${name}`),
    );
  }
}

export function compareWebhooks(
  before: Contract,
  after: Contract,
  report: Report,
  compareSchemas: CompareSchemas,
): void {
  compareMessages("webhook", before.webhooks, after.webhooks, (name) =>
    toTelling(`webhook ${name}`, report, compareSchemas),
  );
}

/** @param below the part of the subject that all reported places are in */
function toTelling(subject: string, report: Report, compareSchemas: CompareSchemas, below = ""): Telling {
  const place = (at: string) => [below, at].filter((part) => part !== "").join(" ");
  return {
    say: (rule, at, more) => report({ area: "operations", subject, rule, at: place(at), ...more }),
    compare: (at, before, after, direction) =>
      compareSchemas({ area: "operations", subject, at: place(at) }, before, after, {
        sent: direction === "sent",
        received: direction === "received",
      }),
  };
}

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
    // An added or removed body is reported by compareBodies.
    if (name === "encoding" && (before.body === undefined || after.body === undefined)) continue;
    say(older === undefined ? added : newer === undefined ? removed : changed, "", { before: older, after: newer });
  }
}

const hintOf = (operation: ContractOperation, name: string): Json | undefined =>
  Object.entries(operation).find(([member]) => member === name)?.[1];
