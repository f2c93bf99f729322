import { describe, expect, it } from "vitest";
import { maskedErrorStatuses } from "../../src/errors/response-context.ts";
import {
  defaultAdvice,
  isTokenError,
  parseErrorResponse,
  readErrorResponse,
} from "../../src/errors/parse-error-response.ts";
import type { ErrorEnvelope, ErrorRule, Phase } from "../../src/vendor.ts";

interface Given {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly envelopes?: readonly ErrorEnvelope[];
  readonly table?: readonly ErrorRule[];
  readonly phase?: Phase;
  readonly scheme?: string;
}

const read = ({ status = 400, body, headers = {}, envelopes = [], table = [], phase = "resource", scheme }: Given) =>
  parseErrorResponse({ envelopes, table }, { status, headers: new Headers(headers), body }, phase, scheme);

describe("the status alone", () => {
  it.each([
    [400, "invalid_request"],
    [401, "invalid_token"],
    [402, "invalid_request"],
    [403, "permission_denied"],
    [404, "not_found"],
    [410, "not_found"],
    [409, "conflict"],
    [422, "validation_failed"],
    [429, "rate_limited"],
    [408, "unavailable"],
    [499, "invalid_request"],
    [500, "server_error"],
    [501, "server_error"],
    [502, "unavailable"],
    [503, "unavailable"],
    [504, "unavailable"],
    [599, "server_error"],
    [304, "unexpected"],
    [399, "unexpected"],
  ] as const)("of %i means %s", (status, kind) => {
    const advice = defaultAdvice[kind === "validation_failed" ? "invalid_request" : kind];
    expect(read({ status })).toMatchObject({ kind, advice, code: undefined, message: undefined });
  });

  it("of a token endpoint speaks of what was given to it", () => {
    expect(read({ status: 400, phase: "refresh" }).kind).toBe("invalid_grant");
    expect(read({ status: 401, phase: "refresh" }).kind).toBe("invalid_grant");
    expect(read({ status: 400, phase: "obtain" }).kind).toBe("invalid_request");
    expect(read({ status: 401, phase: "obtain" }).kind).toBe("invalid_credentials");
    expect(read({ status: 401, phase: "revoke" }).kind).toBe("invalid_token");
  });
});

describe("the standards' codes", () => {
  it.each([
    ["invalid_client", "obtain", "invalid_credentials"],
    ["invalid_client", "resource", "invalid_credentials"],
    ["unauthorized_client", "refresh", "invalid_credentials"],
    ["invalid_grant", "refresh", "invalid_grant"],
    ["invalid_grant", "obtain", "invalid_credentials"],
    ["invalid_grant", "resource", "conflict"],
    ["invalid_token", "resource", "invalid_token"],
    ["invalid_token", "revoke", "invalid_token"],
    ["invalid_token", "obtain", "conflict"],
    ["token_expired", "resource", "expired_token"],
    ["token_expired", "revoke", "expired_token"],
    ["token_expired", "refresh", "conflict"],
    ["expired_token", "resource", "expired_token"],
    ["expired_token", "revoke", "expired_token"],
    ["expired_token", "obtain", "conflict"],
    ["token_revoked", "resource", "revoked_token"],
    ["token_revoked", "revoke", "revoked_token"],
    ["token_revoked", "obtain", "conflict"],
    ["insufficient_user_authentication", "resource", "permission_denied"],
    ["insufficient_scope", "resource", "permission_denied"],
    ["access_denied", "obtain", "permission_denied"],
    ["temporarily_unavailable", "obtain", "unavailable"],
    ["slow_down", "obtain", "rate_limited"],
  ] as const)("%s in the phase %s means %s", (error, phase, kind) => {
    // A status that means something else.
    expect(read({ status: 409, body: { error }, phase }).kind).toBe(kind);
  });
});

