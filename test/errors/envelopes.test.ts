import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apiera } from "../../generated/apiera/index.ts";
import { connectivity } from "../../generated/connectivity/index.ts";
import { elasticPath } from "../../generated/elastic-path/index.ts";
import { popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import { propeller } from "../../generated/propeller/index.ts";
import { toVendorError, type VendorError } from "../../src/index.ts";
import type { ErrorRules } from "../../src/vendor.ts";
import { type FakeVendor, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

/** Such an answer to a call, read by a vendor's own rules. */
async function refused(errors: ErrorRules | undefined, reply: Reply, permission?: string): Promise<VendorError> {
  fake.onApi = () => reply;
  const operations = permission === undefined ? {} : { "GET /things": { permission } };
  const { client } = connectTo(fake, { ...(errors ? { errors } : {}), operations, retries: false });
  const error = toVendorError(await client.GET("/things"));
  if (!error) throw new Error("it was no refusal");
  return error;
}

const problem = { "content-type": "application/problem+json" };
const page = "<html><body><h1>502 Bad Gateway</h1>secret page</body></html>";
const none = undefined;

describe("an error says the same things whatever envelope it comes in", () => {
  it.each<[string, ErrorRules | undefined, Reply, object]>([
    [
      "propeller's gateway",
      propeller.errors,
      { status: 403, body: { Error: "Scope is missing", ErrorCode: "insufficient_scope" } },
      { kind: "permission_denied", code: "insufficient_scope", message: /Scope is missing/u, fields: [] },
    ],
    [
      "propeller's resources, whose code is a number and whose messages are a list",
      propeller.errors,
      { status: 400, body: { error: { code: 10017, status: 400, messages: ["items must not be empty", "no email"] } } },
      {
        kind: "validation_failed",
        code: "10017",
        message: /items must not be empty; no email/u,
        fields: [{ message: "items must not be empty" }, { message: "no email" }],
      },
    ],
    [
      "propeller's resources, where nothing is wrong with a field",
      propeller.errors,
      { status: 404, body: { error: { code: "80006", messages: ["Product not found"] } } },
      { kind: "not_found", code: "80006", message: /Product not found/u, fields: [] },
    ],
    [
      "popup-gift-cards'",
      popupGiftCards.errors,
      { status: 400, body: { error: { name: "V", code: "VALIDATION_FAILURE", message: "limit must be smaller" } } },
      { kind: "validation_failed", code: "VALIDATION_FAILURE", message: /limit must be smaller/u },
    ],
    [
      "popup-gift-cards' older",
      popupGiftCards.errors,
      { status: 400, body: { error: "validation_error", message: "name is missing" } },
      { kind: "validation_failed", code: "validation_error", message: /name is missing/u },
    ],
    [
      "elastic-path's, a list whose statuses are texts or numbers",
      elasticPath.errors,
      {
        status: 400,
        body: { errors: [{ status: "400", title: "required", source: "type", detail: "type is required" }] },
      },
      {
        kind: "validation_failed",
        code: "required",
        fields: [{ path: "type", message: "type is required", code: "required" }],
      },
    ],
    [
      "elastic-path's, where nothing is wrong with a field",
      elasticPath.errors,
      { status: 404, body: { errors: [{ status: 404, title: "Not Found", request_id: "r-1" }] } },
      { kind: "not_found", code: "Not Found", requestId: "r-1", fields: [] },
    ],
    [
      "apiera's, RFC 9457 with a correlation id and a list of codes",
      apiera.errors,
      {
        status: 422,
        headers: problem,
        body: {
          type: "https://docs.apiera.io/problems/validation",
          title: "Validation failed",
          detail: "The code is taken",
          correlationId: "c-1",
          errors: [{ code: "INVALID_SKU", message: "no such SKU" }],
        },
      },
      { kind: "validation_failed", requestId: "c-1", fields: [{ code: "INVALID_SKU", message: "no such SKU" }] },
    ],
    [
      "apiera's other",
      apiera.errors,
      { status: 403, body: { error: "forbidden", message: "the role may only read" } },
      { kind: "permission_denied", code: "forbidden", message: /the role may only read/u },
    ],
    ["connectivity's, which is empty", connectivity.errors, { status: 403 }, { kind: "permission_denied", code: none }],
    [
      "RFC 6749's",
      none,
      { status: 400, body: { error: "invalid_scope", error_description: "no such scope" } },
      { kind: "invalid_request", code: "invalid_scope", message: /no such scope/u },
    ],
    [
      "RFC 9457's, with its pointers",
      none,
      {
        status: 422,
        headers: problem,
        body: { type: "about:blank", detail: "two", errors: [{ detail: "must be positive", pointer: "#/age" }] },
      },
      { kind: "validation_failed", fields: [{ path: "#/age", message: "must be positive" }] },
    ],
    [
      "JSON:API's",
      none,
      {
        status: 422,
        body: { errors: [{ code: "E1", detail: "is short", source: { pointer: "/data/name" } }, { detail: "odd" }] },
      },
      {
        kind: "validation_failed",
        code: "E1",
        message: /E1: is short/u,
        fields: [{ path: "/data/name", message: "is short", code: "E1" }, { message: "odd" }],
      },
    ],
    [
      "an object `error`",
      none,
      { status: 404, body: { error: { code: 404, message: "no such project" } } },
      { kind: "not_found", code: "404", message: /no such project/u },
    ],
    ["an empty body", none, { status: 503 }, { kind: "unavailable", code: none, fields: [] }],
    [
      "a page of a proxy",
      none,
      { status: 502, headers: { "content-type": "text/html" }, body: page },
      { kind: "unavailable", code: none, message: /^(?!.*(?:secret|html))/u },
    ],
    ["a body that is a bare text", none, { status: 404, body: '"not there"' }, { kind: "not_found", code: none }],
  ])("%s", async (_, errors, reply, expected) => {
    const error = await refused(errors, reply);
    const wanted = Object.entries(expected).map(([name, value]) => [
      name,
      value instanceof RegExp ? expect.stringMatching(value) : value,
    ]);
    expect(error).toMatchObject({ status: reply.status, operation: "GET /things", ...Object.fromEntries(wanted) });
    expect(error.advice).toMatch(/\w/u);
    expect(error.message).toMatch(/^acme: GET \/things was refused \(\d{3}.*\); \S/u);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: "VendorError", kind: error.kind });
    expect(inspect(error)).toContain(`kind`);
  });
});

describe("an error", () => {
  it("names the permission that was missing where the document does", async () => {
    const error = await refused(none, { status: 403 }, "things:read");
    expect(error.permission).toBe("things:read");
    expect(error.message).toContain("it needs things:read");
  });

  it("says from when on the call may be repeated, in either form of Retry-After, and otherwise nothing", async () => {
    const date = "Wed, 21 Oct 2026 07:28:00 GMT";
    const until = { date, "retry-after": "Wed, 21 Oct 2026 07:29:30 GMT" };
    for (const [headers, waitInMs] of [
      [{ "retry-after": "90" }, 90_000],
      [until, 90_000],
    ] as const) {
      fake.onApi = () => ({ status: 429, headers });
      const { client, clock } = connectTo(fake, { retries: false });
      const error = toVendorError(await client.GET("/things"));
      expect([error?.isRetryable, error?.retryAt]).toEqual([true, clock.now() + waitInMs]);
    }
    expect((await refused(none, { status: 404 })).retryAt).toBeUndefined();
  });

  it("keeps the request id of a header where the body has none", async () => {
    expect((await refused(none, { status: 500, headers: { "x-request-id": "r-2" } })).requestId).toBe("r-2");
  });
});
