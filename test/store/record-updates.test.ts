import { describe, expect, it } from "vitest";
import type { StoredToken, TokenRecord } from "../../src/store/token-record.ts";
import {
  emptyRecord,
  isSameSession,
  withGrant,
  withHold,
  withIntent,
  withoutHold,
  withoutIntent,
  withoutRefreshToken,
  withoutToken,
  withRefreshToken,
} from "../../src/store/record-updates.ts";

const token: StoredToken = {
  accessToken: "a",
  tokenType: "Bearer",
  refreshToken: "r",
  refreshExpiresAt: 9_000,
  scope: "s",
  estimated: false,
  attributes: { id: "x" },
  obtainedAt: 1_000,
  expiresAt: 2_000,
};
const hold = { failures: 1, error: { message: "no" } };
const intent = { refreshTokenHash: "hash", attempts: 1 };
const newer = { later: "unknown to this version" };
const record = { format: 1, fingerprint: "mine", token, hold, intent, ...newer } as TokenRecord;
const plain = { format: 1, fingerprint: "mine", ...newer };

describe("a record", () => {
  it("begins with whose it is", () => {
    expect(emptyRecord("mine")).toEqual({ format: 1, fingerprint: "mine" });
  });

  it("with a grant has it in place of the old one; intent and hold are over, and what a newer version wrote stays", () => {
    const granted = { ...token, accessToken: "b" };
    expect(withGrant(record, granted)).toEqual({ ...plain, token: granted });
  });

  it("with an intent, or without", () => {
    expect(withIntent(emptyRecord("mine"), "hash", 2).intent).toEqual({ refreshTokenHash: "hash", attempts: 2 });
    expect(withoutIntent(record)).toEqual({ ...plain, token, hold });
  });

  it("with a hold, or without", () => {
    expect(withHold(emptyRecord("mine"), hold).hold).toBe(hold);
    expect(withoutHold(record)).toEqual({ ...plain, token, intent });
  });

  it("whose refresh token was refused keeps its access token", () => {
    const { refreshToken: _token, refreshExpiresAt: _expiry, ...kept } = token;
    expect(withoutRefreshToken(record)).toEqual({ ...plain, hold, token: kept });
    expect(withoutRefreshToken(emptyRecord("mine"))).toEqual(emptyRecord("mine"));
  });

  it("with a refresh token that came alone keeps its access token, or has one that is over", () => {
    expect(withRefreshToken(record, "r2", 5)).toEqual({ ...plain, hold, token: { ...token, refreshToken: "r2" } });
    expect(withRefreshToken(emptyRecord("mine"), "r2", 5).token).toEqual({
      accessToken: "",
      tokenType: "Bearer",
      refreshToken: "r2",
      estimated: true,
      attributes: {},
      obtainedAt: 5,
      expiresAt: 5,
    });
  });

  it("whose session ended has neither token, intent nor hold", () => {
    expect(withoutToken(record)).toEqual(plain);
  });

  it("is of the same session while both its tokens are", () => {
    expect(isSameSession(token, { ...token, expiresAt: 5 })).toBe(true);
    expect(isSameSession(token, { ...token, accessToken: "b" })).toBe(false);
    expect(isSameSession(token, { ...token, refreshToken: "r2" })).toBe(false);
    expect(isSameSession(token, undefined)).toBe(false);
  });
});
