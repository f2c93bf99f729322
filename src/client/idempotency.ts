/** What makes a write safe to send again, as the vendor's document says (`x-latchkey-idempotency`). Loaded ahead of need. */
import { TransportError } from "../errors/transport-error.ts";
import { resolvePointer } from "../util/runtime-expression.ts";
import { type IdempotencyPlan, idempotent, notIdempotent } from "./repeat-plan.ts";
import type { Fetch } from "../http/http-sender.ts";
import type { Idempotency, Operation } from "../vendor.ts";

type Call = (
  method: string,
  path: string,
  init: LookupInit,
) => Promise<{ readonly data?: unknown; readonly response: Response }>;

/** Where and how the call is sent, its look-up too. */
interface Sending {
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: Fetch | undefined;
  readonly baseUrl?: string | undefined;
  readonly timeoutInMs?: number | undefined;
}

interface LookupInit extends Sending, Record<string, unknown> {
  readonly params: { readonly query: Readonly<Record<string, unknown>> };
  readonly deadlineInMs: number;
}

/** The call that may have to be sent again. */
interface Write extends Sending {
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
}

type InDoubt = (why: string, reason?: "network" | "timed_out") => TransportError;

interface Target {
  readonly operation: string;
  readonly details: Operation | undefined;
}

/** draft-ietf-httpapi-idempotency-key-header, for a caller's own key where the document names no header. */
const standardHeader = "Idempotency-Key";

export function planFromIdempotencyRule(
  call: Call,
  vendor: string,
  { operation, details }: Target,
  write: Write,
): IdempotencyPlan {
  const { body, idempotencyKey: key } = write;
  const rule = details?.idempotency;
  if (key !== undefined) return { isSafe: true, header: { name: rule?.header ?? standardHeader, value: key } };
  if (!rule) return notIdempotent;
  if (rule.by === "header") {
    return rule.header ? { isSafe: true, header: { name: rule.header, value: crypto.randomUUID() } } : notIdempotent;
  }
  if (!(rule.fields ?? []).every((field) => resolvePointer(body, field) !== undefined)) return notIdempotent;
  const { lookup } = rule;
  if (!lookup) return idempotent;
  const inDoubt: InDoubt = (why, reason = "network") =>
    new TransportError(
      vendor,
      reason,
      `${operation} has no answer, and its look-up ${why}; ${describeUncertainty(rule)}`,
    );
  return { isSafe: true, findExisting: (leftInMs) => findEarlier(call, lookup, write, leftInMs, inDoubt) };
}

/** @throws TransportError by `inDoubt` where the vendor does not say */
async function findEarlier(
  call: Call,
  { method, path, query: pointers }: NonNullable<Idempotency["lookup"]>,
  { body, signal, fetch, baseUrl, timeoutInMs }: Write,
  leftInMs: number,
  inDoubt: InDoubt,
): Promise<Response | undefined> {
  const query = Object.fromEntries(
    Object.entries(pointers).map(([name, pointer]) => [name, resolvePointer(body, pointer)]),
  );
  const init = { params: { query }, signal, fetch, baseUrl, timeoutInMs, deadlineInMs: leftInMs };
  const { data, response } = await call(method, path, init).catch((error: unknown) => {
    if (!(error instanceof TransportError)) throw error;
    throw inDoubt("has none either", error.reason === "timed_out" ? "timed_out" : "network");
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw inDoubt(`was refused (${response.status})`);
  const found: unknown = Array.isArray(data) ? data[0] : data;
  return found === undefined || found === null ? undefined : Response.json(found, { status: 200 });
}

/** What is left to the caller of a write that nobody knows the end of. */
export function describeUncertainty(rule: Idempotency | undefined): string {
  const processed = "it may have been processed";
  if (!rule?.lookup) return processed;
  const { method, path, query } = rule.lookup;
  return `${processed}: ask ${method} ${path} by ${Object.keys(query).join(", ")} before you send it again`;
}
