/**
 * Writes many rows with an operation that takes several at once, through the client's own calls.
 *
 * | what happens | what follows |
 * | --- | --- |
 * | the vendor rejects a row | its outcome says why; with `attempts`, rejected rows alone are sent again |
 * | the vendor rejects a request for its content | all its rows fail, each with its own field errors; the batch continues |
 * | no response, 5xx, 429 | the call's own retries (a write only where the document says that it is safe), then the batch stops |
 * | 303 See Other | the rows' results are fetched by GET; where they cannot be, the batch stops, and the rows may have been written |
 * | the vendor rejects the credentials or a permission | the batch stops at once |
 *
 * A batch that stops delivers all known outcomes first, then throws a `BatchError` that lists the other rows.
 */
import { onAbort } from "../util/abortable.ts";
import { type Clock, sleep } from "../util/clock.ts";
import { AuthError } from "../errors/auth-error.ts";
import { LatchkeyError } from "../errors/latchkey-error.ts";
import type { Redactor } from "../errors/redactor.ts";
import { withSensitiveValues } from "../errors/sensitive-values.ts";
import { toVendorError } from "../errors/to-vendor-error.ts";
import { SchemaError } from "../errors/schema-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { TransportError } from "../errors/transport-error.ts";
import { VendorError } from "../errors/vendor-error.ts";
import type { Listener } from "../events/events.ts";
import { setAtPointer } from "../util/runtime-expression.ts";
import type { ErrorKind, Vendor } from "../vendor.ts";
import { BatchError } from "./batch-error.ts";
import { type Row, type RowOutcome, readOutcomes, outcomesFromRejection } from "./row-outcome.ts";
import { checkCounts, countRows, chunkRows, type Rows, resolveBatchSize } from "./rows.ts";

/** What `batch` takes beside the call's own parameters and options. */
export interface BatchOptions {
  /** Rows per request. @default the vendor's documented maximum, else 100 */
  readonly size?: number | undefined;
  /** Concurrent requests; with more than one, rows are not written in order. @default 1 */
  readonly concurrency?: number | undefined;
  /** How many times a row is sent while the vendor rejects it, with waits of 1, 2, 4, … s. @default 1 */
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
  readonly redactor: Redactor;
  call(
    method: string,
    path: string,
    init: Init,
  ): Promise<{ readonly data?: unknown; readonly error?: unknown; readonly response: Response }>;
}

type Outcome = RowOutcome<unknown, unknown>;

/** The result of one request with its attempts. */
interface SettledRequest {
  readonly outcomes: readonly Outcome[];
  /** Why the batch cannot continue, and its rows without an outcome. */
  readonly stop?: { readonly cause: LatchkeyError; readonly rows: readonly Row[]; readonly isUnknown: boolean };
}

/** Errors that are not about the rows. */
const notAboutRows: ReadonlySet<ErrorKind> = new Set([
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
  const { bulk: rule, sensitive = [] } = source.vendor.operations[operation] ?? {};
  if (!rule)
    throw new ConfigurationError(
      vendor,
      `the document does not say how to send rows to ${operation} (x-latchkey-bulk)`,
    );
  const rowsAtOnce = resolveBatchSize(vendor, size, rule.maxRows);
  checkCounts(vendor, { concurrency, attempts });
  const context = { vendor: source.vendor, operation, rule };
  const total = countRows(rows);
  const counts = { succeeded: 0, failed: 0, taken: 0 };
  let isStopped = false;
  const stopping = new AbortController();
  const abort = () => stopping.abort(signal?.reason);
  const stopListening = onAbort(signal, abort);

  /** Sends rows once. Rejects where the request got an error response or none. */
  async function send(rowsToSend: readonly Row[]): Promise<Outcome[]> {
    const fullBody = setAtPointer(
      body,
      rule?.rows ?? "",
      rowsToSend.map(({ row }) => row),
    );
    const result = await call(method, path, { ...init, body: fullBody, signal: stopping.signal });
    const error = toVendorError(result);
    if (error) throw error;
    // Made for a row that failed: a request whose rows all succeeded quotes nothing.
    let redactor: Redactor | undefined;
    const quote = (text: string): string => {
      redactor ??= withSensitiveValues(source.redactor, sensitive, [fullBody, result.data]);
      return redactor.redact(text);
    };
    return readOutcomes({ ...context, quote }, rowsToSend, result);
  }

  /** Sends a request's rows, and again those that the vendor rejected, as often as `attempts` allows. */
  async function settle(part: readonly Row[]): Promise<SettledRequest> {
    const settled = new Map<number, Outcome>();
    let left = part;
    let stop: SettledRequest["stop"];
    for (let attempt = 1; left.length > 0 && !stop; attempt += 1) {
      try {
        if (attempt > 1) await sleep(clock, 1000 * 2 ** (attempt - 2), stopping.signal);
        const outcomes = await send(left);
        for (const outcome of outcomes) settled.set(outcome.index, outcome);
        left = attempt < attempts ? outcomes.filter(({ ok }) => !ok) : [];
      } catch (error) {
        if (!(error instanceof LatchkeyError)) throw error;
        if (isAboutRows(error)) {
          for (const outcome of outcomesFromRejection(context, left, error)) settled.set(outcome.index, outcome);
        } else {
          // Rows that were rejected in an earlier attempt keep that outcome.
          const rows = left.filter(({ index }) => !settled.has(index));
          stop = { cause: error, rows, isUnknown: mayBeWritten(error) };
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
  const inProgress: Promise<SettledRequest>[] = [];
  const stops: NonNullable<SettledRequest["stop"]>[] = [];
  try {
    for (;;) {
      while (inProgress.length < concurrency && !isStopped) {
        signal?.throwIfAborted();
        const { value: part, done } = await parts.next();
        if (done) break;
        counts.taken += part.length;
        const settling = settle(part);
        // Handled when it is awaited, in order; until then a rejection must not count as unhandled.
        settling.catch(() => {});
        inProgress.push(settling);
      }
      const settled = await inProgress.shift();
      if (!settled) break;
      if (settled.stop) stops.push(settled.stop);
      yield* settled.outcomes;
    }
  } finally {
    abort();
    stopListening();
    await Promise.allSettled([...inProgress, parts.return(undefined)]);
  }
  const [first] = stops;
  if (!first) return;
  const left = (isUnknown: boolean) =>
    stops.filter((one) => one.isUnknown === isUnknown).flatMap((one) => one.rows.map(({ index }) => index));
  const { succeeded, failed, taken } = counts;
  const rest = { undone: left(false), unknown: left(true), nextIndex: taken, total };
  throw new BatchError(vendor, { operation, cause: first.cause, succeeded, failed, ...rest });
}

/** True where the vendor rejected the content of the request; any other error stops the batch. */
const isAboutRows = (error: LatchkeyError): error is VendorError =>
  error instanceof VendorError &&
  !notAboutRows.has(error.kind) &&
  error.kind !== "unavailable" &&
  (error.status < 300 || (error.status >= 400 && error.status < 500));

/** True unless the rows of the request were certainly not written (errors/delivery.ts). */
function mayBeWritten(error: LatchkeyError): boolean {
  if (error instanceof SchemaError) return error.direction === "response";
  if (error instanceof ConfigurationError) return error.delivery !== undefined;
  const isKnown = error instanceof TransportError || error instanceof AuthError || error instanceof VendorError;
  return !(isKnown && error.delivery === "not_processed");
}
