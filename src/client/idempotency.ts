/**
 * Decides whether a call may be sent again if its outcome is unknown: by its method, by the caller's key, or by the rule of the vendor's
 * document (`x-latchkey-idempotency`).
 */
import { TransportError } from "../errors/transport-error.ts";
import type { Fetch } from "../http/http-sender.ts";
import { resolvePointer } from "../util/runtime-expression.ts";
import type { Idempotency, Operation } from "../vendor.ts";

export interface IdempotencyPlan {
  /** Whether a failure without a response may be sent again. */
  readonly isSafe: boolean;
  /** A key by which the vendor recognises a repeated request. */
  readonly header?: { readonly name: string; readonly value: string };
  /** Looks up what a request without a response may have created, as if the vendor had responded with it. @param leftInMs of the call's deadline */
  readonly findExisting?: (leftInMs: number) => Promise<Response | undefined>;
}

type Call = (
  method: string,
  path: string,
  init: LookupInit,
) => Promise<{ readonly data?: unknown; readonly response: Response }>;

/** The options of a call that its look-up takes over. */
interface LookupOptions {
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: Fetch | undefined;
  readonly baseUrl?: string | undefined;
  readonly timeoutInMs?: number | undefined;
}

interface LookupInit extends LookupOptions, Record<string, unknown> {
  readonly params: { readonly query: Readonly<Record<string, unknown>> };
  readonly deadlineInMs: number;
}

/** The options of the call that may be sent again. */
interface CallInit extends LookupOptions {
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
}

type ToLookupError = (why: string, reason?: "network" | "timed_out") => TransportError;

interface Target {
  readonly details: Operation | undefined;
}

/** RFC 9110 §9.2.2; draft-ietf-httpbis-safe-method-w-body §2. */
const idempotentMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"]);

const safe: IdempotencyPlan = { isSafe: true };
const unsafe: IdempotencyPlan = { isSafe: false };

/** draft-ietf-httpapi-idempotency-key-header: the header of the caller's key if the document names none. */
const standardHeader = "Idempotency-Key";

/** @param call performs a look-up as a call of its own */
export function planIdempotency(
  call: Call,
  vendor: string,
  method: string,
  { details }: Target,
  init: CallInit,
): IdempotencyPlan {
  const { body, idempotencyKey: key } = init;
  const rule = details?.idempotency;
  if (key !== undefined) return { isSafe: true, header: { name: rule?.header ?? standardHeader, value: key } };
  if (idempotentMethods.has(method)) return safe;
  if (!rule) return unsafe;
  if (rule.by === "header") {
    return rule.header ? { isSafe: true, header: { name: rule.header, value: crypto.randomUUID() } } : unsafe;
  }
  if (!(rule.fields ?? []).every((field) => resolvePointer(body, field) !== undefined)) return unsafe;
  const { lookup } = rule;
  if (!lookup) return safe;
  const toError: ToLookupError = (why, reason = "network") => new TransportError(vendor, reason, `its look-up ${why}`);
  return { isSafe: true, findExisting: (leftInMs) => lookUp(call, lookup, init, leftInMs, toError) };
}

/** @throws TransportError made by `toError` if the look-up gives no clear result */
async function lookUp(
  call: Call,
  { method, path, query: pointers }: NonNullable<Idempotency["lookup"]>,
  { body, signal, fetch, baseUrl, timeoutInMs }: CallInit,
  leftInMs: number,
  toError: ToLookupError,
): Promise<Response | undefined> {
  const query = Object.fromEntries(
    Object.entries(pointers).map(([name, pointer]) => [name, resolvePointer(body, pointer)]),
  );
  const init = { params: { query }, signal, fetch, baseUrl, timeoutInMs, deadlineInMs: Math.max(leftInMs, 1) };
  const { data, response } = await call(method, path, init).catch((error: unknown) => {
    if (!(error instanceof TransportError)) throw error;
    throw toError("got no response either", error.reason === "timed_out" ? "timed_out" : "network");
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw toError(`was refused (${response.status})`);
  const found: unknown = Array.isArray(data) ? data[0] : data;
  return found === undefined || found === null ? undefined : Response.json(found, { status: 200 });
}

/** Names the operation that tells whether a write was processed: `GET /orders by reference`. */
export function describeLookup(rule: Idempotency | undefined): string | undefined {
  if (!rule?.lookup) return undefined;
  const { method, path, query } = rule.lookup;
  return `${method} ${path} by ${Object.keys(query).join(", ")}`;
}
