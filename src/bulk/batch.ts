/**
 * Writes many rows through an operation that takes several at once, on the client's own calls.
 *
 * | what happens | what follows |
 * | --- | --- |
 * | a row is refused | its outcome says why; told to, only such rows are sent again, up to so many times |
 * | a request is refused for what is in it | all its rows failed, each with the problems that are its own; the run goes on |
 * | no answer, 5xx, 429 | the call's own retries: a write only where the document says it is safe; what is left after them stops the run |
 * | credentials or a permission are refused | the run stops at once |
 *
 * A run that stops first delivers every outcome that is known, then throws a `BatchError` that says what became of the rest.
 */
import { onAbort } from "../util/abortable.ts";
import { type Clock, sleep } from "../util/clock.ts";
import { AuthError } from "../errors/auth-error.ts";
import { LatchkeyError } from "../errors/latchkey-error.ts";
import { toVendorError } from "../errors/to-vendor-error.ts";
import { SchemaError } from "../errors/schema-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import { VendorError } from "../errors/vendor-error.ts";
import type { Listener } from "../events/events.ts";
import { setAtPointer } from "../util/runtime-expression.ts";
import type { ErrorKind, Vendor } from "../vendor.ts";
import { BatchError } from "./batch-error.ts";
import { type ReadContext, type Row, type RowOutcome, readOutcomes, outcomesFromRejection } from "./row-outcome.ts";
import { checkCounts, countRows, chunkRows, type Rows, resolveBatchSize } from "./rows.ts";

/** What `batch` takes beside the call's own parameters and options. */
export interface BatchOptions {
  /** Rows per request. @default the vendor's documented most, else 100 */
  readonly size?: number | undefined;
  /** Requests at a time; with more than one, rows are not written in order. @default 1 */
  readonly concurrency?: number | undefined;
  /** How often a row is sent in all while the vendor refuses it; after 1, 2, 4, … s. @default 1 */
  readonly attempts?: number | undefined;
}

type Init = Readonly<Record<string, unknown>>;

export interface BatchSource {
  readonly vendor: Vendor;
  readonly method: string;
  readonly path: string;
  readonly init: Init &
    BatchOptions & { readonly rows: Rows<unknown>; readonly signal?: AbortSignal | null | undefined };
  readonly clock: Clock;
  readonly emit: Listener;
  /** Text of the vendor's, fit for a message. */
  readonly quote: (text: string) => string;
  call(
    method: string,
    path: string,
    init: Init,
  ): Promise<{ readonly data?: unknown; readonly error?: unknown; readonly response: Response }>;
}

type Outcome = RowOutcome<unknown, unknown>;

/** What one request's rows came to. */
interface SettledRequest {
  readonly outcomes: readonly Outcome[];
  /** Why the run cannot go on, and the rows that it leaves. */
  readonly stop?: { readonly cause: LatchkeyError; readonly rows: readonly Row[]; readonly isUnknown: boolean };
}

/** Refusals that are not the rows' fault. Nothing of such a request was done. */
const refusals: ReadonlySet<ErrorKind> = new Set([
  "invalid_credentials",
  "invalid_grant",
  "invalid_token",
  "expired_token",
  "revoked_token",
  "wrong_environment",
  "ip_not_allowed",
  "permission_denied",
  "rate_limited",
]);

