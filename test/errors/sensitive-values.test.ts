import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/errors/redactor.ts";
import { withSensitiveValues } from "../../src/errors/sensitive-values.ts";

const text = "alpha bravo charlie delta 4711";
const redact = (names: readonly string[], ...bodies: unknown[]) =>
  withSensitiveValues(createRedactor(), names, bodies).redact(text);

describe("a sensitive value", () => {
  it("is found by its property's name, at any depth, in lists too", () => {
    const body = {
      code: "alpha",
      items: [{ code: "bravo", name: "charlie" }],
      deep: { code: { inner: ["delta", 4711] } },
    };
    expect(redact(["code"], body)).toBe("[redacted] [redacted] charlie [redacted] [redacted]");
  });

  it("is found in what was sent and in what came back", () => {
    expect(redact(["code"], { code: "alpha" }, [{ code: "bravo" }])).toBe("[redacted] [redacted] charlie delta 4711");
  });

  it("is nothing where no name is given, or nothing has it", () => {
    expect(redact([], { code: "alpha" })).toBe(text);
    expect(redact(["pin"], { code: "alpha" })).toBe(text);
    expect(redact(["code"], "alpha", undefined, null)).toBe(text);
  });

  it("is no empty value, and no index of a list", () => {
    expect(redact(["code", "flag", "0"], { code: null, flag: true, list: ["alpha"] })).toBe(text);
  });

  it("is found among two thousand; beyond that, nothing is quoted", () => {
    const among = (count: number) => ({
      code: [...Array.from({ length: count - 1 }, (_, index) => `n${index}`), "delta"],
    });
    expect(redact(["code"], among(2_000))).toBe("alpha bravo charlie [redacted] 4711");
    expect(redact(["code"], among(2_001))).toBe("[redacted]");
  });

  it("is found 32 levels deep; beyond that, nothing is quoted", () => {
    const nested = (depth: number): unknown => (depth === 0 ? { code: "delta" } : { inner: nested(depth - 1) });
    expect(redact(["code"], nested(32))).toBe("alpha bravo charlie [redacted] 4711");
    expect(redact(["code"], nested(33))).toBe("[redacted]");
    expect(redact([], nested(1_000))).toBe(text);
  });
});
