import { describe, expect, it } from "vitest";
import { backOffInMs, createRefreshWindows, freshnessOf } from "../../../src/auth/token/refresh-policy.ts";

describe("refresh windows", () => {
  it.each([
    ["an hour", 3_600_000, 300_000, 30_000],
    ["twenty minutes, a quarter of which is five", 1_200_000, 300_000, 30_000],
    ["ten minutes", 600_000, 150_000, 30_000],
    ["four minutes", 240_000, 60_000, 12_000],
    ["a minute", 60_000, 15_000, 3_000],
  ])("shrink with the lifetime: %s", (_, lifetimeInMs, advisoryInMs, mandatoryInMs) => {
    expect(createRefreshWindows(lifetimeInMs, 300_000, 0)).toEqual({ advisoryInMs, mandatoryInMs });
  });

  it("are no longer than the vendor's own buffer", () => {
    expect(createRefreshWindows(3_600_000, 10_000, 0)).toEqual({ advisoryInMs: 10_000, mandatoryInMs: 10_000 });
  });

  it.each([
    [0, "expired"],
    [-1, "expired"],
    [1, "mandatory"],
    [30_000, "mandatory"],
    [30_001, "advisory"],
    [300_000, "advisory"],
    [300_001, "fresh"],
  ] as const)("make a token with %i ms left %s", (remainingInMs, freshness) => {
    expect(freshnessOf(remainingInMs, { advisoryInMs: 300_000, mandatoryInMs: 30_000 })).toBe(freshness);
  });
});

describe("a back-off slot", () => {
  it("doubles from a second to a minute", () => {
    expect([1, 2, 3, 6, 7, 8, 17, 18, 1_000].map((failures) => backOffInMs(failures, 0))).toEqual([
      1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000, 60_000, 60_000,
    ]);
  });

  it("is up to a quarter longer, in whole milliseconds", () => {
    expect(backOffInMs(1, 1)).toBe(1_250);
    expect(backOffInMs(7, 1)).toBe(75_000);
    expect(backOffInMs(1, 0.001)).toBe(1_001);
  });
});
