import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { AuthError } from "../../src/errors/auth-error.ts";
import { parseRecord } from "../../src/store/token-record.ts";
import { caught } from "../support/caught.ts";

const token = {
  accessToken: "access",
  tokenType: "Bearer",
  refreshToken: "refresh",
  estimated: false,
  attributes: {},
  obtainedAt: 1_000,
  expiresAt: 2_000,
};
const record = { format: 1, fingerprint: "f", token };
const parse = (value: unknown) => parseRecord(JSON.stringify(value));

describe("a record that is read from a store", () => {
  it("keeps a token that a header can hold", () => {
    expect(parse(record)).toEqual(record);
    expect(parse({ ...record, token: { ...token, accessToken: "" } })).toMatchObject({ token: { accessToken: "" } });
  });

  it.each(["access\r\nx-injected: 1", "access\n", "access\0", "access token", "accéss", "access€"])(
    "has no token where no header can hold it: %j",
    (accessToken) => {
      const intent = { refreshTokenHash: "h", attempts: 1 };
      expect(parse({ ...record, intent, token: { ...token, accessToken } })).toEqual({ format: 1, fingerprint: "f" });
    },
  );

  it("has no token where the refresh token holds controls", () => {
    expect(parse({ ...record, token: { ...token, refreshToken: "refresh\r\n" } }).token).toBeUndefined();
  });

  it.each([
    { token: { ...token, expiresAt: 1e308 } },
    { token: { ...token, obtainedAt: -1 } },
    { token: { ...token, refreshAt: "2026" } },
    { token: { ...token, refreshExpiresAt: Number.NaN } },
    { hold: { until: 1e308, failures: 1, error: { message: "m" } } },
    { hold: { until: -1e308, failures: 1, error: { message: "m" } } },
    { hold: { failures: -1, error: { message: "m" } } },
    { intent: { refreshTokenHash: "h", attempts: 1e308 } },
  ])("is rejected for a time or a count that cannot be: %j", async (part) => {
    const error = await caught((async () => parse({ ...record, ...part }))());
    expect(error).toMatchObject({ name: "StoreError", code: "corrupted" });
    expect(inspect(error)).not.toContain("access");
  });
});

describe("an error with a time that no Date holds", () => {
  it.each([Number.NaN, 1e308, -1e308, Number.POSITIVE_INFINITY])("prints: %s", (retryAt) => {
    const error = new AuthError("acme", "failed", { outcome: "transient", kind: "unavailable", retryAt });
    expect(inspect(error)).toContain("retryAt");
    expect(JSON.stringify(error)).toContain("failed");
  });
});
