/** Compares errors: codes and their meaning, the shape of error bodies, and rate limits. */
import type { Contract } from "../../codegen/contract/contract.ts";
import type { JsonObject } from "../../codegen/util/json.ts";
import type { Report } from "../rules/change.ts";
import { compareMaps } from "../util/compare-maps.ts";
import { isSame } from "../util/equality.ts";

export function compareErrors(before: Contract, after: Contract, report: Report): void {
  const about = { area: "sign-in", subject: "errors" } as const;
  compareMaps(byCase(before.errors.table), byCase(after.errors.table), {
    added: (at, { code, kind }) =>
      report({ ...about, at, rule: code === undefined ? "error-rule-added" : "error-code-added", after: kind }),
    removed: (at, { code, kind }) =>
      report({ ...about, at, rule: code === undefined ? "error-rule-removed" : "error-code-removed", before: kind }),
    both(at, older, newer) {
      if (older.kind !== newer.kind)
        report({ ...about, at, rule: "error-kind-changed", before: older.kind, after: newer.kind });
    },
  });
  const wholes = [
    ["error-envelope-changed", before.errors.envelopes, after.errors.envelopes],
    ["rate-limit-changed", before.rateLimits, after.rateLimits],
    ["retry-changed", before.retry, after.retry],
  ] as const;
  for (const [rule, older, newer] of wholes) {
    if (!isSame(older, newer))
      report({
        ...about,
        subject: rule.replace(/-changed$/u, "").replace("-", " "),
        rule,
        before: older,
        after: newer,
      });
  }
}

/** Every rule by what it applies to: `401 invalid_client (obtain)`. The first of several counts, as it does for the client. */
function byCase(table: readonly JsonObject[]): Record<string, JsonObject> {
  const entries = table.map((rule): [string, JsonObject] => {
    const { status, code, message, on, scheme } = rule;
    const phases = Array.isArray(on) && on.length > 0 ? `(${on.join(", ")})` : undefined;
    const words = [status, code, message === undefined ? undefined : JSON.stringify(message), scheme, phases];
    return [words.filter((word) => word !== undefined).join(" ") || "any", rule];
  });
  return Object.fromEntries(entries.reverse());
}
