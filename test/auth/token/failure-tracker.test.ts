import { describe, expect, it } from "vitest";
import { AuthError } from "../../../src/index.ts";
import { localFailure, type TokenFailure } from "../../../src/auth/token-endpoint/token-failure.ts";
import { createFailureTracker } from "../../../src/auth/token/failure-tracker.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const down = localFailure("down");
const refused: TokenFailure = { ...down, kind: "invalid_credentials", outcome: "configuration" };

function open({ isDynamic = false, jitter = 0 } = {}) {
  const clock = createManualClock();
  const worker = { owner: "worker", jitter };
  const memory = createFailureTracker({ vendor: "acme", schemeName: "bearer", clock, worker, isDynamic });
  const fail = (failure: TokenFailure) => memory.record(memory.create(failure, "obtain", memory.nextFailureCount));
  return { clock, memory, fail };
}

describe("a failure of a token endpoint", () => {
  it("is active for its back-off slot, which doubles with each failure in a row", () => {
    const { clock, memory, fail } = open();
    expect(memory.active).toBeUndefined();
    for (const [index, slot] of [1_000, 2_000, 4_000].entries()) {
      expect(memory.nextFailureCount).toBe(index + 1);
      const error = fail(down);
      expect(error.retryAt).toBe(clock.now() + slot);
      clock.advance(slot - 1);
      expect(memory.active?.error).toBe(error);
      clock.advance(1);
      expect(memory.active).toBeUndefined();
    }
  });

  it("is active as long as the vendor asked for, where that is longer", () => {
    const { clock, memory } = open();
    expect(memory.retryAt({ ...down, waitInMs: 120_000 }, 1)).toBe(clock.now() + 120_000);
    expect(memory.retryAt({ ...down, waitInMs: 10 }, 1)).toBe(clock.now() + 1_000);
    expect(memory.retryAt(refused, 1)).toBeUndefined();
  });

  it("is active for longer with a worker's jitter", () => {
    const { clock, memory } = open({ jitter: 1 });
    expect(memory.retryAt(down, 1)).toBe(clock.now() + 1_250);
  });

  it("that only other credentials can fix is active until they may have changed", () => {
    const day = 24 * 3_600_000;
    for (const failure of [refused, { ...down, outcome: "reauthentication_required" as const }]) {
      const fixed = open();
      expect(fixed.fail(failure).retryAt).toBeUndefined();
      fixed.clock.advance(day);
      expect(fixed.memory.active).toBeDefined();
      const dynamic = open({ isDynamic: true });
      dynamic.fail(failure);
      dynamic.clock.advance(59_999);
      expect(dynamic.memory.active).toBeDefined();
      dynamic.clock.advance(1);
      expect(dynamic.memory.active).toBeUndefined();
    }
  });

  it("is over when it is cleared, and the count starts again", () => {
    const { memory, fail } = open();
    fail(down);
    fail(down);
    memory.clear();
    expect([memory.active, memory.nextFailureCount]).toEqual([undefined, 1]);
  });
});

describe("a failure of a credentials function", () => {
  const unasked = (outcome: "transient" | "configuration") =>
    new AuthError("acme", "no", { outcome, kind: "unavailable", phase: "obtain", scheme: "bearer" });

  it("is a copy of its error with the time of the next call", () => {
    const { clock, memory } = open();
    const given = unasked("transient");
    const error = memory.recordCredentialError(given);
    expect(error).not.toBe(given);
    expect(error).toMatchObject({
      message: "acme: no",
      kind: "unavailable",
      scheme: "bearer",
      retryAt: clock.now() + 1_000,
    });
    expect(memory.recordCredentialError(given).retryAt).toBe(clock.now() + 2_000);
  });

  it("that returns too little is active until the credentials may have changed", () => {
    const { memory } = open();
    expect(memory.recordCredentialError(unasked("configuration")).retryAt).toBeUndefined();
    expect(memory.active?.lastsInMs).toBeUndefined();
  });
});

describe("a failure from the store", () => {
  const error = { message: "no", outcome: "transient", kind: "unavailable" };

  it("is converted to this worker's own time", () => {
    const { clock, memory } = open();
    const recalled = memory.restore({ until: 5_000, failures: 3, error }, 2_000);
    expect(recalled).toMatchObject({ message: "acme: no", kind: "unavailable", retryAt: clock.now() + 3_000 });
    expect(memory.nextFailureCount).toBe(4);
    clock.advance(3_000);
    expect(memory.active).toBeUndefined();
  });

  it("is the known error, where only other credentials can fix it", () => {
    const { memory, fail } = open();
    const known = fail(refused);
    expect(memory.restore({ failures: 1, error }, 0)).toBe(known);
    expect(memory.restore({ until: 5, failures: 1, error }, 0)).not.toBe(known);
  });

  it("is a new error where the known one was temporary, or there is none", () => {
    const { memory, fail } = open();
    expect(memory.restore({ failures: 1, error }, 0).message).toBe("acme: no");
    const known = fail(down);
    const recalled = memory.restore({ failures: 1, error }, 0);
    expect(recalled).not.toBe(known);
    expect(recalled.retryAt).toBeUndefined();
  });
});

describe("a refresh token in doubt", () => {
  it("pauses background refreshes", () => {
    const { clock, memory } = open();
    expect(memory.isPaused).toBe(false);
    memory.pause(1_000);
    clock.advance(999);
    expect(memory.isPaused).toBe(true);
    clock.advance(1);
    expect(memory.isPaused).toBe(false);
  });
});
