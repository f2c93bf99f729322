/**
 * Parses a token response (RFC 6749 §5.1) as the vendor's document describes it. Strict and pure: it reads only the declared places, own
 * properties only, and rejects a response that is wrong anywhere, except for its refresh token, which would be lost.
 */

import { copyOwn } from "../../util/own-properties.ts";
import { fromBase64Url } from "../../util/base64.ts";
import { resolvePointer, evaluate } from "../../util/runtime-expression.ts";
import type { ExpiryRule, Lifecycle, TokenResponseShape } from "../../vendor.ts";
import type { StoredToken } from "../../store/token-record.ts";

/** A granted token. Times are durations from the moment of the response, so that no clock is compared with another. */
export interface TokenSet {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly refreshToken?: string;
  readonly scope?: string;
  readonly lifetimeInMs: number;
  /** The vendor named no usable lifetime, so this is the documented one, or the default. */
  readonly estimated: boolean;
  /** Milliseconds after which the vendor wants a refresh. */
  readonly refreshAfterInMs?: number;
  readonly refreshLifetimeInMs?: number;
  /** Further properties of the token, by the names in the vendor's document; shown by `auth.status()`. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export interface TokenResponseInput {
  readonly headers: Headers;
  /** Parsed JSON. */
  readonly body: unknown;
  /** When the response arrived, in epoch milliseconds of the local clock. */
  readonly now: number;
  /** Milliseconds to add to `now` for the server's time; `undefined` where unknown. */
  readonly offsetInMs: number | undefined;
  readonly credentials: Readonly<Record<string, string | undefined>>;
}

export type ParsedTokenResponse =
  | { readonly ok: true; readonly token: TokenSet }
  /** `problem` never quotes the response. */
  | {
      readonly ok: false;
      readonly problem: string;
      readonly refreshToken?: string;
      /** Describes a token type that the lifecycle does not take. */
      readonly unknownTokenType?: string;
    };

/** Where neither the response nor the document names a lifetime (RFC 6749 §5.1). A 401 corrects a wrong guess. */
const defaultLifetimeInMs = 3_600_000;
/** A longer lifetime is a mistake, such as an epoch time in place of a duration. */
const maxLifetimeInMs = 90 * 24 * 3_600_000;
/** A longer or stranger text may be a secret in the wrong place. */
const typeName = /^[A-Za-z][A-Za-z_-]{0,15}$/u;
const maxRefreshLifetimeInMs = 10 * 365 * 24 * 3_600_000;

export function parseTokenResponse(lifecycle: Lifecycle, response: TokenResponseInput): ParsedTokenResponse {
  const shape = lifecycle.response.find((one) => read(one, one.accessToken, response) !== undefined);
  if (!shape) {
    const refreshToken = lifecycle.response
      .map((one) => readRefreshToken(one, response))
      .find((one) => one !== undefined);
    return problem("the token response has no access token", refreshToken);
  }
  const refreshToken = readRefreshToken(shape, response);
  const accessToken = read(shape, shape.accessToken, response);
  if (typeof accessToken !== "string" || accessToken === "")
    return problem("the access token is not a non-empty string", refreshToken);
  // RFC 6750 §2.1, and what a header can hold: no blanks, controls or non-ASCII, so that no error of the platform quotes the token.
  if (!/^[\x21-\x7e]+$/u.test(accessToken))
    return problem("the access token has characters that a header cannot contain", refreshToken);

  const tokenType = (shape.tokenType === undefined ? undefined : read(shape, shape.tokenType, response)) ?? "";
  const accepted = lifecycle.tokenTypes ?? ["Bearer"];
  // RFC 6749 §5.1 requires a type, and some servers leave it out: the client then sends the token as the document says.
  if (tokenType !== "" && !accepted.some((one) => one.toLowerCase() === String(tokenType).toLowerCase())) {
    const name = String(tokenType);
    const unknownTokenType = typeName.test(name) ? JSON.stringify(name) : "a text that is not a name";
    return { ...problem(`the token type is not one of ${accepted.join(", ")}`, refreshToken), unknownTokenType };
  }

  const lifetimes = (shape.expiry ?? []).map((rule) => readLifetimeInMs(shape, rule, response)).filter(isNumber);
  const documented = lifecycle.lifetimeInSeconds === undefined ? undefined : lifecycle.lifetimeInSeconds * 1000;
  // Without a lifetime in the response, this is Infinity.
  const named = Math.min(...lifetimes);
  if (named <= 0) return problem("the token is already expired", refreshToken);
  const believable = named <= maxLifetimeInMs ? named : undefined;
  const lifetimeInMs = believable ?? documented ?? (lifetimes.length === 0 ? defaultLifetimeInMs : maxLifetimeInMs);

  const refreshLifetimes = (shape.refreshExpiry ?? [])
    .map((rule) => readLifetimeInMs(shape, rule, response))
    .filter(isPositive);
  const refreshAfterInMs = shape.refreshAt ? readLifetimeInMs(shape, shape.refreshAt, response) : undefined;
  const scope = shape.scope === undefined ? undefined : read(shape, shape.scope, response);
  return {
    ok: true,
    token: copyOwn({
      accessToken,
      tokenType: accepted[0] ?? "Bearer",
      lifetimeInMs,
      estimated: believable === undefined,
      attributes: readAttributes(shape, response),
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(typeof scope === "string" && scope !== "" ? { scope } : {}),
      ...(isPositive(refreshAfterInMs) && refreshAfterInMs < lifetimeInMs ? { refreshAfterInMs } : {}),
      ...refreshLifetime(refreshLifetimes, lifecycle, refreshToken),
    }),
  };
}