describe("a vendor's table", () => {
  it("goes before the standards' codes, and its advice before ours", () => {
    const table = [{ code: "invalid_client", kind: "ip_not_allowed", advice: "call them" }] as const;
    expect(read({ body: { error: "invalid_client" }, table })).toMatchObject({
      kind: "ip_not_allowed",
      advice: "call them",
    });
  });

  it.each<[string, ErrorRule, Given]>([
    ["status", { status: 418, kind: "duplicate" }, { status: 418, body: { error: "a" } }],
    ["code", { code: "a", kind: "duplicate" }, { body: { error: "a" } }],
    [
      "message, in part and without case",
      { message: "IS there", kind: "duplicate" },
      { body: { message: "It is There." } },
    ],
    ["phase", { on: ["revoke"], kind: "duplicate" }, { phase: "revoke" }],
    ["scheme", { scheme: "bearer", kind: "duplicate" }, { scheme: "bearer" }],
  ])("matches by %s", (_, rule, given) => {
    expect(read({ ...given, table: [rule] }).kind).toBe("duplicate");
    expect(read({ status: 409, body: { error: "b", message: "no" }, scheme: "other", table: [rule] }).kind).toBe(
      "conflict",
    );
    expect(read({ status: 409, table: [rule] }).kind).toBe("conflict");
  });

  it("is read from its first line on", () => {
    const table = [
      { status: 400, kind: "duplicate" },
      { status: 400, kind: "conflict" },
    ] as const;
    expect(read({ table }).kind).toBe("duplicate");
  });

  it("is for a resource's 2xx only where it names the status", () => {
    const table = [
      { code: "gone", kind: "not_found" },
      { status: 200, code: "late", kind: "expired_token" },
    ] as const;
    const parsed = (code: string, given: Given = {}) =>
      read({ status: 200, body: { error: code }, table, ...given }).kind;
    expect(parsed("late")).toBe("expired_token");
    expect(parsed("gone")).toBe("unexpected");
    expect(parsed("invalid_client")).toBe("unexpected");
    expect(parsed("gone", { phase: "obtain" })).toBe("not_found");
    expect(parsed("gone", { status: 400 })).toBe("not_found");
  });
});

describe("what a body says", () => {
  it("is read by RFC 6749 and by RFC 9457", () => {
    expect(read({ body: { error: "a", error_description: "b" } })).toMatchObject({ code: "a", message: "b" });
    expect(read({ body: { type: "https://a", title: "b", detail: "c" } })).toMatchObject({
      code: undefined,
      message: "c",
    });
    expect(read({ body: { title: "b" } })).toMatchObject({ code: undefined, message: "b" });
    expect(read({ body: { message: "c" } })).toMatchObject({ code: undefined, message: "c" });
  });

  it("is read by the envelope that fits whole, before one that fits in part", () => {
    const envelopes = [
      { code: "/a", message: "/b" },
      { code: "/c", message: "/d" },
    ];
    expect(read({ body: { a: "1", c: "2", d: "3" }, envelopes })).toMatchObject({ code: "2", message: "3" });
    expect(read({ body: { a: "1", d: "3" }, envelopes })).toMatchObject({ code: "1", message: undefined });
  });

  it("is a code without a message rather than a message without its code", () => {
    const envelopes = [{ code: "/a", message: "/b" }, { code: "/c" }];
    expect(read({ body: { b: "1", c: "2" }, envelopes })).toMatchObject({ code: "2", message: undefined });
    expect(read({ body: { b: "1" }, envelopes })).toMatchObject({ code: undefined, message: "1" });
  });

  it("is the message of an envelope that has no code rather than of one whose code is missing", () => {
    const envelopes = [{ code: "/a", message: "/b" }, { message: "/c" }];
    expect(read({ body: { b: "1", c: "2" }, envelopes })).toMatchObject({ code: undefined, message: "2" });
  });

  it("may be numbers, and texts in a list; nothing else", () => {
    const envelopes = [{ code: "/code", message: "/messages" }];
    const parsed = (body: unknown) => {
      const { code, message } = read({ body, envelopes });
      return [code, message];
    };
    expect(parsed({ code: 42, messages: ["a", "b"] })).toEqual(["42", "a; b"]);
    expect(parsed({ code: "", messages: [] })).toEqual([undefined, undefined]);
    expect(parsed({ code: { a: 1 }, messages: ["a", 1] })).toEqual([undefined, undefined]);
    expect(parsed("<html>")).toEqual([undefined, undefined]);
  });

  it("names the request, else the header X-Request-Id does", () => {
    const headers = { "x-request-id": "from-header" };
    const envelopes = [{ message: "/m", requestId: "/id" }];
    expect(read({ body: { m: "no", id: "from-body" }, envelopes, headers }).requestId).toBe("from-body");
    expect(read({ body: { m: "no" }, envelopes, headers }).requestId).toBe("from-header");
    expect(read({ body: { m: "no" } }).requestId).toBeUndefined();
    // An envelope of which neither code nor message is there does not fit.
    expect(read({ body: { id: "from-body" }, envelopes, headers }).requestId).toBe("from-header");
  });

  it("names the fields, by the places that the envelope gives", () => {
    const body = { m: "no", list: [{ at: "/a", text: "bad", code: 7 }, { at: 1 }] };
    const fields = { in: "/list", path: "/at", message: "/text", code: "/code" };
    expect(read({ body, envelopes: [{ message: "/m", fields }] }).fields).toEqual([
      { path: "/a", message: "bad", code: "7" },
      { path: "1", message: "", code: undefined },
    ]);
    const texts = { body: { m: "no", list: ["bad"] }, envelopes: [{ message: "/m", fields: { in: "/list" } }] };
    expect(read({ ...texts, status: 422 }).fields).toEqual([{ path: undefined, message: "bad", code: undefined }]);
    expect(read(texts).fields).toEqual([]);
    expect(read({ body: { m: "no", list: "bad" }, envelopes: [{ message: "/m", fields }] }).fields).toEqual([]);
    expect(read({ body: { m: "no" } }).fields).toEqual([]);
    expect(read({}).fields).toEqual([]);
    expect(
      read({ status: 422, body: { m: "no", list: "bad" }, envelopes: [{ message: "/m", fields }] }).fields,
    ).toEqual([]);
    expect(read({ status: 422 }).fields).toEqual([]);
  });
});

