import { describe, expect, it } from "vitest";
import { backOffInMs } from "../../../src/auth/token/back-off.ts";
import { createWorkerId } from "../../../src/auth/token/worker-id.ts";
import { createManualClock } from "../../support/manual-clock.ts";

describe("a worker", () => {
  it("keeps its name and its jitter", () => {
    const clock = createManualClock();
    const worker = createWorkerId(clock);
    const { owner, jitter } = worker;
    clock.advance(3_600_000);
    expect([worker.owner, worker.jitter]).toEqual([owner, jitter]);
    expect(jitter).toBeGreaterThanOrEqual(0);
    expect(jitter).toBeLessThan(1);
    expect(owner).toMatch(/^[\da-f-]{36}$/u);
  });

  it("has a jitter of its own, anywhere between none and all", () => {
    const jitters = Array.from({ length: 200 }, () => createWorkerId(createManualClock()).jitter);
    expect(new Set(jitters).size).toBe(200);
    expect(Math.min(...jitters)).toBeLessThan(0.5);
    expect(Math.max(...jitters)).toBeGreaterThan(0.5);
  });

  it.each([60_000, -60_000, 1_001])("takes another name after a jump of %i ms between its clocks", (jump) => {
    const clock = createManualClock();
    const worker = createWorkerId(clock);
    const { owner } = worker;
    clock.stepWall(jump);
    const after = worker.owner;
    expect(after).not.toBe(owner);
    expect(worker.owner).toBe(after);
  });

  it("keeps its name while its clocks drift by a second between two looks", () => {
    const clock = createManualClock();
    const worker = createWorkerId(clock);
    const { owner } = worker;
    for (const drift of [1_000, 1_000, -1_000]) {
      clock.stepWall(drift);
      expect(worker.owner).toBe(owner);
    }
  });
});

describe("the back-off", () => {
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
