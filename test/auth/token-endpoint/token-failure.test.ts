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
import type { ErrorRule, Phase } from "../../../src/vendor.ts";

const redactor = createRedactor();
redactor.addCredential("hunter22");

const url = "https://acme.invalid/hunter22/token?key=value";
const at = "https://acme.invalid/[redacted]/token";

const toFailure = (answer: TokenEndpointResponse, phase: Phase = "obtain") =>
  toTokenFailure(answer, { rules: { envelopes: [], table: [] }, phase, scheme: "bearer", url, redactor, now: 0 });
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
      `the token endpoint ${at} could not be reached (CODE); check the network, or try later`,
    ],
    [
      "timed_out",
      "timed_out",
      "unavailable",
      true,
      `the token endpoint ${at} did not respond in time; check the network, or try later`,
    ],
    [
      "too_large",
      "transient",
      "unavailable",
      true,
      `the token endpoint ${at} sent a response that is too large; check the server's address`,
    ],
    [
      "redirect",
      "security",
      "wrong_environment",
      false,
      `the token endpoint ${at} redirects; no credentials were sent to the new address; check the server's address`,
    ],
    [
      "discovery",
      "security",
      "wrong_environment",
      false,
      `the discovery document ${at} names CODE, where no credentials may be sent; check it, or name the token URL in the vendor's document`,
    ],
  ] as const)("for the reason %s is %s", (reason, outcome, kind, inDoubt, message) => {
    expect(toFailure(noResponse(reason, "CODE"))).toMatchObject({ outcome, kind, inDoubt, message });
  });

  it("for lack of a connection names a code only if there is one, and leaves no doubt where nothing was sent", () => {
    expect(toFailure(noResponse("network"), "revoke").message).toBe(
      `the revocation endpoint ${at} could not be reached; check the network, or try later`,
    );
    expect(toFailure(noResponse("network", "ECONNREFUSED", true))).toMatchObject({
      inDoubt: false,
      code: "ECONNREFUSED",
    });
  });
});

describe("a token endpoint that cannot be reached as it is", () => {
  it.each([
    ["CERT_HAS_EXPIRED", "check its certificate, and which authorities this machine trusts"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "check its certificate, and which authorities this machine trusts"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "check its certificate, and which authorities this machine trusts"],
    ["ENOTFOUND", "check the server's address, and this machine's name service"],
    ["ECONNRESET", "check the network, or try later"],
  ])("because of %s says what to check", (code, advice) => {
    expect(toFailure(noResponse("network", code)).message).toBe(
      `the token endpoint ${at} could not be reached (${code}); ${advice}`,
    );
  });
});

describe("a refusal that nothing shows to be the authorization server's", () => {
  const bare = (status: number, phase?: Phase, more = {}) =>
    toFailure(answered(status, "<html>", { isJson: false, ...more }), phase);

  it.each([400, 401, 403, 404, 499])("with %i is transient, and names the address and what came", (status) => {
    expect(bare(status, "obtain", { headers: { "content-type": "text/html; charset=utf-8" } })).toEqual({
      outcome: "transient",
      kind: "unexpected",
      message: `the token endpoint ${at} answered ${status} with text/html, not with a token or its refusal; check the server's address, or whether a gateway answers in its place`,
      status,
      code: undefined,
      advice: undefined,
      requestId: undefined,
      waitInMs: undefined,
      inDoubt: false,
    });
    expect(bare(status, "refresh")).toMatchObject({ outcome: "transient", kind: "unexpected", inDoubt: false });
  });

  it.each([408, 429, 500, 502, 503])("with %i is what its status says", (status) => {
    expect(bare(status)).not.toMatchObject({ kind: "unexpected" });
  });

  it("may be empty, of an unknown type, or JSON that says nothing", () => {
    const what = (failure: { message: string }) => / with (.*), not with/u.exec(failure.message)?.[1];
    expect(what(toFailure(answered(401)))).toBe("JSON");
    expect(what(toFailure(answered(401, undefined, { isJson: false })))).toBe("an empty body");
    expect(what(bare(401))).toBe("a body of unknown type");
    expect(what(bare(401, "obtain", { headers: { "content-type": "hunter22" } }))).toBe("a body of unknown type");
    expect(what(toFailure(answered(401, null)))).toBe("JSON");
    expect(what(toFailure(answered(401, "no")))).toBe("JSON");
  });

  it("is a refusal with a challenge, a JSON object, or a rule of the document for its status and phase", () => {
    const refused = { kind: "invalid_credentials", outcome: "configuration" };
    expect(bare(401, "obtain", { headers: { "www-authenticate": "Basic realm=acme" } })).toMatchObject(refused);
    expect(toFailure(answered(401, {}))).toMatchObject(refused);
    const withRule = (rule: Partial<ErrorRule>) => {
      const rules = { envelopes: [], table: [{ kind: "invalid_credentials" as const, ...rule }] };
      const answer = answered(403, "<html>", { isJson: false });
      return toTokenFailure(answer, { rules, phase: "obtain", scheme: "bearer", url, redactor, now: 0 }).outcome;
    };
    expect(withRule({ status: 403, on: ["obtain"] })).toBe("configuration");
    expect(withRule({ status: 403 })).toBe("configuration");
    for (const other of [{ status: 401 }, { status: 403, on: ["resource" as const] }, { status: 403, code: "no" }, {}])
      expect(withRule(other)).toBe("transient");
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
    expect(toFailure(answered(400, {})).message).toMatch(/^sign-in was refused \(400\);/u);
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
    expect(toFailure(answered(status, {}))).toMatchObject({ status, outcome, kind, inDoubt });
  });

  it.each(["invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"])(
    "a refresh token with %s asks for a sign-in",
    (error) => {
      expect(toFailure(answered(403, { error }), "refresh")).toMatchObject({
        outcome: "reauthentication_required",
        kind: "invalid_grant",
      });
    },
  );

  it("a sign-in for its grant is a matter of configuration", () => {
    for (const error of ["unauthorized_client", "unsupported_grant_type", "invalid_scope"])
      expect(toFailure(answered(400, { error })).outcome).toBe("configuration");
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
