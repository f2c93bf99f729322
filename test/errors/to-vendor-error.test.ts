import { describe, expect, it } from "vitest";
import { type ResponseContext, setResponseContext } from "../../src/errors/response-context.ts";
import { createRedactor } from "../../src/errors/redactor.ts";
import { toVendorError, unwrap } from "../../src/errors/to-vendor-error.ts";
import { VendorError } from "../../src/index.ts";

const redactor = createRedactor();
redactor.addCredential("hunter22");

const context: ResponseContext = {
  vendor: "acme",
  operation: "POST /things",
  details: { security: [] },
  rules: {
    envelopes: [
      {
        code: "/code",
        message: "/message",
        requestId: "/id",
        fields: { in: "/fields", path: "/at", code: "/code", message: "/text" },
      },
    ],
    table: [
      { status: 200, code: "late", kind: "conflict" },
      { code: "taken", kind: "duplicate", advice: "take another" },
    ],
  },
  phase: "resource",
  scheme: undefined,
  redactor,
  now: 1_000,
};

function refused(body: unknown, more: Partial<ResponseContext> = {}, init: ResponseInit = { status: 400 }) {
  const response = new Response(null, init);
  setResponseContext(response, { ...context, ...more });
  return response.ok ? { response, data: body } : { response, error: body };
}

describe("an error result", () => {
  it("is mapped to what its vendor says, and what to do", () => {
    const error = toVendorError(refused({ code: "taken", message: "it is there", id: "r-1" }));
    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({
      message: "acme: POST /things was refused (400 taken: it is there); take another",
      operation: "POST /things",
      status: 400,
      kind: "duplicate",
      outcome: "refused",
      code: "taken",
      advice: "take another",
      requestId: "r-1",
      permission: undefined,
      retryAt: undefined,
      fields: [],
      isRetryable: false,
    });
    expect(error?.body).toEqual({ code: "taken", message: "it is there", id: "r-1" });
  });

  it("that says nothing is described by its status", () => {
    expect(toVendorError(refused(undefined))?.message).toBe(
      "acme: POST /things was refused (400); check the request against the vendor's document",
    );
    expect(toVendorError(refused({ message: "no" }))?.message).toContain("(400 no);");
    expect(toVendorError(refused({ code: "x" }))?.message).toContain("(400 x);");
  });

  it("names the permission that a 403 asks for, where the document does", () => {
    const details = { security: [], permission: "things:write" };
    expect(toVendorError(refused(undefined, { details }, { status: 403 }))).toMatchObject({
      permission: "things:write",
      advice: "grant the permission to these credentials; it needs things:write",
    });
    expect(toVendorError(refused(undefined, { details }))?.permission).toBeUndefined();
    expect(toVendorError(refused(undefined, {}, { status: 403 }))?.advice).not.toContain("it needs");
    expect(toVendorError(refused(undefined, { details: undefined }, { status: 403 }))?.permission).toBeUndefined();
  });

  it("may be repeated from when the vendor says", () => {
    const error = toVendorError(refused(undefined, {}, { status: 429, headers: { "retry-after": "2" } }));
    expect(error).toMatchObject({ retryAt: 3_000, isRetryable: true, outcome: "throttled" });
    expect(toVendorError(refused(undefined, {}, { status: 503 }))).toMatchObject({
      retryAt: undefined,
      isRetryable: true,
      outcome: "transient",
    });
    expect(toVendorError(refused(undefined, {}, { status: 500 }))).toMatchObject({ isRetryable: true });
  });

  it("quotes neither secrets nor what the document says must not be logged", () => {
    const details = { security: [], sensitive: ["pin"] };
    const body = {
      code: "hunter22",
      message: "4711 and 8888 with hunter22",
      id: "id-4711",
      pin: "8888",
      fields: [{ at: "/4711", code: "c4711", text: "t4711" }],
    };
    const error = toVendorError(refused(body, { details, sent: { card: { pin: "4711" } } }));
    expect(error).toMatchObject({
      code: "[redacted]",
      requestId: "id-[redacted]",
      fields: [{ path: "/[redacted]", code: "c[redacted]", message: "t[redacted]" }],
    });
    expect(error?.message).toContain(
      "(400 [redacted]: [redacted] and [redacted] with [redacted]: /[redacted]: t[redacted])",
    );
  });

  it("quotes short codes, and at most a hundred fields", () => {
    const long = "x".repeat(300);
    const fields = Array.from({ length: 101 }, () => ({ at: "/a", code: long, text: long }));
    const error = toVendorError(refused({ code: long, id: long, message: long, fields }));
    const short = `${"x".repeat(200)}…`;
    expect(error).toMatchObject({ code: short, requestId: short });
    expect(error?.message).toContain(`${short}: ${long}: at /a)`);
    expect(error?.fields).toHaveLength(100);
    expect(error?.fields[0]).toEqual({ path: "/a", code: short, message: long });
  });

  it("with a VendorError already is mapped to that one", () => {
    const known = toVendorError(refused({ code: "taken" }));
    expect(toVendorError(refused(known))).toBe(known);
  });
});

describe("a result that is not an error", () => {
  it("is mapped to nothing: a success, or a response of another client", () => {
    expect(toVendorError(refused({ a: 1 }, {}, { status: 201 }))).toBeUndefined();
    expect(toVendorError({ response: new Response(null, { status: 400 }), error: {} })).toBeUndefined();
  });

  it("may report an error under a 2xx status, where the document says so", () => {
    expect(toVendorError(refused({ code: "late" }, {}, { status: 200 }))).toMatchObject({
      status: 200,
      kind: "conflict",
    });
    expect(toVendorError(refused({ code: "early" }, {}, { status: 200 }))).toBeUndefined();
    expect(toVendorError(refused({ code: "late" }, {}, { status: 201 }))).toBeUndefined();
    expect(toVendorError(refused({ error: "invalid_client" }, { phase: "obtain" }, { status: 201 }))).toBeUndefined();
  });
});

describe("unwrap", () => {
  it("resolves with the data, or throws the error", async () => {
    expect(await unwrap(Promise.resolve(refused({ a: 1 }, {}, { status: 200 })))).toEqual({ a: 1 });
    await expect(unwrap(refused({ code: "taken" }))).rejects.toMatchObject({ name: "VendorError", kind: "duplicate" });
  });
});
