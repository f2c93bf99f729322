import { describe, expect, it } from "vitest";
import { createRefreshWindows, freshnessOf } from "../../../src/auth/token/refresh-policy.ts";

describe("the windows of a token's life", () => {
  it.each([
    ["an hour", 3_600_000, 300_000, 30_000],
    ["twenty minutes, of which five are a quarter", 1_200_000, 300_000, 30_000],
    ["ten minutes", 600_000, 150_000, 30_000],
    ["four minutes", 240_000, 60_000, 12_000],
    ["a minute", 60_000, 15_000, 3_000],
  ])("shrink with the life: %s", (_, lifetimeInMs, advisoryInMs, mandatoryInMs) => {
    expect(createRefreshWindows(lifetimeInMs, 300_000, 0)).toEqual({ advisoryInMs, mandatoryInMs });
  });

  it("end where the vendor's own buffer is smaller", () => {
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
  ] as const)("with %i ms left it is %s", (remainingInMs, zone) => {
    expect(freshnessOf(remainingInMs, { advisoryInMs: 300_000, mandatoryInMs: 30_000 })).toBe(zone);
  });
});
