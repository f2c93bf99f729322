/** What makes a write safe to send again, as the vendor's document says (`x-latchkey-idempotency`). Loaded ahead of need. */
import { at } from "./expression.ts";
import { type RepeatPlan, safe, unsafe } from "./repeat-plan.ts";
import type { Idempotency } from "./vendor.ts";

type Call = (
  method: string,
  path: string,
  init: { readonly params: { readonly query: Readonly<Record<string, unknown>> } },
) => Promise<{ readonly data?: unknown; readonly response: Response }>;

/** draft-ietf-httpapi-idempotency-key-header, for a caller's own key where the document names no header. */
const standardHeader = "Idempotency-Key";

export function planByRule(
  call: Call,
  rule: Idempotency | undefined,
  body: unknown,
  key: string | undefined,
): RepeatPlan {
  if (key !== undefined) return { isSafe: true, header: { name: rule?.header ?? standardHeader, value: key } };
  if (!rule) return unsafe;
  if (rule.by === "header") {
    return rule.header ? { isSafe: true, header: { name: rule.header, value: crypto.randomUUID() } } : unsafe;
  }
  if (!(rule.fields ?? []).every((field) => at(body, field) !== undefined)) return unsafe;
  const { lookup } = rule;
  return lookup ? { isSafe: true, findEarlier: () => findEarlier(call, lookup, body) } : safe;
}

async function findEarlier(
  call: Call,
  lookup: NonNullable<Idempotency["lookup"]>,
  body: unknown,
): Promise<Response | undefined> {
  const query = Object.fromEntries(Object.entries(lookup.query).map(([name, pointer]) => [name, at(body, pointer)]));
  const { data, response } = await call(lookup.method, lookup.path, { params: { query } });
  if (!response.ok) return response.status === 404 ? undefined : response;
  const found: unknown = Array.isArray(data) ? data[0] : data;
  return found === undefined || found === null ? undefined : Response.json(found, { status: 200 });
}
