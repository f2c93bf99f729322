import { describe, expect, it } from "vitest";
import { AuthError } from "../../../src/index.ts";
import { localFailure, type TokenFailure } from "../../../src/auth/token-endpoint/token-failure.ts";
import { createFailureTracker, toStreak } from "../../../src/auth/token/failure-tracker.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const minute = 60_000;
const down = localFailure("down");
const refused: TokenFailure = { ...down, kind: "invalid_credentials", outcome: "configuration", message: "refused" };
const ended: TokenFailure = { ...down, kind: "invalid_grant", outcome: "reauthentication_required" };

function open({ jitter = 0 } = {}) {
  const clock = createManualClock();
  const worker = { owner: "worker", jitter };
  const memory = createFailureTracker({ vendor: "acme", schemeName: "bearer", clock, worker });
  const fail = (failure: TokenFailure) => memory.record(memory.create(failure, "obtain", memory.last));
  /** Checks that the last failure is active for so long, however often it is found again, and lets that time pass. */
  const outlast = (pauseInMs: number) => {
    expect(memory.active?.remainingInMs()).toBe(pauseInMs);
    clock.advance(pauseInMs - 1);
    if (memory.last) memory.record(memory.last);
    expect(memory.active?.remainingInMs()).toBe(1);
    clock.advance(1);
    expect(memory.active).toBeUndefined();
  };
  return { clock, memory, fail, outlast };
}

describe("a failure of a token endpoint", () => {
  it("is active for its back-off slot, which doubles with each failure in a row", () => {
    const { clock, memory, fail, outlast } = open();
    expect(memory.active).toBeUndefined();
    for (const slot of [1_000, 2_000, 4_000]) {
      const error = fail(down);
      expect(error.retryAt).toBe(clock.now() + slot);
      expect(memory.active).toMatchObject({ error, isRefusal: false, lastsInMs: slot });
      outlast(slot);
    }
    expect(memory.last?.failures).toBe(3);
  });

  it("is active as long as the vendor asked for, where that is longer", () => {
    const { clock, memory } = open();
    expect(memory.retryAt({ ...down, waitInMs: 120_000 }, undefined)).toBe(clock.now() + 120_000);
    expect(memory.retryAt({ ...down, waitInMs: 10 }, undefined)).toBe(clock.now() + 1_000);
  });

  it("is active for longer with a worker's jitter", () => {
    const { clock, memory } = open({ jitter: 1 });
    expect(memory.retryAt(down, undefined)).toBe(clock.now() + 1_250);
    expect(memory.retryAt(refused, undefined)).toBe(clock.now() + 5 * minute);
  });

  it("is over when it is cleared, and the count starts again", () => {
    const { memory, fail } = open();
    fail(down);
    fail(down);
    memory.clear();
    expect([memory.active, memory.last]).toEqual([undefined, undefined]);
    fail(down);
    expect(memory.last?.failures).toBe(1);
  });
});

describe("a refusal", () => {
  it.each([
    ["of the credentials", refused],
    ["that ends the session", ended],
  ])("%s is active for 5 minutes, then for 15, then for an hour each", (_, failure) => {
    const { fail, outlast, memory } = open();
    for (const minutes of [5, 15, 60, 60]) {
      fail(failure);
      expect(memory.active?.isRefusal).toBe(true);
      outlast(minutes * minute);
    }
  });

  it("after an outage is the first in its row, and so is an outage after it", () => {
    const { fail, outlast } = open();
    for (const slot of [1_000, 2_000]) {
      fail(down);
      outlast(slot);
    }
    fail(refused);
    outlast(5 * minute);
    fail(down);
    outlast(1_000);
    fail(refused);
    outlast(5 * minute);
  });

  it("says that it is remembered, since when and until when, and how to ask now", () => {
    const { clock, fail } = open();
    const [since, until] = [clock.now(), clock.now() + 5 * minute].map((at) => new Date(at).toISOString());
    expect(fail(refused)).toMatchObject({
      message: `acme: refused; remembered since ${since}, until ${until}. Call client.auth.refresh() to try now`,
      retryAt: clock.now() + 5 * minute,
    });
    expect(fail(down).message).toBe("acme: down");
  });

  it("is active until it may have been lifted elsewhere, or the credentials changed", () => {
    const { clock, memory, fail } = open();
    const error = fail(refused);
    for (let count = 0; count < 2; count += 1) {
      clock.advance(59_999);
      expect(memory.active?.error).toBe(error);
      clock.advance(1);
      expect(memory.active).toBeUndefined();
      expect(memory.last?.error).toBe(error);
      // It was not, and they did not.
      if (memory.last) memory.record(memory.last);
    }
    clock.advance(3 * minute);
    expect(memory.active).toBeUndefined();
    fail({ ...down, waitInMs: 120_000 });
    clock.advance(119_999);
    expect(memory.active).toBeDefined();
  });
});

describe("a failure of a credentials function", () => {
  const unasked = (outcome: "transient" | "configuration") =>
    new AuthError("acme", "no", {
      outcome,
      kind: outcome === "transient" ? "unavailable" : "invalid_credentials",
      phase: "obtain",
      scheme: "bearer",
    });

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
    const { clock, memory } = open();
    memory.recordCredentialError(unasked("configuration"));
    clock.advance(minute - 1);
    expect(memory.active).toBeDefined();
    clock.advance(1);
    expect(memory.active).toBeUndefined();
  });
});

describe("a failure from the store", () => {
  const error = { message: "no", outcome: "transient", kind: "unavailable" };

  it("is converted to this worker's own time", () => {
    const { clock, memory } = open();
    const recalled = memory.restore({ until: 5_000, failures: 3, error }, 2_000);
    expect(recalled).toMatchObject({ message: "acme: no", kind: "unavailable", retryAt: clock.now() + 3_000 });
    expect(memory.last).toMatchObject({ failures: 3, isRefusal: false, lastsInMs: 3_000 });
    clock.advance(3_000);
    expect(memory.active).toBeUndefined();
  });

  it("is the known error while it is the same failure, with the time that it has left", () => {
    const { memory } = open();
    const known = memory.record(memory.create(down, "obtain", undefined), 5_000);
    expect(memory.restore({ until: 5_000, failures: 1, error }, 4_990)).toBe(known);
    expect(memory.active?.remainingInMs()).toBe(10);
    expect(memory.restore({ until: 5_000, failures: 1, error }, 4_995)).toBe(known);
    expect(memory.restore({ until: 5_001, failures: 1, error }, 4_995)).not.toBe(known);
  });

  it("is a new error where the known one was not stored, or was cleared", () => {
    const { memory, fail } = open();
    const known = fail(down);
    const hold = { until: 5_000, failures: 1, error };
    const recalled = memory.restore(hold, 0);
    expect(recalled).not.toBe(known);
    memory.clear();
    expect(memory.restore(hold, 0)).not.toBe(recalled);
  });

  it("counts with those of its sort", () => {
    expect(toStreak(undefined)).toBeUndefined();
    expect(toStreak({ failures: 2, error })).toEqual({ failures: 2, isRefusal: false });
    const kinds = [{ kind: "invalid_credentials" }, { outcome: "reauthentication_required" }];
    for (const more of kinds) expect(toStreak({ failures: 2, error: { ...error, ...more } })?.isRefusal).toBe(true);
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
