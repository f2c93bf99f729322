/** Maps a refusing result to a `VendorError`. */
import { maskedErrorStatuses, getResponseContext } from "./response-context.ts";
import { parseErrorResponse } from "./parse-error-response.ts";
import { retryAfterInMs } from "../util/retry-after.ts";
import { createRedactor } from "./redactor.ts";
import { sensitiveValues } from "./sensitive.ts";
import { VendorError } from "./vendor-error.ts";

export interface Described {
  readonly response: Response;
  readonly error?: unknown;
  readonly data?: unknown;
}

/** The mapped error of a result; `undefined` for a success, or a result that no client of ours returned. */
export function describe(result: Described): VendorError | undefined {
  const context = getResponseContext(result.response);
  const { ok } = result.response;
  if (!context || (ok && !maskedErrorStatuses(context.rules).has(result.response.status))) return undefined;
  // It stands in already for a body that was empty.
  if (result.error instanceof VendorError) return result.error;
  const body = ok ? result.data : result.error;
  const { vendor, operation, details, rules, phase, scheme, scrubber } = context;
  const { status, headers } = result.response;
  const said = parseErrorResponse(rules, { status, headers, body }, phase, scheme);
  if (ok && said.kind === "unexpected") return undefined;
  const hidden = createRedactor();
  for (const value of [context.sent, body].flatMap((one) => sensitiveValues(one, details?.sensitive ?? [])))
    hidden.addSecret(value);
  const quote = (value: string, maxLength?: number) =>
    scrubber.redact(hidden.redact(value, Number.POSITIVE_INFINITY), maxLength);
  const text = (value: string | undefined, maxLength?: number) =>
    value === undefined ? undefined : quote(value, maxLength);
  const code = text(said.code, maxCodeLength);
  const quoted = [code, text(said.message)].filter((part) => part !== undefined).join(": ");
  const permission = said.kind === "permission_denied" ? details?.permission : undefined;
  const advice = [said.advice, permission && `it needs ${permission}`].filter(Boolean).join("; ");
  const waitInMs = retryAfterInMs(headers, context.now);
  return new VendorError(
    vendor,
    `${operation} was refused (${status}${quoted ? ` ${quoted}` : ""})${advice ? `; ${advice}` : ""}`,
    {
      operation,
      status,
      kind: said.kind,
      code,
      advice: advice || undefined,
      requestId: text(said.requestId, maxCodeLength),
      permission,
      retryAt: waitInMs === undefined ? undefined : context.now + waitInMs,
      fields: said.fields.slice(0, maxFields).map((one) => ({
        path: text(one.path),
        code: text(one.code, maxCodeLength),
        message: quote(one.message),
      })),
      body,
    },
  );
}

/** What is quoted from a vendor goes into logs. */
const maxCodeLength = 200;
const maxFields = 100;

/** What a result holds where it is no refusal: nothing at all after a 204. */
type DataOf<R extends { readonly data?: unknown }> = [Answered<R>] extends [never]
  ? Exclude<R["data"], undefined>
  : Answered<R>;
type Answered<R> = R extends { readonly data: infer D; readonly error?: undefined } ? D : never;

/** `data` of a call, or its `VendorError` thrown. */
export async function unwrap<
  R extends { readonly response: Response; readonly data?: unknown; readonly error?: unknown },
>(call: Promise<R> | R): Promise<DataOf<R>>;
export async function unwrap(call: unknown): Promise<unknown> {
  const result = await (call as Promise<{ response: Response; data?: unknown; error?: unknown }>);
  const error = describe(result);
  if (error) throw error;
  return result.data;
}
