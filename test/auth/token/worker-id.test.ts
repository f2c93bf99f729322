import { describe, expect, it } from "vitest";
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

  it("has a jitter of its own between 0 and 1", () => {
    const jitters = Array.from({ length: 200 }, () => createWorkerId(createManualClock()).jitter);
    expect(new Set(jitters).size).toBe(200);
    expect(Math.min(...jitters)).toBeLessThan(0.5);
    expect(Math.max(...jitters)).toBeGreaterThan(0.5);
  });

  it.each([60_000, -60_000, 1_001])("takes a new name after a jump of %i ms between its clocks", (jump) => {
    const clock = createManualClock();
    const worker = createWorkerId(clock);
    const { owner } = worker;
    clock.stepWall(jump);
    const after = worker.owner;
    expect(after).not.toBe(owner);
    expect(worker.owner).toBe(after);
  });

  it("keeps its name while its clocks drift by a second between two reads", () => {
    const clock = createManualClock();
    const worker = createWorkerId(clock);
    const { owner } = worker;
    for (const drift of [1_000, 1_000, -1_000]) {
      clock.stepWall(drift);
      expect(worker.owner).toBe(owner);
    }
  });
});
