import { describe, expect, it } from "vitest";
import type { StoredToken, TokenRecord } from "../../../src/store/token-record.ts";
import { createCachedToken } from "../../../src/auth/token/held-token.ts";
import { decideFromRecord, type DecisionInput } from "../../../src/auth/token/record-decision.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const minute = 60_000;
const clock = createManualClock();
const now = clock.now();
const weigh = (token: StoredToken, at: number) =>
  createCachedToken(token, at, { clock, bufferInMs: 5 * minute, worker: { owner: "worker", jitter: 0 } });

/** An hour's token: mandatory below half a minute, advisory below five. */
const withLeft = (leftInMs: number, accessToken = "stored"): StoredToken => ({
  accessToken,
  tokenType: "Bearer",
  refreshToken: "refresh",
  estimated: false,
  attributes: {},
  obtainedAt: now + leftInMs - 60 * minute,
  expiresAt: now + leftInMs,
});
const fresh = withLeft(30 * minute);
const advisory = withLeft(2 * minute);
const mandatory = withLeft(20_000);
const over = withLeft(0);
const refusal = { failures: 1, error: { message: "no" } };
const intent = { refreshTokenHash: "hash", attempts: 1 };

function verdict(
  record: Partial<TokenRecord> | undefined,
  wish: Partial<DecisionInput> & { readonly inHand?: StoredToken } = {},
) {
  const { inHand, ...rest } = wish;
  const held = inHand && weigh(inHand, now);
  const given = decideFromRecord(
    { record: record && { format: 1, fingerprint: "mine", ...record }, version: 1, now },
    {
      trigger: "expired",
      fingerprint: "mine",
      superseded: undefined,
      cached: held,
      isRejected: () => false,
      toCachedToken: weigh,
      ...rest,
    },
  );
  return given.gives === "token"
    ? { ...given, token: given.token.token.accessToken, isInHand: given.token === held }
    : given;
}
const nothing = { gives: "nothing" };
const news = { gives: "token", token: "stored", isNews: true, restsInMs: 0, isInHand: false };

describe("what a record gives without asking the vendor", () => {
  it("is nothing where there is none, or it is of other credentials", () => {
    expect(verdict(undefined)).toEqual(nothing);
    expect(verdict({})).toEqual(nothing);
    expect(verdict({ fingerprint: "another", token: fresh, hold: refusal })).toEqual(nothing);
  });

  it("is another worker's token, unless callers would have to wait for its successor", () => {
    expect(verdict({ token: fresh })).toEqual(news);
    expect(verdict({ token: advisory })).toEqual(news);
    expect(verdict({ token: mandatory })).toEqual(nothing);
    expect(verdict({ token: over })).toEqual(nothing);
  });

  it("is the token in hand only where it is fresh", () => {
    expect(verdict({ token: fresh }, { inHand: fresh })).toEqual({ ...news, isNews: false, isInHand: true });
    expect(verdict({ token: advisory }, { inHand: advisory })).toEqual(nothing);
  });

  it("is news where the same access token was given a longer life", () => {
    expect(verdict({ token: { ...advisory, expiresAt: advisory.expiresAt + 1 } }, { inHand: advisory })).toEqual(news);
    expect(verdict({ token: withLeft(2 * minute, "newer") }, { inHand: advisory })).toMatchObject({
      token: "newer",
      isNews: true,
    });
  });

  it("is no token that a 401 refused", () => {
    const isRefused = (one: string) => one === "stored";
    expect(verdict({ token: fresh }, { isRejected: isRefused })).toEqual(nothing);
    expect(verdict({ token: withLeft(minute, "another") }, { isRejected: isRefused })).toMatchObject({
      token: "another",
    });
    expect(verdict({ token: fresh, hold: refusal }, { isRejected: isRefused })).toEqual({
      gives: "refusal",
      hold: refusal,
    });
  });

  it("is no token that a forced refresh is to replace, and no refusal stands in its way", () => {
    expect(verdict({ token: fresh, hold: refusal }, { trigger: "forced", superseded: "stored" })).toEqual(nothing);
    expect(verdict({ token: fresh, hold: refusal }, { trigger: "forced", superseded: "older" })).toEqual(news);
    expect(verdict({ token: fresh }, { trigger: "expired", superseded: "stored" })).toEqual(news);
  });
});

describe("beside a standing refusal, what a record gives", () => {
  it("is the token, as long as it lives, in hand or not", () => {
    expect(verdict({ token: mandatory, hold: refusal })).toEqual({ ...news, restsInMs: Number.POSITIVE_INFINITY });
    expect(verdict({ token: advisory, hold: refusal }, { inHand: advisory })).toEqual({
      ...news,
      isNews: false,
      restsInMs: Number.POSITIVE_INFINITY,
      isInHand: true,
    });
  });

  it("is the refusal where there is no such token", () => {
    expect(verdict({ hold: refusal })).toEqual({ gives: "refusal", hold: refusal });
    expect(verdict({ token: over, hold: refusal })).toEqual({ gives: "refusal", hold: refusal });
  });

  it("is as without one when its time is over", () => {
    const until = (at: number) => ({ ...refusal, until: at });
    expect(verdict({ hold: until(now + 1) })).toMatchObject({ gives: "refusal" });
    expect(verdict({ token: mandatory, hold: until(now + 1) })).toEqual({ ...news, restsInMs: 1 });
    expect(verdict({ hold: until(now) })).toEqual(nothing);
    expect(verdict({ token: mandatory, hold: until(now) })).toEqual(nothing);
  });
});

describe("a refresh token in doubt", () => {
  it("is left alone in the background while its access token is good", () => {
    const inHand = advisory;
    expect(verdict({ token: advisory, intent }, { trigger: "advisory", inHand })).toEqual({
      ...news,
      isNews: false,
      restsInMs: Number.POSITIVE_INFINITY,
      isInHand: true,
    });
    expect(verdict({ token: fresh, intent }, { trigger: "advisory" })).toMatchObject({ restsInMs: 0 });
  });

  it("is tried where callers wait, and where there is no doubt", () => {
    expect(verdict({ token: advisory, intent }, { trigger: "rejected", inHand: advisory })).toEqual(nothing);
    expect(verdict({ token: advisory }, { trigger: "advisory", inHand: advisory })).toEqual(nothing);
    expect(verdict({ token: mandatory, intent }, { trigger: "advisory", inHand: mandatory })).toEqual(nothing);
  });
});
