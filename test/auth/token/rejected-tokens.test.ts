import { describe, expect, it } from "vitest";
import { createRejectedTokens } from "../../../src/auth/token/rejected-tokens.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const open = () => {
  const clock = createManualClock();
  return { clock, rejectedTokens: createRejectedTokens(clock) };
};

describe("rejected access tokens", () => {
  it("are remembered, the newest sixteen", () => {
    const { rejectedTokens } = open();
    for (let index = 1; index <= 16; index += 1) rejectedTokens.add(`token-${index}`);
    expect(rejectedTokens.has("token-1")).toBe(true);
    rejectedTokens.add("token-17");
    expect(rejectedTokens.has("token-1")).toBe(false);
    expect(rejectedTokens.has("token-2")).toBe(true);
    expect(rejectedTokens.has("token-17")).toBe(true);
    expect(rejectedTokens.has("another")).toBe(false);
  });

  it("are forgotten when the vendor issues them again", () => {
    const { rejectedTokens } = open();
    rejectedTokens.add("token");
    rejectedTokens.remove("token");
    expect(rejectedTokens.has("token")).toBe(false);
  });

  it("are suspect for the given delay, with a higher count each time in a row", () => {
    const { clock, rejectedTokens } = open();
    const counts: number[] = [];
    const delay = (count: number) => {
      counts.push(count);
      return count * 1_000;
    };
    rejectedTokens.markSuspect("token", delay);
    expect(rejectedTokens.isSuspect("token")).toBe(true);
    expect(rejectedTokens.isSuspect("another")).toBe(false);
    clock.advance(999);
    expect(rejectedTokens.isSuspect("token")).toBe(true);
    clock.advance(1);
    expect(rejectedTokens.isSuspect("token")).toBe(false);
    rejectedTokens.markSuspect("token", delay);
    clock.advance(1_999);
    expect(rejectedTokens.isSuspect("token")).toBe(true);
    expect(counts).toEqual([1, 2]);
  });

  it("count once for all calls that are rejected at the same moment", () => {
    const { clock, rejectedTokens } = open();
    const counts: number[] = [];
    const delay = (count: number) => {
      counts.push(count);
      return 1_000;
    };
    for (let caller = 0; caller < 3; caller += 1) rejectedTokens.markSuspect("token", delay);
    rejectedTokens.markSuspect("another", delay);
    expect(counts).toEqual([1, 2]);
    clock.advance(999);
    expect([rejectedTokens.isSuspect("token"), rejectedTokens.isSuspect("another")]).toEqual([false, true]);
  });

  it("start a new count a minute after the last suspicion ended", () => {
    const { clock, rejectedTokens } = open();
    const counts: number[] = [];
    const delay = (count: number) => {
      counts.push(count);
      return count * 1_000;
    };
    rejectedTokens.markSuspect("token-1", delay);
    clock.advance(60_999);
    rejectedTokens.markSuspect("token-2", delay);
    clock.advance(62_000);
    rejectedTokens.markSuspect("token-3", delay);
    expect(counts).toEqual([1, 2, 1]);
  });
});
