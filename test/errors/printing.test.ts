import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { AuthError, VendorError } from "../../src/index.ts";

const error = new VendorError("acme", "GET /things was refused (403 nope)", {
  operation: "GET /things",
  status: 403,
  kind: "permission_denied",
  code: "nope",
  advice: "have it granted",
  requestId: undefined,
  permission: "things:read",
  retryAt: undefined,
  fields: [{ path: "/name", message: "is \u001b[31mred", code: undefined }],
  body: { card_number: "CANARY" },
  delivery: "not_processed",
  attempts: 1,
  elapsedInMs: 20,
});

describe("an error", () => {
  it("prints its message first, then what is known, a line each", () => {
    const lines = inspect(error).split("\n");
    expect(lines[0]).toBe("VendorError: acme: GET /things was refused (403 nope)");
    expect(lines).toContainEqual(expect.stringMatching(/^ {4}permission +things:read$/u));
    expect(lines.some((line) => line.includes("requestId"))).toBe(false);
  });

  it("prints an instant as a date", () => {
    const later = new AuthError("acme", "wait", { outcome: "throttled", kind: "rate_limited", retryAt: 0 });
    expect(inspect(later)).toContain("retryAt  1970-01-01T00:00:00.000Z");
  });

  it("keeps the vendor's body and control characters out of prints and JSON", () => {
    for (const text of [
      inspect(error, { depth: 10, showHidden: true }),
      JSON.stringify(error),
      String(error),
      `${error.stack}`,
    ]) {
      expect(text).not.toContain("CANARY");
      expect(text).not.toContain("\u001b");
    }
    expect(error.body).toEqual({ card_number: "CANARY" });
  });

  it("says whether the same call may succeed later", () => {
    expect(error.isRetryable).toBe(false);
  });
});
