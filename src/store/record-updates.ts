/** Pure changes to a stored record; none drops a refresh token that may still be good. */
import type { StoredFailure, StoredToken, TokenRecord } from "./token-record.ts";

export const emptyRecord = (fingerprint: string): TokenRecord => ({ format: 1, fingerprint });

/** What a newer version has written beside stays; intent and hold are over. */
export const withGrant = (record: TokenRecord, token: StoredToken): TokenRecord => ({
  ...withoutHold(withoutIntent(record)),
  token,
});

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
