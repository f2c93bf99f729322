/** Whether a call may be sent again when nobody knows what became of it. */
import type { Idempotency } from "../vendor.ts";

export interface IdempotencyPlan {
  readonly isSafe: boolean;
  /** A key that the vendor recognises a repeat by. */
  readonly header?: { readonly name: string; readonly value: string };
  /** What an unanswered request may have made, as if the vendor had answered with it; asked within the call's own deadline. */
  readonly findExisting?: (leftInMs: number) => Promise<Response | undefined>;
}

/** RFC 9110 §9.2.2; draft-ietf-httpbis-safe-method-w-body §2. */
const idempotentMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"]);

export const idempotent: IdempotencyPlan = { isSafe: true };
export const notIdempotent: IdempotencyPlan = { isSafe: false };

/** By the method alone; `undefined` where the vendor's rule or the caller's key says (idempotency.ts). */
export function planFromMethod(
  method: string,
  rule: Idempotency | undefined,
  key: string | undefined,
): IdempotencyPlan | undefined {
  if (key !== undefined) return undefined;
  if (idempotentMethods.has(method)) return idempotent;
  return rule === undefined ? notIdempotent : undefined;
}
