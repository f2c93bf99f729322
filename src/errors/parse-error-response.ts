/**
 * Parses an error response into one of our error kinds: by its body (error-body.ts), the challenge (RFC 6750 §3.1), the vendor's error
 * table and the standards' codes; else by the status alone.
 */
import { tryParseJson } from "../util/json.ts";
import { readText } from "../util/read-text.ts";
import type { ErrorKind, ErrorRule, ErrorRules, Phase } from "../vendor.ts";
import { type FieldProblem, readErrorBody } from "./error-body.ts";
import { parseChallenges } from "./www-authenticate.ts";

export interface ParsedError {
  readonly kind: ErrorKind;
  /** The vendor's own error code, verbatim. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** What to do: the vendor document's advice, or the default for the kind. */
  readonly advice: string;
  readonly requestId: string | undefined;
  readonly fields: readonly FieldProblem[];
}

export interface ErrorResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or text, or `undefined` when empty. */
  readonly body: unknown;
}

/** What to do about each kind of error, where the vendor's document gives no advice. */
export const defaultAdvice = {
  invalid_request: "check the request against the vendor's document",
  validation_failed: "fix the fields that it names",
  invalid_credentials: "check the credentials, and that they belong to this environment",
  invalid_grant: "sign in again",
  invalid_token: "check that the token's environment is this one",
  expired_token: "check this machine's clock",
  revoked_token: "find out who ends the sessions",
  wrong_environment: "choose the server that these credentials belong to",
  ip_not_allowed: "ask the vendor to allow this machine's address",
  permission_denied: "grant the permission to these credentials",
  not_found: "check the identifiers",
  conflict: "read the current state, and send the change again",
  duplicate: "look up the existing one",
  rate_limited: "wait, or send fewer requests at a time",
  server_error: "try later; if it persists, send the request id to the vendor",
  unavailable: "try later",
  unexpected: "look at the body",
} as const satisfies Record<ErrorKind, string>;

/** Codes of the standards. The first rule that applies wins, after the vendor's own table. */
const standardCodes: ErrorRules["table"] = [
  { code: "invalid_client", kind: "invalid_credentials" },
  { code: "unauthorized_client", kind: "invalid_credentials" },
  { code: "invalid_grant", on: ["refresh"], kind: "invalid_grant" },
  { code: "invalid_grant", on: ["obtain"], kind: "invalid_credentials" },
  { code: "invalid_token", on: ["resource", "revoke"], kind: "invalid_token" },
  { code: "token_expired", on: ["resource", "revoke"], kind: "expired_token" },
  { code: "expired_token", on: ["resource", "revoke"], kind: "expired_token" },
  { code: "token_revoked", on: ["resource", "revoke"], kind: "revoked_token" },
  // RFC 9470 §3: the user must authenticate more strongly; another token of the same sign-in would be rejected too.
  { code: "insufficient_user_authentication", kind: "permission_denied" },
  { code: "insufficient_scope", kind: "permission_denied" },
  { code: "access_denied", kind: "permission_denied" },
  { code: "temporarily_unavailable", kind: "unavailable" },
  { code: "slow_down", kind: "rate_limited" },
];

/** A longer body is not an error envelope. */
const maxBodyInBytes = 64 * 1024;

/** Reads a copy of a response: its body as JSON where it parses, whatever its content type; else as text; an empty body is `undefined`. */
export async function readErrorResponse(response: Response): Promise<ErrorResponse> {
  const text = await readText(response.clone(), maxBodyInBytes).catch(() => undefined);
  const body = text ? (tryParseJson(text) ?? { value: text }).value : undefined;
  return { status: response.status, headers: response.headers, body };
}

export function parseErrorResponse(
  rules: ErrorRules,
  response: ErrorResponse,
  phase: Phase,
  scheme?: string,
): ParsedError {
  const { status, headers } = response;
  const envelope = readErrorBody(rules.envelopes, response.body, headers);
  const challenge = parseChallenges(headers.get("www-authenticate")).find((one) => one.parameters.error);
  const code = envelope.code ?? challenge?.parameters.error;
  const message = envelope.message ?? challenge?.parameters.error_description;
  // A 2xx of a resource is an error only where the vendor's table names that status.
  const isMasked = status < 400 && phase === "resource";
  const table = isMasked ? rules.table.filter((rule) => rule.status !== undefined) : [...rules.table, ...standardCodes];
  const rule = table.find((one) => appliesTo(one, { status, code, message, phase, scheme }));
  const kind = rule?.kind ?? kindOfStatus(status, phase);
  // A list of errors is not always one of fields: without a place in the request, only a validation's are.
  const fields = envelope.fields.filter(({ path }) => kind === "validation_failed" || path !== undefined);
  const named = kind === "validation_failed" && fields.length === 0 ? "invalid_request" : kind;
  return {
    kind,
    code,
    message,
    advice: rule?.advice ?? defaultAdvice[named],
    requestId: envelope.requestId ?? headers.get("x-request-id") ?? undefined,
    fields,
  };
}

/** The properties of an error that a rule of the error table may name. */
export interface ErrorProperties {
  /** `undefined` fits every rule. */
  readonly status?: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly phase: Phase;
  readonly scheme?: string | undefined;
}

/** True when every property that the rule names has the rule's value. */
export const appliesTo = (rule: ErrorRule, { status, code, message, phase, scheme }: ErrorProperties): boolean =>
  (rule.status === undefined || status === undefined || rule.status === status) &&
  (rule.code === undefined || rule.code === code) &&
  (rule.message === undefined || (message?.toLowerCase().includes(rule.message.toLowerCase()) ?? false)) &&
  (rule.on === undefined || rule.on.includes(phase)) &&
  (rule.scheme === undefined || rule.scheme === scheme);

/** True when the access token itself was rejected, so that a new one may help. */
export const isTokenError = (kind: ErrorKind): boolean =>
  kind === "invalid_token" || kind === "expired_token" || kind === "revoked_token";

/** The kind of a response that says nothing else. */
export function kindOfStatus(status: number, phase: Phase): ErrorKind {
  switch (status) {
    case 400:
      return phase === "refresh" ? "invalid_grant" : "invalid_request";
    case 401:
      return phase === "obtain" ? "invalid_credentials" : phase === "refresh" ? "invalid_grant" : "invalid_token";
    case 403:
      return "permission_denied";
    case 404:
    case 410:
      return "not_found";
    case 409:
      return "conflict";
    case 422:
      return "validation_failed";
    case 429:
      return "rate_limited";
    case 408:
    case 502:
    case 503:
    case 504:
      return "unavailable";
    default:
      if (status >= 500) return "server_error";
      return status >= 400 ? "invalid_request" : "unexpected";
  }
}
