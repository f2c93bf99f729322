/** Changes to a stored record. Pure. None drops a refresh token that may still be valid. */
import type { StoredFailure, StoredToken, TokenRecord } from "./token-record.ts";

export const emptyRecord = (fingerprint: string): TokenRecord => ({ format: 1, fingerprint });

/** Stores a granted token, and ends the intent and the hold. Members of a newer version are kept. */
export const withGrant = (record: TokenRecord, token: StoredToken): TokenRecord => ({
  ...withoutHold(withoutIntent(record)),
  token,
});

/** Notes that a one-time refresh token is about to be sent. */
export const withIntent = (record: TokenRecord, refreshTokenHash: string, attempts: number): TokenRecord => ({
  ...record,
  intent: { refreshTokenHash, attempts },
});

/** Notes that the refresh token was not used after all: the vendor did not process the request. */
export function withoutIntent({ intent: _intent, ...record }: TokenRecord): TokenRecord {
  return record;
}

/** Removes a rejected refresh token. The access token may still be valid. */
export function withoutRefreshToken(record: TokenRecord): TokenRecord {
  const { token, ...rest } = withoutIntent(record);
  if (!token) return rest;
  const { refreshToken: _refreshToken, refreshExpiresAt: _refreshExpiresAt, ...kept } = token;
  return { ...rest, token: kept };
}

/** Stores a rotated refresh token from a response that had no valid access token. */
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

/** Removes the tokens of a session that ended at the vendor. */
export function withoutToken(record: TokenRecord): TokenRecord {
  const { token: _token, ...rest } = withoutHold(withoutIntent(record));
  return rest;
}

/** True where both tokens are unchanged, so that nothing has happened to the session since. */
export const isSameSession = (stored: StoredToken, known: StoredToken | undefined): boolean =>
  stored.accessToken === known?.accessToken && stored.refreshToken === known.refreshToken;

export const withHold = (record: TokenRecord, hold: StoredFailure): TokenRecord => ({ ...record, hold });

export function withoutHold({ hold: _hold, ...record }: TokenRecord): TokenRecord {
  return record;
}
