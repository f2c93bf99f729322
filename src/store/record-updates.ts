/** Pure changes to a stored record; none drops a refresh token that may still be good. */
import type { StoredFailure, StoredToken, TokenRecord } from "./token-record.ts";
import type { TokenSet } from "../auth/token-endpoint/token-set.ts";

export const emptyRecord = (fingerprint: string): TokenRecord => ({ format: 1, fingerprint });

/** What a newer version has written beside stays; intent and hold are over. */
export const withGrant = (record: TokenRecord, token: StoredToken): TokenRecord => ({
  ...withoutHold(withoutIntent(record)),
  token,
});

/** A response that names no refresh token means: keep the one you have (RFC 6749 §6). */
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

/** Written before a one-time refresh token is sent. */
export const withIntent = (record: TokenRecord, refreshTokenHash: string, attempts: number): TokenRecord => ({
  ...record,
  intent: { refreshTokenHash, attempts },
});

/** The vendor answered that nothing was done: the refresh token is as good as before. */
export function withoutIntent({ intent: _intent, ...record }: TokenRecord): TokenRecord {
  return record;
}

/** The refresh token was refused; the access token may live on. */
export function withoutRefreshToken(record: TokenRecord): TokenRecord {
  const { token, ...rest } = withoutIntent(record);
  if (!token) return rest;
  const { refreshToken: _refreshToken, refreshExpiresAt: _refreshExpiresAt, ...kept } = token;
  return { ...rest, token: kept };
}

/** A response without an access token may still have rotated the refresh token. */
export function withRefreshToken(record: TokenRecord, refreshToken: string, now: number): TokenRecord {
  const none = {
    accessToken: "",
    tokenType: "Bearer",
    estimated: true,
    attributes: {},
    obtainedAt: now,
    expiresAt: now,
  };
  return { ...withoutIntent(record), token: { ...(record.token ?? none), refreshToken } };
}

/** The session ended at the vendor. */
export function withoutToken(record: TokenRecord): TokenRecord {
  const { token: _token, ...rest } = withoutHold(withoutIntent(record));
  return rest;
}

/** The same tokens: nothing has happened to the session since. */
export const isSameSession = (stored: StoredToken, known: StoredToken | undefined): boolean =>
  stored.accessToken === known?.accessToken && stored.refreshToken === known.refreshToken;

export const withHold = (record: TokenRecord, hold: StoredFailure): TokenRecord => ({ ...record, hold });

export function withoutHold({ hold: _hold, ...record }: TokenRecord): TokenRecord {
  return record;
}
