/** Maps an error result to a `VendorError`. */
import { retryAfterInMs } from "../util/retry-after.ts";
import { describeEffort } from "./call-facts.ts";
import { deliveryOf } from "./delivery.ts";
import type { FieldProblem } from "./error-body.ts";
import { isTokenError, parseErrorResponse } from "./parse-error-response.ts";
import { getResponseContext, maskedErrorStatuses } from "./response-context.ts";
import { withSensitiveValues } from "./sensitive-values.ts";
import { VendorError } from "./vendor-error.ts";

/** A call's result, as far as it says whether the call failed. */
export interface CallResult {
  readonly response: Response;
  readonly error?: unknown;
  readonly data?: unknown;
}

/** More field errors than this are not kept: they go into logs. */
const maxFields = 100;

/** Maps a result to its error; `undefined` for a success, and for a result that did not come from one of our clients. */
export function toVendorError(result: CallResult): VendorError | undefined {
  const { status, headers, ok } = result.response;
  const context = getResponseContext(result.response);
  if (!context || (ok && !maskedErrorStatuses(context.rules).has(status))) return undefined;
  // For an empty body, the client has mapped the error already.
  if (result.error instanceof VendorError) return result.error;
  const body = ok ? result.data : result.error;
  const { vendor, operation, details, rules, phase, scheme } = context;
  const parsed = parseErrorResponse(rules, { status, headers, body }, phase, scheme);
  if (ok && parsed.kind === "unexpected") return undefined;
  const redactor = withSensitiveValues(context.redactor, details?.sensitive ?? [], [context.sent, body]);
  const redact = (text: string) => redactor.redact(text);
  const redactCode = (text: string | undefined) => (text === undefined ? undefined : redactor.redactCode(text));
  const code = redactCode(parsed.code);
  const message = parsed.message === undefined ? undefined : redact(parsed.message);
  const fields = parsed.fields.slice(0, maxFields).map((field) => ({
    path: field.path === undefined ? undefined : redact(field.path),
    code: redactCode(field.code),
    message: redact(field.message),
  }));
  const quoted = [code, message, describeFirst(fields, message)].filter((part) => part !== undefined).join(": ");
  const permission = parsed.kind === "permission_denied" ? details?.permission : undefined;
  const isTwice = context.wasReplayed === true && isTokenError(parsed.kind);
  const advice = [parsed.advice, permission && `it needs ${permission}`, isTwice && "a new token was refused as well"]
    .filter(Boolean)
    .join("; ");
  const effort = describeEffort(context);
  const waitInMs = retryAfterInMs(headers, context.now);
  return new VendorError(
    vendor,
    `${operation} was refused (${status}${quoted && ` ${quoted}`})${effort && ` ${effort}`}${advice && `; ${advice}`}`,
    {
      operation,
      status,
      kind: parsed.kind,
      code,
      advice: advice || undefined,
      requestId: redactCode(parsed.requestId),
      permission,
      retryAt: waitInMs === undefined ? undefined : context.now + waitInMs,
      fields,
      delivery: deliveryOf(status, context.isInDoubt),
      attempts: context.attempts,
      elapsedInMs: context.elapsedInMs === undefined ? undefined : Math.round(context.elapsedInMs),
      body,
    },
  );
}

/** Describes the first field error, as far as the message does not say the same already. */
function describeFirst(fields: readonly FieldProblem[], message = ""): string | undefined {
  const [first] = fields;
  if (!first) return undefined;
  const { path, message: problem } = first;
  if (message.includes(problem)) return path === undefined || message.includes(path) ? undefined : `at ${path}`;
  const others = fields.length > 1 ? ` (and ${fields.length - 1} more)` : "";
  return `${path === undefined ? "" : `${path}: `}${problem}${others}`;
}

/** The `data` of a successful result; `undefined` after a 204. */
type DataOf<R extends { readonly data?: unknown }> = [SuccessData<R>] extends [never]
  ? Exclude<R["data"], undefined>
  : SuccessData<R>;
type SuccessData<R> = R extends { readonly data: infer D; readonly error?: undefined } ? D : never;

/** Resolves with a call's `data`, or throws its `VendorError`. */
export async function unwrap<
  R extends { readonly response: Response; readonly data?: unknown; readonly error?: unknown },
>(call: Promise<R> | R): Promise<DataOf<R>>;
export async function unwrap(call: unknown): Promise<unknown> {
  const result = await (call as Promise<{ response: Response; data?: unknown; error?: unknown }>);
  const error = toVendorError(result);
  if (error) throw error;
  return result.data;
}
