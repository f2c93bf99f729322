import { describe, expect, it } from "vitest";
import { createRejectedTokens } from "../../../src/auth/token/rejected-tokens.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const open = () => {
  const clock = createManualClock();
  return { clock, rejections: createRejectedTokens(clock) };
};

describe("refused access tokens", () => {
  it("are remembered, the sixteen newest of them", () => {
    const { rejections } = open();
    for (let index = 1; index <= 16; index += 1) rejections.add(`token-${index}`);
    expect(rejections.has("token-1")).toBe(true);
    rejections.add("token-17");
    expect(rejections.has("token-1")).toBe(false);
    expect(rejections.has("token-2")).toBe(true);
    expect(rejections.has("token-17")).toBe(true);
    expect(rejections.has("another")).toBe(false);
  });

  it("are good again when the vendor gives them again", () => {
    const { rejections } = open();
    rejections.add("token");
    rejections.remove("token");
    expect(rejections.has("token")).toBe(false);
  });

  it("are suspect for the time that is asked for, longer each time in a row", () => {
    const { clock, rejections } = open();
    const counts: number[] = [];
    const delay = (count: number) => {
      counts.push(count);
      return count * 1_000;
    };
    rejections.markSuspect("token", delay);
    expect(rejections.isSuspect("token")).toBe(true);
    expect(rejections.isSuspect("another")).toBe(false);
    clock.advance(999);
    expect(rejections.isSuspect("token")).toBe(true);
    clock.advance(1);
    expect(rejections.isSuspect("token")).toBe(false);
    rejections.markSuspect("token", delay);
    clock.advance(1_999);
    expect(rejections.isSuspect("token")).toBe(true);
    expect(counts).toEqual([1, 2]);
  });

  it("are suspect once for all who meet the refusal at the same moment", () => {
    const { clock, rejections } = open();
    const counts: number[] = [];
    const delay = (count: number) => {
      counts.push(count);
      return 1_000;
    };
    for (let caller = 0; caller < 3; caller += 1) rejections.markSuspect("token", delay);
    rejections.markSuspect("another", delay);
    expect(counts).toEqual([1, 2]);
    clock.advance(999);
    expect([rejections.isSuspect("token"), rejections.isSuspect("another")]).toEqual([false, true]);
  });

  it("are suspect from the beginning where the last suspicion is over for a minute", () => {
    const { clock, rejections } = open();
    const counts: number[] = [];
    const delay = (count: number) => {
      counts.push(count);
      return count * 1_000;
    };
    rejections.markSuspect("token-1", delay);
    clock.advance(60_999);
    rejections.markSuspect("token-2", delay);
    clock.advance(62_000);
    rejections.markSuspect("token-3", delay);
    expect(counts).toEqual([1, 2, 1]);
  });
});
