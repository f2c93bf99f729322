/** Turns a failed token request into the `AuthError` that all callers get. */
import { AuthError, type AuthErrorDetails } from "../../errors/auth-error.ts";
import type { Outcome } from "../../errors/latchkey-error.ts";
import { appliesTo, parseErrorResponse } from "../../errors/parse-error-response.ts";
import { parseChallenges } from "../../errors/www-authenticate.ts";
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
  /** The URL that the request was sent to. */
  readonly url: string;
  readonly redactor: Redactor;
  readonly now: number;
}

const subjects: Record<Phase, string> = {
  obtain: "sign-in",
  refresh: "the refresh",
  revoke: "the revocation",
  resource: "the call",
};

/** RFC 6749 §5.2: the refresh token does not serve with this grant, client or scope, so the sign-in decides. */
const refusedGrants: ReadonlySet<string | undefined> = new Set([
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
]);

export function toTokenFailure(response: TokenEndpointResponse, context: FailureContext): TokenFailure {
  const { phase, redactor } = context;
  if (!response.answered) return toUnanswered(response, context);
  const parsed = parseErrorResponse(context.rules, response, phase, context.scheme);
  const refused = response.status >= 400 || (response.isJson && parsed.code !== undefined);
  if (!refused || isBare(response, context)) {
    const inDoubt = !refused;
    const message = `${describeEndpoint(context)} answered ${response.status} with ${contentOf(response)}, not with a token or its refusal; check the server's address, or whether a gateway answers in its place`;
    return { ...unknown, status: response.status, outcome: "transient", kind: "unexpected", message, inDoubt };
  }
  const kind = phase === "refresh" && refusedGrants.has(parsed.code) ? "invalid_grant" : parsed.kind;
  const named = parsed.message ?? parsed.code;
  const quoted = named === undefined ? "" : `: ${redactor.redact(named)}`;
  const waitInMs = retryAfterInMs(response.headers, context.now);
  const text = (value: string | undefined) => (value === undefined ? undefined : redactor.redactCode(value));
  const code = text(parsed.code);
  return {
    outcome: outcomeOf(kind),
    kind,
    message: `${subjects[phase]} was refused (${response.status}${code && code !== named ? ` ${code}` : ""}${quoted})${parsed.advice ? `; ${parsed.advice}` : ""}`,
    status: response.status,
    code,
    advice: parsed.advice,
    requestId: text(parsed.requestId),
    waitInMs: waitInMs === undefined ? undefined : Math.min(waitInMs, maxRetryAfterInMs),
    // After a 4xx (429 included) or a 503 nothing was processed; a 500, 502 or 504 may come after the request was processed.
    inDoubt: response.status >= 500 && response.status !== 503,
  };
}

const unknown = { status: undefined, code: undefined, advice: undefined, requestId: undefined, waitInMs: undefined };

type Unanswered = Extract<TokenEndpointResponse, { answered: false }>;
type Answered = Extract<TokenEndpointResponse, { answered: true }>;

function toUnanswered({ reason, code, notSent }: Unanswered, context: FailureContext): TokenFailure {
  const endpoint = describeEndpoint(context);
  if (reason === "redirect" || reason === "discovery") {
    const message =
      reason === "redirect"
        ? `${endpoint} redirects; no credentials were sent to the new address; check the server's address`
        : `the discovery document ${addressOf(context)} names ${code}, where no credentials may be sent; check it, or name the token URL in the vendor's document`;
    return { ...unknown, outcome: "security", kind: "wrong_environment", message, inDoubt: false };
  }
  const what = {
    timed_out: "did not respond in time; check the network, or try later",
    too_large: "sent a response that is too large; check the server's address",
    network: `could not be reached${code ? ` (${code})` : ""}; ${networkAdvice(code)}`,
  }[reason];
  const outcome = reason === "timed_out" ? "timed_out" : "transient";
  return { ...unknown, code, outcome, kind: "unavailable", message: `${endpoint} ${what}`, inDoubt: !notSent };
}

function networkAdvice(code: string | undefined): string {
  if (code !== undefined && /CERT|SIGNED|SIGNATURE/u.test(code))
    return "check its certificate, and which authorities this machine trusts";
  return code === "ENOTFOUND"
    ? "check the server's address, and this machine's name service"
    : "check the network, or try later";
}

/**
 * True for a refusal that nothing shows to be the authorization server's own, such as the HTML page of a gateway: no challenge, no JSON
 * object, and no rule of the vendor's document for its status.
 */
function isBare({ status, headers, body }: Answered, { rules, phase, scheme }: FailureContext): boolean {
  if (status >= 500 || status === 408 || status === 429) return false;
  if (typeof body === "object" && body !== null) return false;
  if (parseChallenges(headers.get("www-authenticate")).length > 0) return false;
  const nothing = { status, code: undefined, message: undefined, phase, scheme };
  return !rules.table.some((rule) => rule.status !== undefined && appliesTo(rule, nothing));
}

const describeEndpoint = (context: FailureContext): string =>
  `the ${context.phase === "revoke" ? "revocation" : "token"} endpoint ${addressOf(context)}`;

/** The origin and path of the endpoint: a query may hold credentials. */
function addressOf({ url, redactor }: FailureContext): string {
  const { origin, pathname } = new URL(url);
  return redactor.redact(origin + pathname);
}

/** The media type of a response that is no JSON, where it is one. */
function contentOf({ headers, body, isJson }: Answered): string {
  if (isJson) return "JSON";
  if (body === undefined) return "an empty body";
  return /^[\w.+-]{1,40}\/[\w.+-]{1,60}/u.exec(headers.get("content-type") ?? "")?.[0] ?? "a body of unknown type";
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
