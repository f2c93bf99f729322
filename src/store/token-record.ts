/**
 * The record that a store keeps for each credential, and its JSON. Times are by the store's own clock, from 1970 to 9999. A record of a newer format is
 * neither used nor overwritten; members that this version does not know are kept.
 */
import { isJsonObject, tryParseJson } from "../util/json.ts";
import { copyOwnDeep } from "../util/own-properties.ts";
import { StoreError } from "./store-error.ts";

export interface TokenRecord {
  readonly format: 1;
  /** Fingerprint of the credentials that the token was obtained with. */
  readonly fingerprint: string;
  readonly token?: StoredToken;
  /** A one-time refresh token that was about to be sent. While the intent is stored, the token may have been used. */
  readonly intent?: { readonly refreshTokenHash: string; readonly attempts: number };
  /** The last failure of the token endpoint, and when the next attempt is allowed. */
  readonly hold?: StoredFailure;
}

export interface StoredToken {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly refreshToken?: string;
  readonly scope?: string;
  readonly estimated: boolean;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Store time. */
  readonly obtainedAt: number;
  readonly expiresAt: number;
  readonly refreshAt?: number;
  readonly refreshExpiresAt?: number;
}

export interface StoredFailure {
  /** Store time of the next attempt; absent: none until the credentials change. */
  readonly until?: number;
  readonly failures: number;
  /** An `AuthError`'s message and details, without secrets. */
  readonly error: Readonly<Record<string, unknown>> & { readonly message: string };
}

const format = 1;

export function parseRecord(text: string): TokenRecord {
  const json = tryParseJson(text)?.value;
  if (isJsonObject(json) && typeof json.format === "number" && json.format > format) {
    throw new StoreError(
      "newer",
      `the record has format ${json.format}, but this version of latchkey supports ${format}; update latchkey`,
    );
  }
  if (isRecord(json)) {
    const record = copyOwnDeep(json);
    return hasSendableToken(record) ? record : withoutToken(record);
  }
  throw new StoreError(
    "corrupted",
    "the record was not written by latchkey; find out what else writes there, then delete it",
  );
}

/**
 * True where a header can hold the access token, and the refresh token holds no control characters, so that no error of the platform
 * quotes them. A record with a rotated refresh token alone has an empty access token.
 */
const hasSendableToken = ({ token }: TokenRecord): boolean =>
  token === undefined || (/^[\x21-\x7e]*$/u.test(token.accessToken) && /^\P{Cc}*$/u.test(token.refreshToken ?? ""));

function withoutToken({ token: _token, intent: _intent, ...rest }: TokenRecord): TokenRecord {
  return rest;
}

export const formatRecord = (record: TokenRecord): string => JSON.stringify(record);

const dayInMs = 86_400_000;
/** The assumed lifetime of a refresh token whose vendor names none, from each refresh on. */
const unknownRefreshLifeInMs = 90 * dayInMs;
/** Added to every retention, since clocks differ and keeping a record too long does no harm. */
const extraRetentionInMs = 3_600_000;

/** The time after which nothing in the record can be used. @param now the store's time */
export function retentionInMs({ token, hold }: TokenRecord, now: number): number {
  const refreshEnd = token?.refreshToken === undefined ? now : (token.refreshExpiresAt ?? now + unknownRefreshLifeInMs);
  const holdEnd = hold ? (hold.until ?? now + dayInMs) : now;
  return Math.ceil(Math.max(token?.expiresAt ?? now, refreshEnd, holdEnd, now) - now + extraRetentionInMs);
}

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => Number.isFinite(value);
/** The last time that four digits of a year can write; later ones are no time of a token, and a `Date` may not hold them. */
const maxTime = Date.UTC(9999, 11, 31);
const isTime: Check = (value) => typeof value === "number" && value >= 0 && value <= maxTime;
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isBoolean: Check = (value) => typeof value === "boolean";
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const shaped =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isJsonObject(value) &&
    Object.entries(members).every(([name, check]) => check(Object.hasOwn(value, name) ? value[name] : undefined));

const isRecordShaped = shaped({
  format: (value) => value === format,
  fingerprint: isString,
  token: optional(
    shaped({
      accessToken: isString,
      tokenType: isString,
      refreshToken: optional(isString),
      scope: optional(isString),
      estimated: isBoolean,
      attributes: (value) =>
        isJsonObject(value) && Object.values(value).every((one) => isString(one) || isNumber(one) || isBoolean(one)),
      obtainedAt: isTime,
      expiresAt: isTime,
      refreshAt: optional(isTime),
      refreshExpiresAt: optional(isTime),
    }),
  ),
  intent: optional(shaped({ refreshTokenHash: isString, attempts: isCount })),
  hold: optional(shaped({ until: optional(isTime), failures: isCount, error: shaped({ message: isString }) })),
});

const isRecord = (value: unknown): value is TokenRecord => isRecordShaped(value);