export async function* runBatch(source: BatchSource): AsyncGenerator<Outcome, void, undefined> {
  const { method, path, clock, emit, call } = source;
  const { rows, size, concurrency = 1, attempts = 1, signal, body, ...init } = source.init;
  const vendor = source.vendor.name;
  const operation = `${method} ${path}`;
  const rule = source.vendor.operations[operation]?.bulk;
  if (!rule)
    throw new ConfigurationError(vendor, `the document does not say how ${operation} takes rows (x-latchkey-bulk)`);
  const rowsAtOnce = resolveBatchSize(vendor, size, rule.maxRows);
  checkCounts(vendor, { concurrency, attempts });
  const context: ReadContext = { vendor: source.vendor, operation, rule, quote: source.quote };
  const total = countRows(rows);
  const counts = { succeeded: 0, failed: 0, taken: 0 };
  let isStopped = false;
  const leaving = new AbortController();
  const leave = () => leaving.abort(signal?.reason);
  const stopListening = onAbort(signal, leave);

  /** Once; rejects where the request was refused or got no answer. */
  async function send(part: readonly Row[]): Promise<Outcome[]> {
    const full = setAtPointer(
      body,
      rule?.rows ?? "",
      part.map(({ row }) => row),
    );
    const result = await call(method, path, { ...init, body: full, signal: leaving.signal });
    const error = toVendorError(result);
    if (error) throw error;
    return readOutcomes(context, part, result);
  }

  async function settle(part: readonly Row[]): Promise<SettledRequest> {
    const settled = new Map<number, Outcome>();
    let left = part;
    let stop: SettledRequest["stop"];
    for (let attempt = 1; left.length > 0 && !stop; attempt += 1) {
      try {
        if (attempt > 1) await sleep(clock, 1000 * 2 ** (attempt - 2), leaving.signal);
        const outcomes = await send(left);
        for (const outcome of outcomes) settled.set(outcome.index, outcome);
        left = attempt < attempts ? outcomes.filter(({ ok }) => !ok) : [];
      } catch (error) {
        if (!(error instanceof LatchkeyError)) throw error;
        if (isRowsFault(error)) {
          for (const outcome of outcomesFromRejection(context, left, error)) settled.set(outcome.index, outcome);
        } else {
          // What was refused before stays refused; only rows that nothing is known of are left.
          const rows = left.filter(({ index }) => !settled.has(index));
          stop = { cause: error, rows, isUnknown: mayBeDone(error) };
        }
        left = [];
      }
    }
    const outcomes = part.flatMap(({ index }) => settled.get(index) ?? []);
    const failed = outcomes.filter(({ ok }) => !ok).length;
    counts.failed += failed;
    counts.succeeded += outcomes.length - failed;
    const done = counts.succeeded + counts.failed;
    emit({ type: "progress", vendor, operation, done, failed: counts.failed, total });
    if (stop) isStopped = true;
    return stop ? { outcomes, stop } : { outcomes };
  }

  const parts = chunkRows(rows, rowsAtOnce);
  const underWay: Promise<SettledRequest>[] = [];
  const stops: NonNullable<SettledRequest["stop"]>[] = [];
  try {
    for (;;) {
      while (underWay.length < concurrency && !isStopped) {
        signal?.throwIfAborted();
        const { value: part, done } = await parts.next();
        if (done) break;
        counts.taken += part.length;
        const settling = settle(part);
        // Awaited in turn; until then a failure is nobody's.
        settling.catch(() => {});
        underWay.push(settling);
      }
      const settled = await underWay.shift();
      if (!settled) break;
      if (settled.stop) stops.push(settled.stop);
      yield* settled.outcomes;
    }
  } finally {
    leave();
    stopListening();
    await Promise.allSettled([...underWay, parts.return(undefined)]);
  }
  const [first] = stops;
  if (!first) return;
  const left = (isUnknown: boolean) =>
    stops.filter((one) => one.isUnknown === isUnknown).flatMap((one) => one.rows.map(({ index }) => index));
  const { succeeded, failed, taken } = counts;
  const rest = { undone: left(false), unknown: left(true), nextIndex: taken, total };
  throw new BatchError(vendor, { operation, cause: first.cause, succeeded, failed, ...rest });
}

/** The vendor says no to what is in the request; anything else stops the run. */
const isRowsFault = (error: LatchkeyError): error is VendorError =>
  error instanceof VendorError && !refusals.has(error.kind) && error.kind !== "unavailable" && error.status < 500;

/** Nobody knows whether the rows of such a request were written. */
function mayBeDone(error: LatchkeyError): boolean {
  if (error instanceof AuthError || error instanceof ConfigurationError) return false;
  if (error instanceof SchemaError) return error.direction === "response";
  if (error instanceof TransportError) return error.reason === "network" || error.reason === "timed_out";
  return !(error instanceof VendorError && refusals.has(error.kind));
}
