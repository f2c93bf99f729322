/** What a response becomes: by its documented media types, and whatever came where none is documented. */
import { describe, expect, it } from "vitest";
import { connect, type LatchkeyEvent } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";

const document = (responses: string) => `
openapi: 3.1.0
info: { title: Responses, version: "1" }
servers: [{ url: https://acme.example }]
paths: { /things: { post: { responses: { ${responses} } } } }
components: { schemas: { Thing: { type: object, required: [id], properties: { id: { type: integer } } }, Problem: { type: object, properties: { title: { type: string } } } } }
`;
const thing = `{ schema: { $ref: "#/components/schemas/Thing" } }`;
const ok = (content: string) => `"200": { description: Done, content: { ${content} } }`;

/** Calls the operation, whose vendor answers with the response. */
async function call(responses: string, response: () => Response, options: object = {}) {
  const vendor: Vendor = Object(evaluate(textOf(await generateText(document(responses)), "vendor.ts")).acme);
  const events: LatchkeyEvent[] = [];
  const requests: Request[] = [];
  const client = connect(vendor, {
    credentials: {},
    onEvent: (event) => events.push(event),
    async fetch(request) {
      requests.push(request);
      return response();
    },
    ...options,
  });
  const result = Reflect.apply(Reflect.get(client, "POST"), client, ["/things", { retries: false }]);
  const accept = async () => {
    await result;
    return requests[0]?.headers.get("accept");
  };
  return { result, events, accept };
}

const dataOf = async (...args: Parameters<typeof call>) => (await (await call(...args)).result).data;
const errorOf = async (...args: Parameters<typeof call>) => (await (await call(...args)).result).error;
const typeOf = async (responses: string) =>
  /Success<[^,]*, ([^>]*)>/u.exec(textOf(await generateText(document(responses)), "calls.ts"))?.[1];
const text =
  (body: string, type: string, status = 200) =>
  () =>
    new Response(body, { status, headers: { "content-type": type } });

describe("Accept", () => {
  it.each([
    [ok("application/json: {}"), "application/json"],
    [ok("application/xml: {}, application/json: {}"), "application/json, application/xml;q=0.5"],
    [ok("text/csv: {}"), "text/csv"],
    [ok("text/csv: {}, application/vnd.acme+json: {}"), "application/vnd.acme+json, text/csv"],
    [
      `${ok("application/pdf: {}")}, "400": { description: No, content: { application/json: {} } }`,
      "application/pdf, application/json;q=0.9",
    ],
    [ok('"application/json; charset=utf-8": {}'), "application/json"],
    ['"204": { description: Done }', "application/json"],
  ])("%s asks for %s", async (responses, expected) => {
    expect(await (await call(responses, () => new Response(null, { status: 204 }))).accept()).toBe(expected);
  });

  it("is the caller's own", async () => {
    const { accept } = await call(ok("text/csv: {}"), () => new Response(null, { status: 204 }), {
      headers: { Accept: "text/x" },
    });
    expect(await accept()).toBe("text/x");
  });
});

describe("a success without documented content", () => {
  it.each<readonly [string, () => Response]>([
    ["a text", text("OK", "text/plain")],
    ["JSON", text('{"a":1}', "application/json")],
    ["HTML that is called JSON", text("<html>", "application/json")],
    [
      "a body that breaks off",
      () => new Response(new ReadableStream({ start: (controller) => controller.error(new TypeError("terminated")) })),
    ],
    ["nothing", () => new Response(null, { status: 201 })],
  ])("is undefined, also with %s", async (_, response) => {
    expect(await dataOf('"201": { description: Done }', response)).toBe(undefined);
    expect(await dataOf('"2XX": { description: Done }', response)).toBe(undefined);
    expect(await dataOf('"201": { description: Done }', response, { validate: { responses: {} } })).toBe(undefined);
  });

  it("is undefined beside one with content", async () => {
    const responses = `${ok(`application/json: ${thing}`)}, "202": { description: Later }`;
    expect(await dataOf(responses, text("later", "text/plain", 202))).toBe(undefined);
    expect(await dataOf(responses, text('{"id":1}', "application/json"))).toEqual({ id: 1 });
  });
});

