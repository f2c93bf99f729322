import { describe, expect, it } from "vitest";
import type { StoredToken } from "../../../src/store/token-record.ts";
import { createCachedToken } from "../../../src/auth/token/token-cache.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const minute = 60_000;
const token: StoredToken = {
  accessToken: "access",
  tokenType: "Bearer",
  estimated: false,
  attributes: {},
  obtainedAt: 1_000,
  expiresAt: 1_000 + 60 * minute,
};
const open = (more: Partial<StoredToken> = {}, now = token.obtainedAt, jitter = 0) => {
  const clock = createManualClock();
  const worker = { owner: "worker", jitter };
  return { clock, held: createCachedToken({ ...token, ...more }, now, { clock, bufferInMs: 5 * minute, worker }) };
};

describe("a token in hand", () => {
  it("grows older by its own stopwatch, from the age it came with", () => {
    const { clock, held } = open({}, token.obtainedAt + 10 * minute);
    expect([held.ageInMs(), held.remainingInMs(), held.wasAccepted]).toEqual([10 * minute, 50 * minute, false]);
    clock.advance(minute);
    expect([held.ageInMs(), held.remainingInMs()]).toEqual([11 * minute, 49 * minute]);
  });

  it("passes through its zones to its end", () => {
    const { clock, held } = open();
    expect(held.freshness()).toBe("fresh");
    clock.advance(55 * minute);
    expect(held.freshness()).toBe("advisory");
    clock.advance(4 * minute + 30_000);
    expect(held.freshness()).toBe("mandatory");
    clock.advance(30_000);
    expect(held.freshness()).toBe("expired");
  });

  it("never lives longer than it was given, wherever the store's clock was set", () => {
    expect(open({}, token.obtainedAt - 30 * minute).held.remainingInMs()).toBe(60 * minute);
  });

  it("enters its advisory window when the server says, but not later than callers would wait", () => {
    const advisory = (refreshAt: number) => open({ refreshAt }).held.windows.advisoryInMs;
    expect(advisory(token.expiresAt - 20 * minute)).toBe(20 * minute);
    expect(advisory(token.expiresAt - minute)).toBe(minute);
    expect(advisory(token.expiresAt - 1_000)).toBe(30_000);
    expect(open({ refreshAt: token.expiresAt - minute }).held.windows.mandatoryInMs).toBe(30_000);
    expect(open().held.windows.advisoryInMs).toBe(5 * minute);
  });

  it("of a short life has windows that are as much shorter", () => {
    expect(open({ expiresAt: token.obtainedAt + 4 * minute }).held.windows).toEqual({
      advisoryInMs: minute,
      mandatoryInMs: 12_000,
    });
  });

  it("is refreshed earlier by a worker with more jitter", () => {
    expect(open({}, token.obtainedAt, 1).held.windows.advisoryInMs).toBe(5.5 * minute);
  });
});
