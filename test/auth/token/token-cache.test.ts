import { describe, expect, it } from "vitest";
import type { StoredToken } from "../../../src/store/token-record.ts";
import { createTokenCache } from "../../../src/auth/token/token-cache.ts";
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

function open({ isDynamic = false } = {}) {
  const clock = createManualClock();
  const closing = new AbortController();
  const signals: AbortSignal[] = [];
  const hand = createTokenCache({
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
  return { clock, closing, hand, signals };
}

describe("what a process has in hand", () => {
  it("is a token until that is over, or dropped", () => {
    const { hand, clock } = open();
    expect([hand.current, hand.unexpired]).toEqual([undefined, undefined]);
    const mine = hand.toCachedToken(token, 0);
    expect(hand.set(mine)).toBe(mine);
    expect([hand.current, hand.unexpired]).toEqual([mine, mine]);
    clock.advance(1_000);
    expect([hand.current, hand.unexpired]).toEqual([mine, undefined]);
    hand.clear();
    expect(hand.current).toBeUndefined();
  });

  it("is nothing once the client is closed", () => {
    const { hand, closing } = open();
    closing.abort();
    const mine = hand.toCachedToken(token, 0);
    expect(hand.set(mine)).toBe(mine);
    expect(hand.current).toBeUndefined();
  });

  it("knows whose it is after it was asked, and is told when that changes", async () => {
    const { hand, signals, closing } = open();
    expect(hand.identity).toBeUndefined();
    const who = await hand.resolveIdentity();
    expect([hand.identity, await hand.resolveIdentity(), signals]).toEqual([who, who, [closing.signal]]);
    const other = { ...who, key: "other" };
    hand.identity = other;
    expect(await hand.resolveIdentity()).toBe(other);
  });

  it("asks a credentials function each time", async () => {
    const { hand } = open({ isDynamic: true });
    expect([(await hand.resolveIdentity()).key, (await hand.resolveIdentity()).key, hand.identity?.key]).toEqual([
      "key-1",
      "key-2",
      "key-2",
    ]);
  });
});