describe("a challenge's error", () => {
  const challenged = {
    "www-authenticate": 'Basic realm="a", Bearer error="insufficient_scope", error_description="why"',
  };

  it("stands in for what the body does not say", () => {
    expect(read({ status: 401, headers: challenged })).toMatchObject({
      kind: "permission_denied",
      code: "insufficient_scope",
      message: "why",
    });
  });

  it("gives way to the body's", () => {
    expect(
      read({ status: 401, headers: challenged, body: { error: "invalid_token", error_description: "b" } }),
    ).toMatchObject({
      kind: "invalid_token",
      code: "invalid_token",
      message: "b",
    });
  });
});

it("an access token is refused by three kinds of failure, and no others", () => {
  expect(Object.keys(defaultAdvice).filter((kind) => isTokenError(kind as keyof typeof defaultAdvice))).toEqual([
    "invalid_token",
    "expired_token",
    "revoked_token",
  ]);
});

it("failures hide under the success statuses that a table names", () => {
  const table = [{ status: 200 }, { status: 299 }, { status: 300 }, { status: 401 }, {}].map((one) => ({
    ...one,
    kind: "conflict" as const,
  }));
  expect([...maskedErrorStatuses({ envelopes: [], table })]).toEqual([200, 299]);
});

describe("an error response", () => {
  it("is read from a copy, with its status and headers", async () => {
    const response = new Response('{"a":1}', { status: 418, headers: { "x-request-id": "r" } });
    const answer = await readErrorResponse(response);
    expect(answer).toMatchObject({ status: 418, body: { a: 1 } });
    expect(answer.headers.get("x-request-id")).toBe("r");
    expect(await response.text()).toBe('{"a":1}');
  });

  it("that is not JSON has a body of text, and an empty one has none", async () => {
    expect((await readErrorResponse(new Response("<html>"))).body).toBe("<html>");
    expect((await readErrorResponse(new Response(""))).body).toBeUndefined();
    expect((await readErrorResponse(new Response(null, { status: 204 }))).body).toBeUndefined();
  });

  it("of more than 64 KiB, or one that breaks off, has no body", async () => {
    const just = "x".repeat(64 * 1024);
    expect((await readErrorResponse(new Response(just))).body).toBe(just);
    expect((await readErrorResponse(new Response(`${just}x`))).body).toBeUndefined();
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    expect((await readErrorResponse(new Response(broken))).body).toBeUndefined();
  });
});
