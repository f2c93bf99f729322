import { describe, expect, it } from "vitest";
import { clockSkewInMs } from "../../../src/auth/token-endpoint/clock-skew.ts";

const now = Date.UTC(2030, 0, 1, 12);
const day = 24 * 3_600_000;
const offset = (dateInMs: number | string, { age, roundTripInMs = 0 }: { age?: string; roundTripInMs?: number } = {}) =>
  clockSkewInMs(
    new Headers({
      date: typeof dateInMs === "string" ? dateInMs : new Date(dateInMs).toUTCString(),
      ...(age === undefined ? {} : { age }),
    }),
    now,
    roundTripInMs,
  );

describe("the clock skew", () => {
  it("comes from the Date header, and is zero within the two seconds of its resolution", () => {
    expect(offset(now + 10_000)).toBe(10_000);
    expect(offset(now - 10_000)).toBe(-10_000);
    expect(offset(now + 3_000)).toBe(3_000);
    expect(offset(now + 2_000)).toBe(0);
    expect(offset(now - 2_000)).toBe(0);
    expect(offset(now)).toBe(0);
  });

  it("refers to the middle of the round trip", () => {
    expect(offset(now + 10_000, { roundTripInMs: 8_000 })).toBe(14_000);
    expect(offset(now + 10_000, { roundTripInMs: 30_000 })).toBe(25_000);
    expect(offset(now + 10_000, { roundTripInMs: 30_001 })).toBeUndefined();
  });

  it("is unknown without a Date, from a cache, and where it is more than a day", () => {
    expect(clockSkewInMs(new Headers(), now, 0)).toBeUndefined();
    expect(offset("yesterday")).toBeUndefined();
    expect(offset(now + 10_000, { age: "5" })).toBeUndefined();
    expect(offset(now + 10_000, { age: " 0 " })).toBe(10_000);
    expect(offset(now + day)).toBe(day);
    expect(offset(now + day + 1_000)).toBeUndefined();
    expect(offset(now - day)).toBe(-day);
    expect(offset(now - day - 1_000)).toBeUndefined();
  });
});
