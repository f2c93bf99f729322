/**
 * What a refusing answer says: the vendor's envelope read as its document describes it, then the usual ones (RFC 6749 §5.2, RFC 9457,
 * RFC 6750 §3.1, JSON:API, an object `error`), then the status alone. Pure; no text of an HTML page or an unknown body is taken over.
 */
import { resolvePointer } from "../util/runtime-expression.ts";
import type { ErrorEnvelope, ErrorKind, ErrorRules, Phase } from "../vendor.ts";
import { defaultAdvice } from "./advice.ts";
import { parseChallenges } from "./www-authenticate.ts";

export interface FieldProblem {
  /** Where in the request, as the vendor names it; a JSON pointer where it gives one. */
  readonly path: string | undefined;
  readonly message: string;
  readonly code: string | undefined;
}

export interface ParsedError {
  readonly kind: ErrorKind;
  /** The vendor's own, verbatim. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** What to do, by the vendor's document or by the kind. */
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

const usualEnvelopes: readonly ErrorEnvelope[] = [
  { code: "/error", message: "/error_description" },
  { code: "/type", message: "/detail", fields: { in: "/errors", path: "/pointer", message: "/detail" } },
  {
    code: "/errors/0/code",
    message: "/errors/0/detail",
    fields: { in: "/errors", path: "/source/pointer", message: "/detail", code: "/code" },
  },
  { message: "/errors/0/title" },
  { code: "/error/code", message: "/error/message" },
  { message: "/title" },
  { message: "/message" },
];

/** First match wins, after the vendor's own table. */
const standardCodes: ErrorRules["table"] = [
  { code: "invalid_client", kind: "invalid_credentials" },
  { code: "unauthorized_client", kind: "invalid_credentials" },
  { code: "invalid_grant", on: ["refresh"], kind: "invalid_grant" },
  { code: "invalid_grant", on: ["obtain"], kind: "invalid_credentials" },
  { code: "invalid_token", on: ["resource", "revoke"], kind: "invalid_token" },
  { code: "token_expired", on: ["resource", "revoke"], kind: "expired_token" },
  { code: "expired_token", on: ["resource", "revoke"], kind: "expired_token" },
  { code: "token_revoked", on: ["resource", "revoke"], kind: "revoked_token" },
  // RFC 9470 §3: the same user must sign in again, more strongly; another token of the same kind is refused as well.
  { code: "insufficient_user_authentication", kind: "permission_denied" },
  { code: "insufficient_scope", kind: "permission_denied" },
  { code: "access_denied", kind: "permission_denied" },
  { code: "temporarily_unavailable", kind: "unavailable" },
  { code: "slow_down", kind: "rate_limited" },
];

export function parseErrorResponse(
  rules: ErrorRules,
  answer: ErrorResponse,
  phase: Phase,
  scheme?: string,
): ParsedError {
  const said = readEnvelope([...rules.envelopes, ...usualEnvelopes], answer.body);
  const challenge = parseChallenges(answer.headers.get("www-authenticate")).find((one) => one.parameters.error);
  const code = said.code ?? challenge?.parameters.error;
  const message = said.message ?? challenge?.parameters.error_description;
  // A 2xx of a resource is a failure only where the document says so, by its status.
  const isDisguised = answer.status < 400 && phase === "resource";
  const table = isDisguised
    ? rules.table.filter((one) => one.status !== undefined)
    : [...rules.table, ...standardCodes];
  const rule = table.find(
    (one) =>
      (one.status === undefined || one.status === answer.status) &&
      (one.code === undefined || one.code === code) &&
      (one.message === undefined || message?.toLowerCase().includes(one.message.toLowerCase())) &&
      (one.on === undefined || one.on.includes(phase)) &&
      (one.scheme === undefined || one.scheme === scheme),
  );
  const kind = rule?.kind ?? kindOfStatus(answer.status, phase);
  return {
    kind,
    code,
    message,
    advice: rule?.advice ?? defaultAdvice[kind],
    requestId: said.requestId ?? answer.headers.get("x-request-id") ?? undefined,
    // A list of errors need not be one of fields: without a place in the request, only a validation's are.
    fields: kind === "validation_failed" ? said.fields : said.fields.filter(({ path }) => path !== undefined),
  };
}

/** The access token itself is refused: another one may be taken. */
export const isTokenError = (kind: ErrorKind): boolean =>
  kind === "invalid_token" || kind === "expired_token" || kind === "revoked_token";

/** The first envelope that fits whole; failing that, the first whose code, or lacking one its message, is found; then a message alone. */
function readEnvelope(envelopes: readonly ErrorEnvelope[], body: unknown) {
  const fitting = envelopes.map((envelope) => ({
    envelope,
    code: envelope.code === undefined ? undefined : toText(resolvePointer(body, envelope.code)),
    message: envelope.message === undefined ? undefined : toText(resolvePointer(body, envelope.message)),
  }));
  const best =
    fitting.find(({ code, message }) => code !== undefined && message !== undefined) ??
    fitting.find(({ envelope, code, message }) => (envelope.code === undefined ? message : code) !== undefined) ??
    fitting.find(({ message }) => message !== undefined);
  if (!best) return { code: undefined, message: undefined, requestId: undefined, fields: [] };
  const { envelope, code, message } = best;
  return {
    code,
    message,
    requestId: envelope.requestId === undefined ? undefined : toText(resolvePointer(body, envelope.requestId)),
    fields: envelope.fields ? readFields(resolvePointer(body, envelope.fields.in), envelope.fields) : [],
  };
}

function readFields(list: unknown, rule: NonNullable<ErrorEnvelope["fields"]>): FieldProblem[] {
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => ({
    path: rule.path === undefined ? undefined : toText(resolvePointer(item, rule.path)),
    message: (rule.message === undefined ? toText(item) : toText(resolvePointer(item, rule.message))) ?? "",
    code: rule.code === undefined ? undefined : toText(resolvePointer(item, rule.code)),
  }));
}

/** A text or number as it is; a list of texts joined (one vendor's `messages`). */
function toText(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "number") return String(value);
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string")) {
    return value.join("; ");
  }
  return undefined;
}

function kindOfStatus(status: number, phase: Phase): ErrorKind {
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
