import { describe, expect, it } from "vitest";
import type { StoredToken } from "../../../src/store/token-record.ts";
import { createCachedToken, createTokenCache } from "../../../src/auth/token/token-cache.ts";
import type { TokenIdentity } from "../../../src/auth/credentials/token-identity.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const token: StoredToken = {
  accessToken: "access",
  tokenType: "Bearer",
  estimated: false,
  attributes: {},
  obtainedAt: 0,
  expiresAt: 1_000,
};

const minute = 60_000;
const hourToken: StoredToken = { ...token, obtainedAt: 1_000, expiresAt: 1_000 + 60 * minute };

function open({ isDynamic = false } = {}) {
  const clock = createManualClock();
  const closing = new AbortController();
  const signals: AbortSignal[] = [];
  const cache = createTokenCache({
    clock,
    bufferInMs: 300_000,
    worker: { owner: "worker", jitter: 0 },
    isDynamic,
    closing: closing.signal,
    async resolveIdentity(signal) {
      signals.push(signal);
      return { key: `key-${signals.length}` } as TokenIdentity;
    },
  });
  return { clock, closing, cache, signals };
}

describe("a token cache", () => {
  it("holds a token until it expires or is cleared", () => {
    const { cache, clock } = open();
    expect([cache.current, cache.unexpired]).toEqual([undefined, undefined]);
    const mine = cache.toCachedToken(token, 0);
    expect(cache.set(mine)).toBe(mine);
    expect([cache.current, cache.unexpired]).toEqual([mine, mine]);
    clock.advance(1_000);
    expect([cache.current, cache.unexpired]).toEqual([mine, undefined]);
    cache.clear();
    expect(cache.current).toBeUndefined();
  });

  it("stays empty once the client is closed", () => {
    const { cache, closing } = open();
    closing.abort();
    const mine = cache.toCachedToken(token, 0);
    expect(cache.set(mine)).toBe(mine);
    expect(cache.current).toBeUndefined();
  });

  it("resolves the identity once, until another one is set", async () => {
    const { cache, signals, closing } = open();
    expect(cache.identity).toBeUndefined();
    const identity = await cache.resolveIdentity();
    expect([cache.identity, await cache.resolveIdentity(), signals]).toEqual([identity, identity, [closing.signal]]);
    const other = { ...identity, key: "other" };
    cache.identity = other;
    expect(await cache.resolveIdentity()).toBe(other);
  });

  it("resolves the identity each time where credentials come from a function", async () => {
    const { cache } = open({ isDynamic: true });
    expect([(await cache.resolveIdentity()).key, (await cache.resolveIdentity()).key, cache.identity?.key]).toEqual([
      "key-1",
      "key-2",
      "key-2",
    ]);
  });
});

const openToken = (more: Partial<StoredToken> = {}, now = hourToken.obtainedAt, jitter = 0) => {
  const clock = createManualClock();
  const worker = { owner: "worker", jitter };
  return {
    clock,
    cached: createCachedToken({ ...hourToken, ...more }, now, { clock, bufferInMs: 5 * minute, worker }),
  };
};

describe("a cached token", () => {
  it("measures its age by its own stopwatch", () => {
    const { clock, cached } = openToken({}, hourToken.obtainedAt + 10 * minute);
    expect([cached.ageInMs(), cached.remainingInMs(), cached.wasAccepted]).toEqual([10 * minute, 50 * minute, false]);
    clock.advance(minute);
    expect([cached.ageInMs(), cached.remainingInMs()]).toEqual([11 * minute, 49 * minute]);
  });

  it("passes from fresh to expired", () => {
    const { clock, cached } = openToken();
    expect(cached.freshness()).toBe("fresh");
    clock.advance(55 * minute);
    expect(cached.freshness()).toBe("advisory");
    clock.advance(4 * minute + 30_000);
    expect(cached.freshness()).toBe("mandatory");
    clock.advance(30_000);
    expect(cached.freshness()).toBe("expired");
  });

  it("never lives longer than its lifetime, whatever the store's clock says", () => {
    expect(openToken({}, hourToken.obtainedAt - 30 * minute).cached.remainingInMs()).toBe(60 * minute);
  });

  it("enters its advisory window when the server says, at the latest with its mandatory window", () => {
    const advisory = (refreshAt: number) => openToken({ refreshAt }).cached.windows.advisoryInMs;
    expect(advisory(hourToken.expiresAt - 20 * minute)).toBe(20 * minute);
    expect(advisory(hourToken.expiresAt - minute)).toBe(minute);
    expect(advisory(hourToken.expiresAt - 1_000)).toBe(30_000);
    expect(openToken({ refreshAt: hourToken.expiresAt - minute }).cached.windows.mandatoryInMs).toBe(30_000);
    expect(openToken().cached.windows.advisoryInMs).toBe(5 * minute);
  });

  it("has shorter windows where its lifetime is short", () => {
    expect(openToken({ expiresAt: hourToken.obtainedAt + 4 * minute }).cached.windows).toEqual({
      advisoryInMs: minute,
      mandatoryInMs: 12_000,
    });
  });

  it("is refreshed earlier by a worker with more jitter", () => {
    expect(openToken({}, hourToken.obtainedAt, 1).cached.windows.advisoryInMs).toBe(5.5 * minute);
  });
});
