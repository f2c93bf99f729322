/** Compares security requirements. They are alternatives: what satisfied the old document must satisfy the new one. */
import type { Contract, Requirements } from "../../codegen/contract/contract.ts";
import type { Report } from "../rules/change.ts";
import type { OperationPair } from "./pair-operations.ts";
import { isSame } from "../util/equality.ts";

/** Reports operations with the same change together: mostly the document's default requirement changed. */
export function compareSecurity(
  before: Contract,
  after: Contract,
  pairs: readonly OperationPair[],
  report: Report,
): void {
  const groups = new Map<string, { before: Requirements; after: Requirements; operations: string[] }>();
  for (const { key, before: older, after: newer } of pairs) {
    const change = { before: older.security ?? before.security, after: newer.security ?? after.security };
    if (isSame(change.before, change.after)) continue;
    const name = JSON.stringify([change.before, change.after]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { ...change, operations: [key] });
    else group.operations.push(key);
  }
  for (const { operations, ...change } of groups.values()) {
    const [held, needed] = [alternatives(change.before), alternatives(change.after)];
    const suffices = held.every((one) => needed.some((other) => isCovered(other, one)));
    // Only the order changed, or an alternative that a smaller one covers was removed.
    if (suffices && needed.every((other) => held.some((one) => isCovered(one, other)))) continue;
    report({
      area: "sign-in",
      subject: operations.length === 1 ? `security of ${operations[0]}` : `security of ${operations.length} operations`,
      rule: suffices ? "security-loosened" : "security-tightened",
      ...change,
      operations,
    });
  }
}

/** An empty list means that no security is required. */
const alternatives = (requirements: Requirements): Requirements => (requirements.length === 0 ? [{}] : requirements);

/** Whether satisfying `held` also satisfies `needed`. */
const isCovered = (needed: Requirements[number], held: Requirements[number]): boolean =>
  Object.entries(needed).every(
    ([scheme, scopes]) => Object.hasOwn(held, scheme) && scopes.every((scope) => held[scheme]?.includes(scope)),
  );
