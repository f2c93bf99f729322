import { describe, expect, it } from "vitest";
import type { StoredToken, TokenRecord } from "../../../src/store/token-record.ts";
import { createCachedToken } from "../../../src/auth/token/token-cache.ts";
import { decideFromRecord, type DecisionInput } from "../../../src/auth/token/record-decision.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const minute = 60_000;
const clock = createManualClock();
const now = clock.now();
const toCachedToken = (token: StoredToken, at: number) =>
  createCachedToken(token, at, { clock, bufferInMs: 5 * minute, worker: { owner: "worker", jitter: 0 } });

/** An hour's token: mandatory below half a minute, advisory below five. */
const withRemaining = (remainingInMs: number, accessToken = "stored"): StoredToken => ({
  accessToken,
  tokenType: "Bearer",
  refreshToken: "refresh",
  estimated: false,
  attributes: {},
  obtainedAt: now + remainingInMs - 60 * minute,
  expiresAt: now + remainingInMs,
});
const fresh = withRemaining(30 * minute);
const advisory = withRemaining(2 * minute);
const mandatory = withRemaining(20_000);
const expired = withRemaining(0);
const hold = { until: now + minute, failures: 1, error: { message: "no" } };
const intent = { refreshTokenHash: "hash", attempts: 1 };

function decide(
  record: Partial<TokenRecord> | undefined,
  input: Partial<DecisionInput> & { readonly cachedToken?: StoredToken } = {},
) {
  const { cachedToken, ...rest } = input;
  const cached = cachedToken && toCachedToken(cachedToken, now);
  const decision = decideFromRecord(
    { record: record && { format: 1, fingerprint: "mine", ...record }, version: 1, now },
    {
      trigger: "expired",
      ignoresFailure: input.trigger === "forced",
      fingerprint: "mine",
      superseded: undefined,
      cached,
      isRejected: () => false,
      toCachedToken,
      ...rest,
    },
  );
  return decision.type === "token"
    ? { ...decision, token: decision.token.token.accessToken, isCached: decision.token === cached }
    : decision;
}
const none = { type: "none" };
const fromStore = { type: "token", token: "stored", isNew: true, pauseInMs: 0, isCached: false };

describe("a decision from a record", () => {
  it("is none without a record, or where the record belongs to other credentials", () => {
    expect(decide(undefined)).toEqual(none);
    expect(decide({})).toEqual(none);
    expect(decide({ fingerprint: "another", token: fresh, hold })).toEqual(none);
  });

  it("is another worker's token, unless the token is in its mandatory window", () => {
    expect(decide({ token: fresh })).toEqual(fromStore);
    expect(decide({ token: advisory })).toEqual(fromStore);
    expect(decide({ token: mandatory })).toEqual(none);
    expect(decide({ token: expired })).toEqual(none);
  });

  it("is the cached token only where it is fresh", () => {
    expect(decide({ token: fresh }, { cachedToken: fresh })).toEqual({ ...fromStore, isNew: false, isCached: true });
    expect(decide({ token: advisory }, { cachedToken: advisory })).toEqual(none);
  });

  it("is a new token where the same access token has a later expiry", () => {
    expect(decide({ token: { ...advisory, expiresAt: advisory.expiresAt + 1 } }, { cachedToken: advisory })).toEqual(
      fromStore,
    );
    expect(decide({ token: withRemaining(2 * minute, "newer") }, { cachedToken: advisory })).toMatchObject({
      token: "newer",
      isNew: true,
    });
  });

  it("is never a token that was rejected with a 401", () => {
    const isRejected = (one: string) => one === "stored";
    expect(decide({ token: fresh }, { isRejected })).toEqual(none);
    expect(decide({ token: withRemaining(minute, "another") }, { isRejected })).toMatchObject({
      token: "another",
    });
    expect(decide({ token: fresh, hold }, { isRejected })).toEqual({
      type: "failure",
      hold,
    });
  });

  it("is never the token that a forced refresh replaces, nor a failure that it ignores", () => {
    expect(decide({ hold }, { trigger: "forced", ignoresFailure: false })).toEqual({ type: "failure", hold });
    expect(decide({ token: fresh, hold }, { trigger: "forced", superseded: "stored" })).toEqual(none);
    expect(decide({ token: fresh, hold }, { trigger: "forced", superseded: "older" })).toEqual(fromStore);
    expect(decide({ token: fresh }, { trigger: "expired", superseded: "stored" })).toEqual(fromStore);
  });
});

describe("a decision from a record with an active failure", () => {
  it("is the token until it expires, cached or not", () => {
    expect(decide({ token: mandatory, hold })).toEqual({ ...fromStore, pauseInMs: minute });
    expect(decide({ token: advisory, hold }, { cachedToken: advisory })).toEqual({
      ...fromStore,
      isNew: false,
      pauseInMs: minute,
      isCached: true,
    });
  });

  it("is the failure where there is no such token", () => {
    expect(decide({ hold })).toEqual({ type: "failure", hold });
    expect(decide({ token: expired, hold })).toEqual({ type: "failure", hold });
  });

  it("ignores the failure when its time is over", () => {
    const until = (at: number) => ({ ...hold, until: at });
    expect(decide({ hold: until(now + 1) })).toMatchObject({ type: "failure" });
    expect(decide({ token: mandatory, hold: until(now + 1) })).toEqual({ ...fromStore, pauseInMs: 1 });
    expect(decide({ hold: until(now) })).toEqual(none);
    expect(decide({ hold: until(now + 3_600_000) })).toMatchObject({ type: "failure" });
    expect(decide({ hold: until(now + 7_200_001) })).toEqual(none);
    expect(decide({ token: mandatory, hold: until(now) })).toEqual(none);
  });

  it("ignores a failure without an end, or with one that no pause can have", () => {
    const { until: _until, ...endless } = hold;
    expect(decide({ hold: endless })).toEqual(none);
    expect(decide({ hold: { ...hold, until: now + 60 * minute } })).toMatchObject({ type: "failure" });
    expect(decide({ hold: { ...hold, until: now + 60 * minute + 1 } })).toEqual(none);
  });
});

describe("a refresh token in doubt", () => {
  it("is not used in the background while its access token is good", () => {
    const cachedToken = advisory;
    expect(decide({ token: advisory, intent }, { trigger: "advisory", cachedToken })).toEqual({
      ...fromStore,
      isNew: false,
      pauseInMs: Number.POSITIVE_INFINITY,
      isCached: true,
    });
    expect(decide({ token: fresh, intent }, { trigger: "advisory" })).toMatchObject({ pauseInMs: 0 });
  });

  it("is used where callers wait, and where there is no doubt", () => {
    expect(decide({ token: advisory, intent }, { trigger: "rejected", cachedToken: advisory })).toEqual(none);
    expect(decide({ token: advisory }, { trigger: "advisory", cachedToken: advisory })).toEqual(none);
    expect(decide({ token: mandatory, intent }, { trigger: "advisory", cachedToken: mandatory })).toEqual(none);
  });
});
