/** What each call must be signed with. Requirements are alternatives; what was enough before must be enough still. */
import type { Contract, Requirements } from "../../codegen/contract/contract.ts";
import type { Report } from "../rules/change.ts";
import type { OperationPair } from "./pair-operations.ts";
import { isSame } from "../util/equality.ts";

/** Operations whose requirement changed in the same way are told of together: it is mostly the document's own that changed. */
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
    // The order of alternatives is another, or one that a smaller one makes needless is gone.
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

/** No requirement at all is satisfied by nothing. */
const alternatives = (requirements: Requirements): Requirements => (requirements.length === 0 ? [{}] : requirements);

/** Whether one who satisfies `held` satisfies `needed`. */
const isCovered = (needed: Requirements[number], held: Requirements[number]): boolean =>
  Object.entries(needed).every(
    ([scheme, scopes]) => Object.hasOwn(held, scheme) && scopes.every((scope) => held[scheme]?.includes(scope)),
  );
