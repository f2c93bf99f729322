/** Whether a call may be sent again when nobody knows what became of it. */
import type { Idempotency } from "../vendor.ts";

export interface RepeatPlan {
  readonly isSafe: boolean;
  /** A key that the vendor recognises a repeat by. */
  readonly header?: { readonly name: string; readonly value: string };
  /** What an unanswered request may have made, as if the vendor had answered with it; asked within the call's own deadline. */
  readonly findEarlier?: (leftInMs: number) => Promise<Response | undefined>;
}

/** RFC 9110 §9.2.2; draft-ietf-httpbis-safe-method-w-body §2. */
const idempotentMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"]);

export const safe: RepeatPlan = { isSafe: true };
export const unsafe: RepeatPlan = { isSafe: false };

/** By the method alone; `undefined` where the vendor's rule or the caller's key says (idempotency.ts). */
export function planByMethod(
  method: string,
  rule: Idempotency | undefined,
  key: string | undefined,
): RepeatPlan | undefined {
  if (key !== undefined) return undefined;
  if (idempotentMethods.has(method)) return safe;
  return rule === undefined ? unsafe : undefined;
}
