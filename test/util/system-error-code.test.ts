import { describe, expect, it } from "vitest";
import { systemErrorCode } from "../../src/util/system-error-code.ts";

const failed = (code: unknown, cause?: unknown) => Object.assign(new Error("no", { cause }), { code });
const wrapped = (times: number, inner: unknown): unknown =>
  times === 0 ? inner : new Error("no", { cause: wrapped(times - 1, inner) });

describe("a system code", () => {
  it("is the error's own, or its first cause's that has one", () => {
    expect(systemErrorCode(failed("ECONNRESET", failed("EPIPE")))).toBe("ECONNRESET");
    expect(systemErrorCode(new TypeError("fetch failed", { cause: failed("ECONNREFUSED") }))).toBe("ECONNREFUSED");
  });

  it("of several attempts is the first one's", () => {
    const all = new AggregateError([failed("ENETUNREACH"), failed("ECONNREFUSED")]);
    expect(systemErrorCode(new TypeError("fetch failed", { cause: all }))).toBe("ENETUNREACH");
    expect(systemErrorCode(new AggregateError([]))).toBeUndefined();
  });

  it("is a text: a DOMException's number is none", () => {
    expect(systemErrorCode(failed(20))).toBeUndefined();
    expect(systemErrorCode(failed(20, failed("EPIPE")))).toBe("EPIPE");
    expect(systemErrorCode({ errors: "none", cause: { code: "EPIPE" } })).toBe("EPIPE");
  });

  it("is sought five errors deep", () => {
    expect(systemErrorCode(wrapped(4, failed("EPIPE")))).toBe("EPIPE");
    expect(systemErrorCode(wrapped(5, failed("EPIPE")))).toBeUndefined();
  });

  it.each([undefined, null, "EPIPE", 7, new Error("no")])("is not in %j", (error) => {
    expect(systemErrorCode(error)).toBeUndefined();
  });
});