describe("a success", () => {
  it.each<readonly [string, string, () => Response, unknown]>([
    ["*/* with a text", '"*/*": { schema: { type: string } }', text("4711", "text/plain"), "4711"],
    ["text/* with a text", "text/*: { schema: { type: string } }", text("4711", "text/html"), "4711"],
    ["text/plain", "text/plain: { schema: { type: string } }", text("true", "text/plain"), "true"],
    ["*/* with an object", `"*/*": ${thing}`, text('{"id":1}', "application/octet-stream"), { id: 1 }],
    [
      "a vendor's type with an object",
      `application/vnd.acme.v1: ${thing}`,
      text('{"id":1}', "application/vnd.acme.v1"),
      { id: 1 },
    ],
    ["+json", `application/vnd.acme+json: ${thing}`, text('{"id":1}', "application/vnd.acme+json"), { id: 1 }],
    ["XML alone", `application/xml: ${thing}`, text("<id>1</id>", "application/xml"), "<id>1</id>"],
    [
      "JSON that is a text",
      "application/json: { schema: { type: string } }",
      text('"4711"', "application/json"),
      "4711",
    ],
    ["an empty body", `application/json: ${thing}`, text("", "application/json"), undefined],
  ])("of %s", async (_, content, response, expected) => {
    expect(await dataOf(ok(content), response)).toEqual(expected);
  });

  it.each([
    [
      `application/json: ${thing}, text/json: ${thing}, text/plain: ${thing}, application/vnd.acme+json: ${thing}`,
      "t.Thing",
    ],
    [`application/json: ${thing}, application/xml: ${thing}`, "t.Thing"],
    [`application/xml: ${thing}`, "string"],
    [`application/vnd.acme.v1: ${thing}`, "t.Thing"],
    ['"*/*": { schema: { type: string } }', "string"],
    ['"*/*": { schema: { type: string, format: binary } }', "Blob"],
    [`application/json: ${thing}, text/csv: { schema: { type: string } }`, "t.Thing | string"],
  ])("%s has the type %s", async (content, type) => expect(await typeOf(ok(content))).toBe(type));
});

describe("an error", () => {
  const json = "content: { application/json: { schema: { $ref: '#/components/schemas/Problem' } } }";
  const plain = "content: { text/plain: { schema: { type: string } } }";
  it.each<readonly [string, string, () => Response, unknown]>([
    ["a documented text", `"400": { description: No, ${plain} }`, text("4711", "text/plain", 400), "4711"],
    ["a text by default", `default: { description: No, ${plain} }`, text("true", "text/plain", 418), "true"],
    [
      "JSON beside a text by default",
      `"404": { description: No, ${json} }, default: { description: No, ${plain} }`,
      text('{"title":"a"}', "text/plain", 404),
      { title: "a" },
    ],
    [
      "JSON in the place of a text",
      `"400": { description: No, ${plain} }`,
      text('{"title":"a"}', "application/json", 400),
      { title: "a" },
    ],
    ["JSON", `"400": { description: No, ${json} }`, text('{"title":"a"}', "text/plain", 400), { title: "a" }],
  ])("of %s", async (_, responses, response, expected) => expect(await errorOf(responses, response)).toEqual(expected));
});

describe("an integer that a double cannot hold", () => {
  const responses = ok(`application/json: { schema: { type: object, additionalProperties: true } }`);
  const body = text(
    '{"rows":[{"id":9007199254740993},{"id":9007199254740993},{"id":9007199254740992}],"1234567890123456":1.25,"t":"12345678901234567"}',
    "application/json",
  );

  it("is reported once for each kind of place", async () => {
    const { result, events } = await call(responses, body);
    expect((await result).data.rows).toHaveLength(3);
    const message = "is an integer that a number of JavaScript cannot hold, and was rounded";
    expect(events).toEqual([
      {
        type: "mismatch",
        vendor: "acme",
        operation: "POST /things",
        direction: "response",
        status: 200,
        path: "/rows/0/id",
        message,
      },
    ]);
  });

  it("is a SchemaError in strict mode", async () => {
    const strict = { validate: { responses: {} } };
    const { result } = await call(responses, body, strict);
    expect(await caught(result)).toMatchObject({
      name: "SchemaError",
      issues: [{ path: "/rows/0/id" }, { path: "/rows/1/id" }],
    });
  });

  it("is reported beside other media types", async () => {
    const { result, events } = await call(ok("application/json: {}, text/csv: {}"), body);
    await result;
    expect(events).toMatchObject([{ type: "mismatch", path: "/rows/0/id" }]);
  });
});
