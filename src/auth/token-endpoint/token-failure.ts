/** Turns what a token endpoint answered, or did not, into the one `AuthError` that everybody concerned gets. */
import { AuthError, type AuthErrorDetails } from "../../errors/auth-error.ts";
import type { Outcome } from "../../errors/latchkey-error.ts";
import { parseErrorResponse } from "../../errors/parse-error-response.ts";
import { retryAfterInMs } from "../../util/retry-after.ts";
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
  /** What the vendor asked for, in milliseconds. */
  readonly waitInMs: number | undefined;
  /** The server may have processed the request all the same. */
  readonly inDoubt: boolean;
}

/** A failure on our own side of the wire. */
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

export function toTokenFailure(answer: TokenEndpointResponse, context: FailureContext): TokenFailure {
  const subject = subjects[context.phase];
  const empty = { status: undefined, code: undefined, advice: undefined, requestId: undefined, waitInMs: undefined };
  if (!answer.answered) {
    if (answer.reason === "redirect") {
      const message = `the token endpoint redirects, and credentials are not sent on; check the server's address`;
      return { ...empty, outcome: "security", kind: "wrong_environment", message, inDoubt: false };
    }
    if (answer.reason === "discovery") {
      const message = `the discovery document names ${answer.code}, and credentials are not sent there; check it, or name the token URL in the vendor's document`;
      return { ...empty, outcome: "security", kind: "wrong_environment", message, inDoubt: false };
    }
    const what = {
      timed_out: "gave no answer in time",
      too_large: "answered with a body far too large",
      network: `could not be reached${answer.code ? ` (${answer.code})` : ""}`,
    }[answer.reason];
    const message = `the token endpoint ${what}; it is tried again later`;
    const outcome = answer.reason === "timed_out" ? "timed_out" : "transient";
    return { ...empty, code: answer.code, outcome, kind: "unavailable", message, inDoubt: !answer.notSent };
  }
  const said = parseErrorResponse(context.rules, answer, context.phase, context.scheme);
  const refused = answer.status >= 400 || (answer.isJson && said.code !== undefined);
  if (!refused) {
    const message = `the token endpoint answered ${answer.status} with something that is no token response; check the server's address, or try later`;
    return { ...empty, status: answer.status, outcome: "transient", kind: "unexpected", message, inDoubt: true };
  }
  const named = said.message ?? said.code;
  const quoted = named === undefined ? "" : `: ${context.redactor.redact(named)}`;
  const text = (value: string | undefined) => (value === undefined ? undefined : context.redactor.redactCode(value));
  const code = text(said.code);
  return {
    outcome: outcomeOf(said.kind),
    kind: said.kind,
    message: `${subject} was refused (${answer.status}${code && code !== named ? ` ${code}` : ""}${quoted})${said.advice ? `; ${said.advice}` : ""}`,
    status: answer.status,
    code,
    advice: said.advice,
    requestId: text(said.requestId),
    waitInMs: retryAfterInMs(answer.headers, context.now),
    // A 429, a 503 and every 4xx say that nothing was done; a 500, 502 or 504 may come after the deed.
    inDoubt: answer.status >= 500 && answer.status !== 503,
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

/** Details of an `AuthError` as a store keeps them, and back. */
export function toDetails(error: AuthError): Readonly<Record<string, unknown>> & { readonly message: string } {
  const { outcome, kind, phase, scheme, status, code, advice, requestId, message, vendor } = error;
  return { outcome, kind, phase, scheme, status, code, advice, requestId, message: message.slice(vendor.length + 2) };
}

export function fromDetails(
  vendor: string,
  details: Readonly<Record<string, unknown>> & { readonly message: string },
  retryAt: number | undefined,
): AuthError {
  const { message, ...rest } = details;
  return new AuthError(vendor, message, { ...(rest as unknown as AuthErrorDetails), retryAt });
}
