import { describe, expect, it } from "vitest";
import { createRedactor } from "../../../src/errors/redactor.ts";
import type { TokenEndpointResponse } from "../../../src/auth/token-endpoint/send-token-request.ts";
import {
  fromDetails,
  localFailure,
  toAuthError,
  toDetails,
  toTokenFailure,
} from "../../../src/auth/token-endpoint/token-failure.ts";
import type { Phase } from "../../../src/vendor.ts";

const redactor = createRedactor();
redactor.addCredential("hunter22");

const toFailure = (answer: TokenEndpointResponse, phase: Phase = "obtain") =>
  toTokenFailure(answer, { rules: { envelopes: [], table: [] }, phase, scheme: "bearer", redactor, now: 0 });
const answered = (status: number, body?: unknown, { headers = {}, isJson = true } = {}): TokenEndpointResponse => ({
  answered: true,
  status,
  headers: new Headers(headers),
  body,
  isJson,
  receivedAt: 0,
  roundTripInMs: 0,
});
type Reason = Extract<TokenEndpointResponse, { answered: false }>["reason"];
const noResponse = (reason: Reason, code?: string, notSent = false): TokenEndpointResponse => ({
  answered: false,
  reason,
  notSent,
  code,
});

describe("a token endpoint that does not respond", () => {
  it.each([
    [
      "network",
      "transient",
      "unavailable",
      true,
      "the token endpoint could not be reached (CODE); it is tried again later",
    ],
    [
      "timed_out",
      "timed_out",
      "unavailable",
      true,
      "the token endpoint did not respond in time; it is tried again later",
    ],
    [
      "too_large",
      "transient",
      "unavailable",
      true,
      "the token endpoint sent a response that is too large; it is tried again later",
    ],
    [
      "redirect",
      "security",
      "wrong_environment",
      false,
      "the token endpoint redirects, and credentials are not sent on; check the server's address",
    ],
    [
      "discovery",
      "security",
      "wrong_environment",
      false,
      "the discovery document names CODE, and credentials are not sent there; check it, or name the token URL in the vendor's document",
    ],
  ] as const)("for the reason %s is %s", (reason, outcome, kind, inDoubt, message) => {
    expect(toFailure(noResponse(reason, "CODE"))).toMatchObject({ outcome, kind, inDoubt, message });
  });

  it("for lack of a connection names a code only if there is one, and leaves no doubt where nothing was sent", () => {
    expect(toFailure(noResponse("network")).message).toBe(
      "the token endpoint could not be reached; it is tried again later",
    );
    expect(toFailure(noResponse("network", "ECONNREFUSED", true))).toMatchObject({
      inDoubt: false,
      code: "ECONNREFUSED",
    });
  });
});

describe("a token endpoint that refuses", () => {
  it.each([
    ["obtain", "sign-in was refused (400 invalid_scope: why); check the request against the vendor's document"],
    ["refresh", "the refresh was refused (400 invalid_scope: why); sign in again"],
    ["revoke", "the revocation was refused (400 invalid_scope: why); check the request against the vendor's document"],
    ["resource", "the call was refused (400 invalid_scope: why); check the request against the vendor's document"],
  ] as const)("is quoted in the phase %s", (phase, message) => {
    expect(toFailure(answered(400, { error: "invalid_scope", error_description: "why" }), phase).message).toBe(message);
  });

  it("is quoted by its code alone, its message alone, or its status alone", () => {
    expect(toFailure(answered(400, { error: "a" })).message).toMatch(/^sign-in was refused \(400: a\);/u);
    expect(toFailure(answered(400, { message: "b" })).message).toMatch(/^sign-in was refused \(400: b\);/u);
    expect(toFailure(answered(400)).message).toMatch(/^sign-in was refused \(400\);/u);
  });

  it("is quoted without secrets, in short codes", () => {
    const long = "x".repeat(300);
    const failure = toFailure(
      answered(
        400,
        { error: `hunter22${long}`, error_description: "is hunter22" },
        { headers: { "x-request-id": "id-hunter22" } },
      ),
    );
    expect(failure.code).toBe(`[redacted]${"x".repeat(190)}…`);
    expect(failure.requestId).toBe("id-[redacted]");
    expect(failure.message).toContain(": is [redacted])");
  });

  it.each([
    [429, "throttled", "rate_limited", false],
    [503, "transient", "unavailable", false],
    [500, "transient", "server_error", true],
    [502, "transient", "unavailable", true],
    [401, "configuration", "invalid_credentials", false],
    [403, "configuration", "permission_denied", false],
    [499, "configuration", "invalid_request", false],
  ] as const)("with %i is %s", (status, outcome, kind, inDoubt) => {
    expect(toFailure(answered(status))).toMatchObject({ status, outcome, kind, inDoubt });
  });

  it("a refresh token asks for a sign-in", () => {
    expect(toFailure(answered(400, { error: "invalid_grant" }), "refresh")).toMatchObject({
      outcome: "reauthentication_required",
      kind: "invalid_grant",
    });
  });

  it("with Retry-After is not called for that time", () => {
    expect(toFailure(answered(429, undefined, { headers: { "retry-after": "7" } })).waitInMs).toBe(7_000);
    expect(toFailure(answered(429)).waitInMs).toBeUndefined();
  });

  it("under a 200 is an error where the body is JSON", () => {
    expect(toFailure(answered(200, { error: "invalid_client" }))).toMatchObject({
      kind: "invalid_credentials",
      status: 200,
    });
    expect(toFailure(answered(200, { error: "strange" }))).toMatchObject({ outcome: "transient", kind: "unexpected" });
    const unread = { outcome: "transient", kind: "unexpected", status: 200, inDoubt: true, code: undefined };
    expect(toFailure(answered(200, "invalid_client", { isJson: false }))).toMatchObject(unread);
    expect(toFailure(answered(200, {}))).toMatchObject(unread);
    expect(toFailure(answered(399, {}))).toMatchObject({ ...unread, status: 399 });
  });
});

describe("an AuthError in a store", () => {
  it("is restored as it was, except for its retryAt", () => {
    const error = toAuthError(
      "acme",
      { ...localFailure("no"), code: "c", status: 400, advice: "a", requestId: "r" },
      "refresh",
      "bearer",
      5,
    );
    const again = fromDetails("acme", JSON.parse(JSON.stringify(toDetails(error))), 7);
    expect(again.toJSON()).toEqual({ ...error.toJSON(), retryAt: 7 });
    expect(again.message).toBe("acme: no");
    expect(again).toMatchObject({
      phase: "refresh",
      scheme: "bearer",
      status: 400,
      code: "c",
      advice: "a",
      requestId: "r",
    });
  });

  it("without a request leaves nothing in doubt", () => {
    expect(localFailure("no")).toMatchObject({ outcome: "transient", kind: "unavailable", inDoubt: false });
  });
});
