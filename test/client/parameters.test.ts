/** Values that no document can hold, and who decides how a query is written. What a document says is in test/wire. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ParameterRules } from "../../src/vendor.ts";
import { captureRequest } from "../../tools/wire/capture-request.ts";
import { caught } from "../support/caught.ts";
import { createTestVendor, testCredentials } from "../support/test-vendor.ts";

const rules: ParameterRules = { query: { joined: { explode: false } } };
const vendor = {
  ...createTestVendor(),
  security: [],
  operations: {
    "GET /things": { parameters: rules },
    "GET /json": { parameters: { querystring: { content: "application/json" } } },
  },
};

const send = (init: object, options: object = {}, path = "/things") =>
  captureRequest(vendor, { method: "GET", path, init }, { credentials: testCredentials, ...options });
const queryOf = async (query: object, options?: object, init: object = {}) =>
  new URL((await send({ params: { query }, ...init }, options)).url).search;

afterEach(() => vi.unstubAllGlobals());

describe("a value", () => {
  it.each<readonly [string, object, string]>([
    ["undefined is left out", { a: undefined, joined: [undefined, 1], c: { d: undefined } }, "?joined=1"],
    [
      "a big integer keeps its digits",
      { a: 12345678901234567890n, joined: [1n, 2n] },
      "?a=12345678901234567890&joined=1,2",
    ],
    [
      "a date is written as in JSON",
      { a: new Date(0), joined: [new Date(0)] },
      "?a=1970-01-01T00%3A00%3A00.000Z&joined=1970-01-01T00%3A00%3A00.000Z",
    ],
    ["a URL is written as in JSON", { a: new URL("https://b.example/?c=d") }, "?a=https%3A%2F%2Fb.example%2F%3Fc%3Dd"],
    ["an inherited member is left out", Object.create({ a: 1 }), ""],
  ])("%s", async (_, query, expected) => expect(await queryOf(query)).toBe(expected));

  it.each<readonly [string, unknown]>([
    ["a map", new Map([["a", 1]])],
    ["a function", () => 1],
    ["a symbol", Symbol("a")],
    ["half of a surrogate pair", ["\uD800"]],
    ["an object that contains itself", Object.assign([], [[]])],
  ])("that has no text is refused by its name: %s", async (_, joined) => {
    expect(await caught(queryOf({ joined }))).toMatchObject({
      name: "ConfigurationError",
      message: expect.stringContaining("params.query.joined "),
    });
  });
});

describe("the caller's own querySerializer", () => {
  const onConnect = () => "from=connect";
  const onCall = () => "?from=call";

  it("takes the place of the document's rules", async () => {
    expect(await queryOf({ joined: [1, 2] }, { querySerializer: onConnect })).toBe("?from=connect");
    expect(await queryOf({ joined: [1, 2] }, { querySerializer: onConnect }, { querySerializer: onCall })).toBe(
      "?from=call",
    );
    expect(await queryOf({ joined: [1, 2] }, {}, { querySerializer: onCall })).toBe("?from=call");
  });

  it("can be openapi-fetch's options, with its defaults", async () => {
    const querySerializer = { array: { style: "pipeDelimited", explode: false } };
    expect(await queryOf({ joined: [1, 2], a: { b: 3 } }, { querySerializer })).toBe("?joined=1%7C2&a%5Bb%5D=3");
    expect(
      await queryOf({ joined: [1, 2] }, {}, { querySerializer: { array: { style: "form", explode: true } } }),
    ).toBe("?joined=1&joined=2");
    expect(await queryOf({ a: "b/c" }, {}, { querySerializer: { allowReserved: true } })).toBe("?a=b/c");
  });

  it("joins a query that the document's path has", async () => {
    const init = { params: { query: { a: 1 } }, querySerializer: onCall };
    expect((await send(init, {}, "/search?kind=b")).url).toBe("https://acme.invalid/search?kind=b&from=call");
  });
});

describe("a cookie", () => {
  it("joins the cookies of the client and of the call", async () => {
    const cookie = { a: 1 };
    const { headers } = await send({ params: { cookie } }, { headers: { Cookie: "own=1" } });
    expect(headers.get("cookie")).toBe("own=1; a=1");
    const own = await send(
      { params: { cookie }, headers: new Headers({ cookie: "mine=2" }) },
      { headers: { Cookie: "own=1" } },
    );
    expect(own.headers.get("cookie")).toBe("mine=2; a=1");
  });

  it("is refused at once where the platform takes the header away", async () => {
    class BrowserRequest extends Request {
      override readonly headers = new Headers();
    }
    vi.stubGlobal("Request", BrowserRequest);
    expect(await caught(send({ params: { cookie: { a: 1 } } }))).toMatchObject({
      name: "ConfigurationError",
      message: expect.stringMatching(/params\.cookie cannot be sent: a browser sets the Cookie header itself/u),
    });
  });
});

it("sends no query where the whole one is not given", async () => {
  expect((await send({}, {}, "/json")).url).toBe("https://acme.invalid/json");
});
