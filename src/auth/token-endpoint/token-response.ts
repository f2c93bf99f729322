/**
 * Reads a token response (RFC 6749 §5.1) as the vendor's document describes it. Strict and pure: only the declared places are
 * read, own properties only, and a response that is wrong anywhere is refused whole (but for its refresh token, which would be lost).
 */

import { fromBase64Url } from "../../util/base64.ts";
import { resolvePointer, evaluate } from "../../util/runtime-expression.ts";
import type { ExpiryRule, Lifecycle, TokenResponseShape } from "../../vendor.ts";
import type { StoredToken } from "../../store/token-record.ts";
import type { TokenSet } from "./token-set.ts";

export interface TokenResponseInput {
  readonly headers: Headers;
  /** Parsed JSON. */
  readonly body: unknown;
  /** Local epoch milliseconds of the answer. */
  readonly now: number;
  /** What to add to `now` for the server's time; `undefined` where unknown. */
  readonly offsetInMs: number | undefined;
  readonly credentials: Readonly<Record<string, string | undefined>>;
}

export type ParsedTokenResponse =
  | { readonly ok: true; readonly token: TokenSet }
  /** `problem` never quotes the response. */
  | { readonly ok: false; readonly problem: string; readonly refreshToken?: string };

/** With no lifetime named anywhere: RFC 6749 §5.1 says the server should document it; a 401 corrects a wrong guess. */
const defaultLifetimeInMs = 3_600_000;
/** A lifetime beyond this is a mistake (an epoch taken for a duration). */
const maxLifetimeInMs = 90 * 24 * 3_600_000;
const maxRefreshLifetimeInMs = 10 * 365 * 24 * 3_600_000;

export function parseTokenResponse(lifecycle: Lifecycle, answer: TokenResponseInput): ParsedTokenResponse {
  const shape = lifecycle.response.find((one) => read(one, one.accessToken, answer) !== undefined);
  if (!shape) {
    const refreshToken = lifecycle.response
      .map((one) => readRefreshToken(one, answer))
      .find((one) => one !== undefined);
    return problem("the token response holds no access token", refreshToken);
  }
  const refreshToken = readRefreshToken(shape, answer);
  const accessToken = read(shape, shape.accessToken, answer);
  if (typeof accessToken !== "string" || accessToken === "")
    return problem("the access token is not a text", refreshToken);
  // RFC 6750 §2.1, and what a header can hold: no blanks, controls or non-ASCII, so that no platform error ever quotes the token.
  if (!/^[\x21-\x7e]+$/u.test(accessToken))
    return problem("the access token holds characters no header may hold", refreshToken);

  const tokenType = shape.tokenType === undefined ? undefined : read(shape, shape.tokenType, answer);
  const accepted = lifecycle.tokenTypes ?? ["Bearer"];
  if (tokenType !== undefined && !accepted.some((one) => one.toLowerCase() === String(tokenType).toLowerCase())) {
    return problem(`the token type is none of ${accepted.join(", ")}`, refreshToken);
  }

  const lifetimes = (shape.expiry ?? []).map((rule) => readLifetimeInMs(shape, rule, answer)).filter(isNumber);
  const documented = lifecycle.lifetimeInSeconds === undefined ? undefined : lifecycle.lifetimeInSeconds * 1000;
  // Infinity where none is named.
  const named = Math.min(...lifetimes);
  if (named <= 0) return problem("the token is already expired", refreshToken);
  const believable = named <= maxLifetimeInMs ? named : undefined;
  const lifetimeInMs = believable ?? documented ?? (lifetimes.length === 0 ? defaultLifetimeInMs : maxLifetimeInMs);

  const refreshLifetimes = (shape.refreshExpiry ?? [])
    .map((rule) => readLifetimeInMs(shape, rule, answer))
    .filter(isPositive);
  const refreshAfterInMs = shape.refreshAt ? readLifetimeInMs(shape, shape.refreshAt, answer) : undefined;
  const scope = shape.scope === undefined ? undefined : read(shape, shape.scope, answer);
  return {
    ok: true,
    token: {
      accessToken,
      tokenType: accepted[0] ?? "Bearer",
      lifetimeInMs,
      estimated: believable === undefined,
      attributes: readAttributes(shape, answer),
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(typeof scope === "string" && scope !== "" ? { scope } : {}),
      ...(isPositive(refreshAfterInMs) && refreshAfterInMs < lifetimeInMs ? { refreshAfterInMs } : {}),
      ...refreshLifetime(refreshLifetimes, lifecycle, refreshToken),
    },
  };
}

