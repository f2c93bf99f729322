import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { isAuthError } from "../../src/errors/auth-error.ts";
import { toSingleLine } from "../../src/errors/latchkey-error.ts";
import { isVendorError } from "../../src/errors/vendor-error.ts";
import { SchemaError } from "../../src/errors/schema-error.ts";
import { createRedactor } from "../../src/errors/redactor.ts";
import { ConfigurationError } from "../../src/errors/configuration-error.ts";
import { TransportError } from "../../src/errors/transport-error.ts";
import { AuthError, VendorError } from "../../src/index.ts";
import { createTestVendor } from "../support/test-vendor.ts";

const refused = (kind: VendorError["kind"], vendor = "acme") =>
  new VendorError(vendor, "no", {
    operation: "GET /things",
    status: 400,
    kind,
    code: undefined,
    advice: undefined,
    requestId: undefined,
    permission: undefined,
    retryAt: undefined,
    fields: [],
    body: undefined,
    delivery: "not_processed",
    attempts: 1,
    elapsedInMs: 20,
  });

describe("one line", () => {
  it("shows control characters, line ends and bidirectional overrides as escapes", () => {
    expect(toSingleLine("a\n\u001b[31m\u0000\u007f\u2028\u202e\u2069\u200fb")).toBe(
      "a\\u000a\\u001b[31m\\u0000\\u007f\\u2028\\u202e\\u2069\\u200fb",
    );
    expect(toSingleLine("grün 日本 👍")).toBe("grün 日本 👍");
  });

  it("is a thousand characters long, or what is asked for", () => {
    expect(toSingleLine("x".repeat(1000))).toBe("x".repeat(1000));
    expect(toSingleLine("x".repeat(1001))).toBe(`${"x".repeat(1000)}…`);
    expect(toSingleLine("abc", 3)).toBe("abc");
    expect(toSingleLine("abcd", 3)).toBe("abc…");
  });
});

describe("an error's name and outcome", () => {
  it.each([
    ["network", "transient"],
    ["timed_out", "timed_out"],
    ["redirect", "security"],
    ["see_other", "unreadable"],
    ["origin", "security"],
    ["not_replayable", "transient"],
    ["closed", "closed"],
  ] as const)("of a request that failed by %s is %s", (reason, outcome) => {
    expect(new TransportError("acme", reason, "no")).toMatchObject({ name: "TransportError", outcome, reason });
  });

  it("of a stream that broke off holds the system's code, where there is one", () => {
    const what = "the stream of GET /things";
    const lost = new TypeError("terminated", { cause: { code: "ECONNRESET" } });
    expect(TransportError.interrupted("acme", what, lost)).toMatchObject({
      message: "acme: the stream of GET /things broke off (ECONNRESET)",
      reason: "network",
      code: "ECONNRESET",
    });
    expect(TransportError.interrupted("acme", what, undefined).message).toBe(
      "acme: the stream of GET /things broke off",
    );
  });

  it("of options that cannot work is a configuration's", () => {
    expect(new ConfigurationError("acme", "no")).toMatchObject({
      name: "ConfigurationError",
      outcome: "configuration",
    });
  });

  it.each([
    ["rate_limited", "throttled", true],
    ["unavailable", "transient", true],
    ["server_error", "transient", true],
    ["conflict", "refused", false],
  ] as const)("of a vendor's %s is %s", (kind, outcome, isRetryable) => {
    expect(refused(kind)).toMatchObject({ name: "VendorError", kind, outcome, isRetryable });
  });

  it("of a body that is not what the document says counts its problems and shows the first", () => {
    const issues = [
      { path: "/a", message: "is no number" },
      { path: "/b", message: "is missing" },
    ];
    expect(new SchemaError("acme", "GET /things", "response", issues, 200)).toMatchObject({
      name: "SchemaError",
      outcome: "unreadable",
      message: "acme: the response of GET /things (200) does not match the document: /a: is no number (and 1 more)",
      operation: "GET /things",
      direction: "response",
      status: 200,
      issues,
    });
    expect(new SchemaError("acme", "GET /things", "request", [{ path: "", message: "is no object" }]).message).toBe(
      "acme: the request of GET /things does not match the document: the body: is no object",
    );
    expect(new SchemaError("acme", "GET /things", "response", []).message).toMatch(/: it cannot be read$/u);
  });

  it("of a body that is no JSON is that of one which is not what the document says", () => {
    const redactor = createRedactor();
    redactor.addCredential("CANARY");
    const of = (status: number, headers: Record<string, string>) =>
      SchemaError.notJson("acme", "GET /things", new Response("<p>CANARY</p>", { status, headers }), redactor);
    const message = "acme: the response of GET /things (203) does not match the document: the body: it is not JSON";
    const html = { "content-type": "text/html; charset=utf-8", "x-request-id": `CANARY ${"x".repeat(200)}` };
    expect(of(203, html)).toMatchObject({
      name: "SchemaError",
      message: `${message} (its type is text/html)`,
      direction: "response",
      status: 203,
      requestId: `[redacted] ${"x".repeat(189)}…`,
      issues: [{ path: "", message: "it is not JSON (its type is text/html)" }],
    });
    for (const type of ["no type", "; text/html"])
      expect(of(203, { "content-type": type })).toMatchObject({ message, requestId: undefined });
    const untyped = new Response(new Uint8Array(1), { status: 203 });
    expect(SchemaError.notJson("acme", "GET /things", untyped, redactor).message).toBe(message);
  });
});

