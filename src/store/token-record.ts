/**
 * What is kept of a credential, and its text. Times are in the store's own clock. A record of a newer format is neither used nor
 * overwritten; members that this version does not know are kept as they are.
 */
import { isJsonObject, tryParseJson } from "../util/json.ts";
import { StoreError } from "./store-error.ts";

export interface TokenRecord {
  readonly format: 1;
  /** Of the credentials that the token was had with. */
  readonly fingerprint: string;
  readonly token?: StoredToken;
  /** A refresh token that was about to be spent: while this stands, it may be. */
  readonly intent?: { readonly refreshTokenHash: string; readonly attempts: number };
  /** What the token endpoint last refused, and until when it is left alone. */
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
  /** Store time; absent: until the credentials change. */
  readonly until?: number;
  readonly failures: number;
  /** An `AuthError`'s message and details, scrubbed. */
  readonly error: Readonly<Record<string, unknown>> & { readonly message: string };
}

const format = 1;

export function parseRecord(text: string): TokenRecord {
  const json = tryParseJson(text)?.value;
  if (isJsonObject(json) && typeof json.format === "number" && json.format > format) {
    throw new StoreError(
      "newer",
      `the record has format ${json.format}, and this version knows ${format}; update latchkey`,
    );
  }
  if (isRecord(json)) return json;
  throw new StoreError("corrupted", "the record is not one of latchkey's; look who else writes there, then delete it");
}

export const formatRecord = (record: TokenRecord): string => JSON.stringify(record);

const dayInMs = 86_400_000;
/** A refresh token whose end the vendor does not name; each refresh begins anew. */
const unknownRefreshLifeInMs = 90 * dayInMs;
/** Clocks differ, and a record kept too long harms nobody. */
const slackInMs = 3_600_000;

/** After so long nothing in the record is of use. @param now the store's time. */
export function retentionInMs({ token, hold }: TokenRecord, now: number): number {
  const refreshEnd = token?.refreshToken === undefined ? now : (token.refreshExpiresAt ?? now + unknownRefreshLifeInMs);
  const holdEnd = hold ? (hold.until ?? now + dayInMs) : now;
  return Math.ceil(Math.max(token?.expiresAt ?? now, refreshEnd, holdEnd, now) - now + slackInMs);
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => Number.isFinite(value);
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
  fingerprint: isText,
  token: optional(
    shaped({
      accessToken: isText,
      tokenType: isText,
      refreshToken: optional(isText),
      scope: optional(isText),
      estimated: isBoolean,
      attributes: (value) =>
        isJsonObject(value) && Object.values(value).every((one) => isText(one) || isNumber(one) || isBoolean(one)),
      obtainedAt: isNumber,
      expiresAt: isNumber,
      refreshAt: optional(isNumber),
      refreshExpiresAt: optional(isNumber),
    }),
  ),
  intent: optional(shaped({ refreshTokenHash: isText, attempts: isNumber })),
  hold: optional(shaped({ until: optional(isNumber), failures: isNumber, error: shaped({ message: isText }) })),
});

const isRecord = (value: unknown): value is TokenRecord => isRecordShaped(value);
