/** Turns a failed token request into the `AuthError` that all callers get. */
import { AuthError, type AuthErrorDetails } from "../../errors/auth-error.ts";
import type { Outcome } from "../../errors/latchkey-error.ts";
import { parseErrorResponse } from "../../errors/parse-error-response.ts";
import { maxRetryAfterInMs, retryAfterInMs } from "../../util/retry-after.ts";
import type { Redactor } from "../../errors/redactor.ts";
import type { ErrorKind, ErrorRules, Phase } from "../../vendor.ts";
import type { TokenEndpointResponse } from "./send-token-request.ts";

export interface TokenFailure {
  readonly outcome: Outcome;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly advice: string | undefined;
  readonly requestId: string | undefined;
  /** The wait that the vendor asked for, in milliseconds. */
  readonly waitInMs: number | undefined;
  /** The server may have processed the request nevertheless. */
  readonly inDoubt: boolean;
}

/** A failure without a request to the vendor. */
export const localFailure = (message: string): TokenFailure => ({
  outcome: "transient",
  kind: "unavailable",
  message,
  status: undefined,
  code: undefined,
  advice: undefined,
  requestId: undefined,
  waitInMs: undefined,
  inDoubt: false,
});

/** The vendor refused the credentials, or the session that they stand for: the same request would be refused again. */
export const isRefusal = ({ kind, outcome }: { readonly kind: unknown; readonly outcome: unknown }): boolean =>
  kind === "invalid_credentials" || outcome === "reauthentication_required";

export interface FailureContext {
  readonly rules: ErrorRules;
  readonly phase: Phase;
  readonly scheme: string;
  readonly redactor: Redactor;
  readonly now: number;
}

const subjects: Record<Phase, string> = {
  obtain: "sign-in",
  refresh: "the refresh",
  revoke: "the revocation",
  resource: "the call",
};

export function toTokenFailure(response: TokenEndpointResponse, context: FailureContext): TokenFailure {
  const subject = subjects[context.phase];
  const empty = { status: undefined, code: undefined, advice: undefined, requestId: undefined, waitInMs: undefined };
  if (!response.answered) {
    if (response.reason === "redirect") {
      const message = `the token endpoint redirects, and credentials are not sent on; check the server's address`;
      return { ...empty, outcome: "security", kind: "wrong_environment", message, inDoubt: false };
    }
    if (response.reason === "discovery") {
      const message = `the discovery document names ${response.code}, and credentials are not sent there; check it, or name the token URL in the vendor's document`;
      return { ...empty, outcome: "security", kind: "wrong_environment", message, inDoubt: false };
    }
    const what = {
      timed_out: "did not respond in time",
      too_large: "sent a response that is too large",
      network: `could not be reached${response.code ? ` (${response.code})` : ""}`,
    }[response.reason];
    const message = `the token endpoint ${what}; it is tried again later`;
    const outcome = response.reason === "timed_out" ? "timed_out" : "transient";
    return { ...empty, code: response.code, outcome, kind: "unavailable", message, inDoubt: !response.notSent };
  }
  const parsed = parseErrorResponse(context.rules, response, context.phase, context.scheme);
  const refused = response.status >= 400 || (response.isJson && parsed.code !== undefined);
  if (!refused) {
    const message = `the token endpoint answered ${response.status} with something that is no token response; check the server's address, or try later`;
    return { ...empty, status: response.status, outcome: "transient", kind: "unexpected", message, inDoubt: true };
  }
  const named = parsed.message ?? parsed.code;
  const quoted = named === undefined ? "" : `: ${context.redactor.redact(named)}`;
  const waitInMs = retryAfterInMs(response.headers, context.now);
  const text = (value: string | undefined) => (value === undefined ? undefined : context.redactor.redactCode(value));
  const code = text(parsed.code);
  return {
    outcome: outcomeOf(parsed.kind),
    kind: parsed.kind,
    message: `${subject} was refused (${response.status}${code && code !== named ? ` ${code}` : ""}${quoted})${parsed.advice ? `; ${parsed.advice}` : ""}`,
    status: response.status,
    code,
    advice: parsed.advice,
    requestId: text(parsed.requestId),
    waitInMs: waitInMs === undefined ? undefined : Math.min(waitInMs, maxRetryAfterInMs),
    // After a 4xx (429 included) or a 503 nothing was processed; a 500, 502 or 504 may come after the request was processed.
    inDoubt: response.status >= 500 && response.status !== 503,
  };
}

export function toAuthError(
  vendor: string,
  failure: TokenFailure,
  phase: Phase,
  scheme: string,
  retryAt: number | undefined,
): AuthError {
  const { outcome, kind, message, status, code, advice, requestId } = failure;
  return new AuthError(vendor, message, { outcome, kind, phase, scheme, status, code, advice, requestId, retryAt });
}

function outcomeOf(kind: ErrorKind): Outcome {
  switch (kind) {
    case "rate_limited":
      return "throttled";
    case "unavailable":
    case "server_error":
    case "unexpected":
      return "transient";
    case "invalid_grant":
      return "reauthentication_required";
    default:
      return "configuration";
  }
}

/** Returns the details of an `AuthError` as a store keeps them; `fromDetails` restores the error. */
export function toDetails(error: AuthError): Readonly<Record<string, unknown>> & { readonly message: string } {
  const { outcome, kind, phase, scheme, status, code, advice, requestId, message, vendor } = error;
  return { outcome, kind, phase, scheme, status, code, advice, requestId, message: message.slice(vendor.length + 2) };
}

export function fromDetails(
  vendor: string,
  details: Readonly<Record<string, unknown>> & { readonly message: string },
  retryAt: number,
): AuthError {
  const { message, ...rest } = details;
  return new AuthError(vendor, message, { ...(rest as unknown as AuthErrorDetails), retryAt });
}
