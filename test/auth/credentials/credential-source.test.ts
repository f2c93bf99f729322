import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createCredentialSource } from "../../../src/auth/credentials/credential-source.ts";
import { AuthError, ConfigurationError } from "../../../src/index.ts";
import type { SecurityScheme } from "../../../src/vendor.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const scheme: SecurityScheme = {
  send: { in: "header", name: "Authorization" },
  credentials: {
    id: { secret: false, pattern: "^\\d+$", description: "digits" },
    secret: { secret: true },
    region: { secret: false, default: "eu" },
  },
};

describe("a credential source of fixed values", () => {
  it("checks fixed credentials when they are given", async () => {
    const clock = createManualClock();
    expect(() => createCredentialSource("acme", scheme, { id: "x" }, clock)).toThrow(ConfigurationError);
    const source = createCredentialSource("acme", scheme, { id: "1" }, clock);
    expect(source.isDynamic).toBe(false);
    expect(await source.get(1_000)).toEqual({ id: "1", region: "eu" });
    expect(clock.timers).toBe(0);
  });
});

describe("a credentials function", () => {
  const open = (provider: (context: { signal: AbortSignal }) => unknown) => {
    const clock = createManualClock();
    return { clock, source: createCredentialSource("acme", scheme, provider as () => object, clock) };
  };
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("it should have been rejected"),
      (error: unknown) => error,
    );

  it("is called each time, and its result is checked", async () => {
    let count = 0;
    const { source, clock } = open(async () => {
      count += 1;
      return { id: String(count) };
    });
    expect(source.isDynamic).toBe(true);
    expect(await source.get(1_000)).toEqual({ id: "1", region: "eu" });
    expect(await source.get(1_000)).toEqual({ id: "2", region: "eu" });
    expect(clock.timers).toBe(0);
    expect(await failure(open(() => ({ id: "x" })).source.get(1_000))).toBeInstanceOf(ConfigurationError);
  });

  it("that gives no answer in time has its signal aborted", async () => {
    let signal: AbortSignal | undefined;
    const { source, clock } = open((context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    const failed = failure(source.get(1_000));
    clock.advance(999);
    expect(signal?.aborted).toBe(false);
    clock.advance(1);
    const error = await failed;
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({
      message: "acme: the credentials function did not finish within 1000 ms",
      outcome: "transient",
      kind: "unavailable",
      phase: "obtain",
    });
    expect(signal?.aborted).toBe(true);
  });

  it.each([
    [Object.assign(new Error("CANARY"), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    [new TypeError("CANARY"), "TypeError"],
    ["CANARY", "string"],
  ])("that fails is reported by a code or a name, never by its message", async (thrown, name) => {
    const { source, clock } = open(() => {
      throw thrown;
    });
    expect(await failure(source.get(1_000))).toMatchObject({
      message: `acme: the credentials function failed (${name}); see its own log`,
      outcome: "transient",
      kind: "unavailable",
      phase: "obtain",
    });
    expect(clock.timers).toBe(0);
  });

  it("that throws an AuthError rejects with that error", async () => {
    const mine = new AuthError("acme", "mine", { outcome: "configuration", kind: "invalid_credentials" });
    expect(await failure(open(() => Promise.reject(mine)).source.get(1_000))).toBe(mine);
  });

  it("is aborted with the sign-in, for its reason, and is not called after that", async () => {
    let calls = 0;
    let signal: AbortSignal | undefined;
    const { source, clock } = open((context) => {
      calls += 1;
      signal = context.signal;
      return new Promise(() => {});
    });
    const closing = new AbortController();
    const failed = failure(source.get(1_000, closing.signal));
    closing.abort("closed");
    expect(await failed).toBe("closed");
    expect(signal?.reason).toBe("closed");
    expect(clock.timers).toBe(0);
    expect(getEventListeners(closing.signal, "abort")).toEqual([]);
    expect(await failure(source.get(1_000, closing.signal))).toBe("closed");
    expect(calls).toBe(1);
  });
});
