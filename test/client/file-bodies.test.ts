/** Bodies that hold files: multipart where the document offers it, never JSON. */
import { describe, expect, it } from "vitest";
import type { Vendor } from "../../src/vendor.ts";
import { captureRequest } from "../../tools/wire/capture-request.ts";
import { readParts } from "../../tools/wire/read-parts.ts";
import { caught } from "../support/caught.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";

const schema = `{ type: object, properties: { title: { type: string }, file: { type: string, format: binary }, list: { type: array }, map: { type: object } } }`;
const document = (content: string) => `
openapi: 3.1.0
info: { title: Files, version: "1" }
servers: [{ url: https://acme.example }]
paths:
  /things:
    post:
      requestBody: { required: true, content: { ${content} } }
      responses: { "204": { description: Done } }
`;
const both = document(
  `application/json: { schema: ${schema} }, multipart/form-data: { schema: ${schema}, encoding: { list: { explode: false }, map: { style: deepObject } } }`,
);

async function send(text: string, body: unknown) {
  const vendor: Vendor = Object(evaluate(textOf(await generateText(text), "vendor.ts")).acme);
  return captureRequest(vendor, { method: "POST", path: "/things", init: { body } }, { credentials: {} });
}

const file = new File(["content"], "a.png", { type: "image/png" });

describe("a body", () => {
  it.each<readonly [string, object]>([
    ["a file", { title: "a", file }],
    ["a Blob in a list", { list: [new Blob(["a"])] }],
    ["bytes", { file: new Uint8Array([1]) }],
  ])("with %s is multipart, although JSON comes first", async (_, body) => {
    expect((await send(both, body)).headers.get("content-type")).toMatch(/^multipart\/form-data; boundary=/u);
  });

  it("without a file is the document's first type", async () => {
    expect((await send(both, { title: "a" })).headers.get("content-type")).toBe("application/json");
  });

  it("writes the parts whose style the document names as in a form", async () => {
    const { body, headers } = await send(both, { file, list: [1, 2], map: { a: { b: 1 } } });
    const parts = readParts(body, headers.get("content-type") ?? "");
    expect(
      parts.map(({ name, fileName, type, content }) => [name, fileName, type, new TextDecoder().decode(content)]),
    ).toEqual([
      ["file", "a.png", "image/png", "content"],
      ["list", undefined, undefined, "1,2"],
      ["map[a][b]", undefined, undefined, "1"],
    ]);
  });

  it.each([
    ["JSON alone", "application/json: {}"],
    ["JSON of the vendor", "application/vnd.acme+json: {}"],
    ["a form", "application/x-www-form-urlencoded: {}"],
  ])("with a file is refused where the document offers %s", async (_, content) => {
    const error = await caught(send(document(content), { title: "a", deep: [{ file }] }));
    expect(error).toMatchObject({
      name: "ConfigurationError",
      message: expect.stringMatching(/a file cannot be part of a body/u),
    });
  });
});

describe("a file's type", () => {
  const typeOf = async (property: string) => {
    const text = textOf(
      await generateText(
        document(`multipart/form-data: { schema: { type: object, properties: { one: ${property} } } }`),
      ),
      "calls.ts",
    );
    return /one\?: ([^;]*);/u.exec(text)?.[1];
  };
  it.each([
    ["{ type: string, format: binary }", "Blob"],
    ["{ type: string, contentMediaType: image/png }", "Blob"],
    ["{ contentMediaType: application/octet-stream }", "Blob"],
    ["{ type: string, contentMediaType: image/png, contentEncoding: base64 }", "Blob | string"],
    ["{ type: string, contentMediaType: application/json }", "string"],
    ["{ type: array, items: { type: string, format: binary } }", "Blob[]"],
  ])("%s is %s", async (property, type) => expect(await typeOf(property)).toBe(type));

  it("is that of a form in a component, too", async () => {
    const components = `components: { schemas: { Upload: { type: object, required: [file], properties: { file: { type: string, format: binary } } } } }\n`;
    const text = document(`multipart/form-data: { schema: { $ref: "#/components/schemas/Upload" } }`) + components;
    expect(textOf(await generateText(text), "calls.ts")).toMatch(/file: Blob;/u);
  });
});

describe("the body of GET, HEAD and DELETE", () => {
  const withBody = (version: string, method: string) =>
    document("application/json: { schema: { type: object } }").replace("3.1.0", version).replace("post:", `${method}:`);
  it.each([
    ["3.0.3", "get", false],
    ["3.0.3", "delete", false],
    ["3.0.3", "post", true],
    ["3.1.0", "get", true],
    ["3.2.0", "delete", true],
  ])("in OpenAPI %s, %s: %s", async (version, method, isOffered) => {
    expect(/ body: /u.test(textOf(await generateText(withBody(version, method)), "calls.ts"))).toBe(isOffered);
  });

  it("is offered by Swagger 2.0", async () => {
    const text = `
swagger: "2.0"
info: { title: Bodies, version: "1" }
paths: { /things: { delete: { parameters: [{ name: body, in: body, required: true, schema: { type: object } }], responses: { "204": { description: Done } } } } }
`;
    expect(textOf(await generateText(text), "calls.ts")).toMatch(/ body: /u);
  });
});