describe("an error for logs", () => {
  const details = {
    outcome: "throttled",
    kind: "rate_limited",
    phase: "obtain",
    scheme: "bearer",
    status: 429,
    code: "slow",
    advice: "wait",
    requestId: "r-1",
    retryAt: 5,
  } as const;

  it("has all that is known in its JSON, and no stack", () => {
    const { vendor, ...rest } = JSON.parse(JSON.stringify(new AuthError("acme", "wait\n", details)));
    expect(vendor).toBe("acme");
    expect(rest).toEqual({ ...details, name: "AuthError", message: "acme: wait\\u000a" });
  });

  it("prints what is known in two columns, and neither what is not nor what stands in its first line", () => {
    const lines = inspect(new AuthError("acme", "wait", { ...details, code: undefined })).split("\n");
    const known = lines.filter((line) => /^ {4}\w+ /u.test(line) && !line.trim().startsWith("at "));
    expect(known).toEqual([
      "    outcome    throttled",
      "    kind       rate_limited",
      "    phase      obtain",
      "    scheme     bearer",
      "    status     429",
      "    advice     wait",
      "    requestId  r-1",
      "    retryAt    1970-01-01T00:00:00.005Z",
    ]);
  });

  it("prints lists as JSON, and no empty ones", () => {
    const some = new SchemaError("acme", "GET /things", "request", [{ path: "/a", message: "is\u001b red" }]);
    expect(inspect(some)).toContain('[{"path":"/a","message":"is\\u001b red"}]');
    expect(inspect(new SchemaError("acme", "GET /things", "request", []))).not.toContain("issues");
  });

  it("prints without a stack where there is none", () => {
    const error = new ConfigurationError("acme", "no");
    Object.defineProperty(error, "stack", { value: undefined });
    expect(inspect(error)).toBe("ConfigurationError: acme: no\n    outcome  configuration");
  });
});

describe("an error is narrowed", () => {
  it("to a vendor's, of any or of one", () => {
    const vendor = createTestVendor();
    expect(isVendorError(refused("conflict"))).toBe(true);
    expect(isVendorError(refused("conflict", vendor.name), vendor)).toBe(true);
    expect(isVendorError(refused("conflict", "other"), vendor)).toBe(false);
    expect(isVendorError(new Error("no"), vendor)).toBe(false);
    expect(isVendorError(undefined)).toBe(false);
  });

  it("to one that says that no token could be obtained", () => {
    expect(isAuthError(new AuthError("acme", "no", { outcome: "configuration", kind: "invalid_credentials" }))).toBe(
      true,
    );
    expect(isAuthError(refused("conflict"))).toBe(false);
  });
});