/** Converts a token set to a stored token. Without a new refresh token, the previous one is kept (RFC 6749 §6). */
export function toStoredToken(granted: TokenSet, obtainedAt: number, previous: StoredToken | undefined): StoredToken {
  const refreshToken = granted.refreshToken ?? previous?.refreshToken;
  const refreshExpiresAt =
    granted.refreshLifetimeInMs === undefined ? previous?.refreshExpiresAt : obtainedAt + granted.refreshLifetimeInMs;
  const scope = granted.scope ?? previous?.scope;
  return copyOwn({
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
  });
}

type Problem = Extract<ParsedTokenResponse, { ok: false }>;

const problem = (text: string, refreshToken: string | undefined): Problem => ({
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

/** Without a refresh token in the response, or with an empty one, the previous one is kept (RFC 6749 §6). */
function readRefreshToken(shape: TokenResponseShape, response: TokenResponseInput): string | undefined {
  const value = shape.refreshToken === undefined ? undefined : read(shape, shape.refreshToken, response);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function readAttributes(shape: TokenResponseShape, response: TokenResponseInput): TokenSet["attributes"] {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, expression] of Object.entries(shape.attributes ?? {})) {
    const value = read(shape, expression, response);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") attributes[name] = value;
  }
  return attributes;
}

function readLifetimeInMs(
  shape: TokenResponseShape,
  rule: ExpiryRule,
  response: TokenResponseInput,
): number | undefined {
  const value = read(shape, rule.from, response);
  if (rule.as === "seconds") {
    const seconds = toNumber(value);
    return seconds === undefined ? undefined : seconds * 1000;
  }
  const instant = toInstant(value, rule.as);
  if (instant === undefined) return undefined;
  const left = instant - (response.now + (response.offsetInMs ?? 0));
  // Without the server's time, an instant in the past may be an error of the local clock: the documented lifetime is used instead.
  return left <= 0 && response.offsetInMs === undefined ? undefined : left;
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
  // RFC 3339 requires a zone; a server that omits it means UTC.
  const at = Date.parse(found[1] === undefined ? `${found[0]}Z` : found[0]);
  return Number.isNaN(at) ? undefined : at;
}

/** Reads `exp` of a JWT (RFC 7519 §4.1.4) without verifying the token, since only its expiry is used. An opaque token has none. */
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

/** Takes a JSON number, or a string that is a number and nothing else. */
function toNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/u.test(value.trim()) ? Number(value) : value;
  return isFiniteNumber(number) ? number : undefined;
}

const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);

/** Evaluates an expression on the response; for a shape whose token is in a list, on the selected item. */
function read(shape: TokenResponseShape, expression: string, response: TokenResponseInput): unknown {
  const sources = { response: { headers: response.headers, body: response.body }, credentials: response.credentials };
  if (!shape.item) return evaluate(expression, sources);
  const list = evaluate(shape.item.in, sources);
  if (!Array.isArray(list)) return undefined;
  const wanted = Object.entries(shape.item.where ?? {})
    .map(([pointer, value]) => [pointer, evaluate(value, sources)] as const)
    .filter(([, value]) => value !== undefined);
  const item: unknown = list.find((one: unknown) =>
    wanted.every(([pointer, value]) => resolvePointer(one, pointer) === value),
  );
  return evaluate(expression, { ...sources, response: { headers: response.headers, body: item } });
}

const isNumber = (value: number | undefined): value is number => value !== undefined;
const isPositive = (value: number | undefined): value is number => (value ?? 0) > 0;