/** Converts a token set to a stored token. Without a new refresh token, the one before is kept (RFC 6749 §6). */
export function toStoredToken(granted: TokenSet, obtainedAt: number, before: StoredToken | undefined): StoredToken {
  const refreshToken = granted.refreshToken ?? before?.refreshToken;
  const refreshExpiresAt =
    granted.refreshLifetimeInMs === undefined ? before?.refreshExpiresAt : obtainedAt + granted.refreshLifetimeInMs;
  const scope = granted.scope ?? before?.scope;
  return {
    accessToken: granted.accessToken,
    tokenType: granted.tokenType,
    estimated: granted.estimated,
    attributes: granted.attributes,
    obtainedAt,
    expiresAt: obtainedAt + granted.lifetimeInMs,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    ...(scope === undefined ? {} : { scope }),
    ...(granted.refreshAfterInMs === undefined ? {} : { refreshAt: obtainedAt + granted.refreshAfterInMs }),
  };
}

const problem = (text: string, refreshToken: string | undefined): ParsedTokenResponse => ({
  ok: false,
  problem: text,
  ...(refreshToken === undefined ? {} : { refreshToken }),
});

function refreshLifetime(named: readonly number[], lifecycle: Lifecycle, refreshToken: string | undefined) {
  if (refreshToken === undefined) return {};
  if (named.length > 0) return { refreshLifetimeInMs: Math.min(...named, maxRefreshLifetimeInMs) };
  const documented = lifecycle.refreshLifetimeInSeconds;
  return documented === undefined ? {} : { refreshLifetimeInMs: documented * 1000 };
}

/** An empty refresh token, or none, means: keep the one you have (RFC 6749 §6). */
function readRefreshToken(shape: TokenResponseShape, answer: TokenResponseInput): string | undefined {
  const value = shape.refreshToken === undefined ? undefined : read(shape, shape.refreshToken, answer);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function readAttributes(shape: TokenResponseShape, answer: TokenResponseInput): TokenSet["attributes"] {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, expression] of Object.entries(shape.attributes ?? {})) {
    const value = read(shape, expression, answer);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") attributes[name] = value;
  }
  return attributes;
}

function readLifetimeInMs(shape: TokenResponseShape, rule: ExpiryRule, answer: TokenResponseInput): number | undefined {
  const value = read(shape, rule.from, answer);
  if (rule.as === "seconds") {
    const seconds = toNumber(value);
    return seconds === undefined ? undefined : seconds * 1000;
  }
  const instant = toInstant(value, rule.as);
  if (instant === undefined) return undefined;
  const left = instant - (answer.now + (answer.offsetInMs ?? 0));
  // Without the server's time an instant in the past may as well be our own clock's fault: the documented lifetime stands in.
  return left <= 0 && answer.offsetInMs === undefined ? undefined : left;
}

function toInstant(value: unknown, as: ExpiryRule["as"]): number | undefined {
  if (as === "jwt-exp") return readExp(value);
  const number = toNumber(value);
  if (as === "epoch-seconds" || (as === "instant" && number !== undefined))
    return number === undefined ? undefined : number * 1000;
  if (as === "epoch-milliseconds") return number;
  const found =
    typeof value === "string" &&
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?( ?(?:[Zz]|[+-]\d\d:?\d\d))?$/u.exec(value);
  if (!found) return undefined;
  // RFC 3339 demands a zone; a server that leaves it out means UTC.
  const at = Date.parse(found[1] === undefined ? `${found[0]}Z` : found[0]);
  return Number.isNaN(at) ? undefined : at;
}

/** `exp` of a JWT (RFC 7519 §4.1.4), unverified: nothing is trusted but that it ends then. An opaque token has none. */
function readExp(token: unknown): number | undefined {
  if (typeof token !== "string") return undefined;
  const [, payload = ""] = token.split(".");
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(payload)));
    const exp = toNumber(resolvePointer(claims, "/exp"));
    return exp === undefined ? undefined : exp * 1000;
  } catch {
    return undefined;
  }
}

/** A JSON number, or a text that is a number and nothing else. */
function toNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/u.test(value.trim()) ? Number(value) : value;
  return isFiniteNumber(number) ? number : undefined;
}

const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);

/** A shape whose token stands in a list reads from the chosen item. */
function read(shape: TokenResponseShape, expression: string, answer: TokenResponseInput): unknown {
  const sources = { response: { headers: answer.headers, body: answer.body }, credentials: answer.credentials };
  if (!shape.item) return evaluate(expression, sources);
  const list = evaluate(shape.item.in, sources);
  if (!Array.isArray(list)) return undefined;
  const wanted = Object.entries(shape.item.where ?? {})
    .map(([pointer, value]) => [pointer, evaluate(value, sources)] as const)
    .filter(([, value]) => value !== undefined);
  const item: unknown = list.find((one: unknown) =>
    wanted.every(([pointer, value]) => resolvePointer(one, pointer) === value),
  );
  return evaluate(expression, { ...sources, response: { headers: answer.headers, body: item } });
}

const isNumber = (value: number | undefined): value is number => value !== undefined;
const isPositive = (value: number | undefined): value is number => (value ?? 0) > 0;
