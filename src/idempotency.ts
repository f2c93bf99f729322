/** Whether a call may be sent again when nobody knows what became of it, as the vendor's document says (`x-latchkey-idempotency`). */
import { at } from "./expression.ts";
import type { Idempotency, Operation } from "./vendor.ts";

export interface RepeatPlan {
  readonly isSafe: boolean;
  /** A key that the vendor recognises a repeat by. */
  readonly header?: { readonly name: string; readonly value: string };
  /** What an unanswered request may have made, as if the vendor had answered with it. */
  readonly findEarlier?: () => Promise<Response | undefined>;
}

type Call = (
  method: string,
  path: string,
  init: { readonly params: { readonly query: Readonly<Record<string, unknown>> } },
) => Promise<{ readonly data?: unknown; readonly response: Response }>;

/** RFC 9110 §9.2.2; draft-ietf-httpbis-safe-method-w-body §2. */
const idempotentMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"]);
/** draft-ietf-httpapi-idempotency-key-header, for a caller's own key where the document names no header. */
const standardHeader = "Idempotency-Key";

const safe: RepeatPlan = { isSafe: true };
const unsafe: RepeatPlan = { isSafe: false };

export function createIdempotency(call: Call) {
  return {
    plan(method: string, operation: Operation | undefined, body: unknown, key: string | undefined): RepeatPlan {
      const rule = operation?.idempotency;
      if (key !== undefined) return { isSafe: true, header: { name: rule?.header ?? standardHeader, value: key } };
      if (idempotentMethods.has(method)) return safe;
      if (!rule) return unsafe;
      if (rule.by === "header") {
        return rule.header ? { isSafe: true, header: { name: rule.header, value: crypto.randomUUID() } } : unsafe;
      }
      if (!(rule.fields ?? []).every((field) => at(body, field) !== undefined)) return unsafe;
      return rule.lookup ? { isSafe: true, findEarlier: () => findEarlier(rule.lookup, body) } : safe;
    },
  };

  async function findEarlier(lookup: Idempotency["lookup"], body: unknown): Promise<Response | undefined> {
    if (!lookup) return undefined;
    const query = Object.fromEntries(Object.entries(lookup.query).map(([name, pointer]) => [name, at(body, pointer)]));
    const { data, response } = await call(lookup.method, lookup.path, { params: { query } });
    if (!response.ok) return response.status === 404 ? undefined : response;
    const found: unknown = Array.isArray(data) ? data[0] : data;
    return found === undefined || found === null ? undefined : Response.json(found, { status: 200 });
  }
}
