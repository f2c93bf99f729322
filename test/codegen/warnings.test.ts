import { expect, it } from "vitest";
import { generateVendor, prepareDocument, type VendorInput } from "../../scripts/codegen/generate-vendor.ts";
import { DocumentError } from "../../scripts/codegen/load/diagnostics.ts";
import { type Warning, warningKinds } from "../../scripts/codegen/load/warnings.ts";
import { compile, evaluate, textOf } from "../support/generated.ts";

const start = 'openapi: 3.1.0\ninfo: { title: Acme, version: "1" }\nsecurity: []\n';
const get = (more = "") => `{ get: { operationId: list${more}, responses: { "204": { description: None } } } }`;
const schemas = (text: string) =>
  `${start}paths: { /a: { get: { operationId: list, responses: { "200": { description: OK, content: { application/json: { schema: { $ref: "#/components/schemas/A" } } } } } } } }\ncomponents: { schemas: { A: ${text} } }\n`;
const withOperation = (text: string) =>
  `${start}paths: { /a: { get: { operationId: list, responses: { "204": { description: None } }, ${text} } } }\n`;
const withScheme = (text: string) =>
  `openapi: 3.1.0\ninfo: { title: Acme, version: "1" }\npaths: { /a: ${get()} }\ncomponents: { securitySchemes: { auth: ${text} } }\n`;

const flawed: readonly (readonly [kind: keyof typeof warningKinds, what: string, document: string, line: string])[] = [
  [
    "malformed-part",
    "a text where a schema belongs",
    schemas("{ properties: { type: object, b: { type: string } } }"),
    '5 #/components/schemas/A/properties/type: a schema must be an object or a boolean, so any value is accepted here; write it as "type: …"',
  ],
  [
    "malformed-part",
    "properties that are a list",
    schemas("{ properties: [b] }"),
    "5 #/components/schemas/A/properties: properties must be an object, so it is ignored; map each name to its schema",
  ],
  [
    "malformed-part",
    "items that are a text",
    schemas("{ type: array, items: string }"),
    '5 #/components/schemas/A/items: a schema must be an object or a boolean, so any value is accepted here; write it as "type: …"',
  ],
  [
    "malformed-part",
    "alternatives that are no list",
    schemas("{ oneOf: { type: string } }"),
    "5 #/components/schemas/A/oneOf: oneOf must be a list, so it is read as one; write a list of schemas",
  ],
  [
    "malformed-part",
    "a component that is a text",
    schemas("string"),
    '5 #/components/schemas/A: a schema must be an object or a boolean, so any value is accepted here; write it as "type: …"',
  ],
  [
    "malformed-part",
    "a parameter without a name",
    withOperation("parameters: [{ in: query }, { name: b, in: query, schema: { type: string } }]"),
    "4 #/paths/~1a/get/parameters/0: a parameter needs name and in, so this one is ignored; add them",
  ],
  [
    "malformed-part",
    "responses that are a list",
    `${start}paths: { /a: { get: { operationId: list, responses: [] } } }\n`,
    "4 #/paths/~1a/get/responses: responses must be an object, so it is ignored; map each status to its response",
  ],
  [
    "malformed-part",
    "a path without a slash",
    `${start}paths: { a: ${get()} }\n`,
    '4 #/paths/a: the path "a" does not begin with /, so it is read as "/a"; begin it with a slash',
  ],
  [
    "broken-reference",
    "a reference to nothing",
    schemas('{ properties: { b: { $ref: "#/components/schemas/B" } } }'),
    '5 #/components/schemas/A/properties/b/$ref: #/components/schemas/B refers to nothing, so any value is accepted here; did you mean "A"?',
  ],
  [
    "broken-reference",
    "a reference to itself",
    `${start}paths: {}\ncomponents: { schemas: { A: { $ref: "#/components/schemas/A" } } }\n`,
    "5 #/components/schemas/A/$ref: #/components/schemas/A refers to itself, so any value is accepted here; refer to the intended object",
  ],
  [
    "broken-reference",
    "a response that is not there",
    `${start}paths: { /a: { get: { operationId: list, responses: { "404": { $ref: "#/components/responses/No" } } } } }\n`,
    "4 #/paths/~1a/get/responses/404/$ref: #/components/responses/No refers to nothing, so the part is ignored; add it, or fix the reference",
  ],
  [
    "not-supported",
    "a method of OpenAPI 3.2",
    `${start}paths: { /a: { additionalOperations: { COPY: { responses: {} } } } }\n`,
    "4 #/paths/~1a/additionalOperations: OpenAPI 3.2's additionalOperations is not supported yet, so it is ignored; call these operations with fetch",
  ],
  [
    "not-supported",
    "parts of a list",
    `${start}paths: { /a: { post: { requestBody: { content: { multipart/mixed: { itemEncoding: {} } } }, responses: {} } } }\n`,
    "4 #/paths/~1a/post/requestBody/content/multipart~1mixed/itemEncoding: OpenAPI 3.2's itemEncoding is not supported yet, so it is ignored; name the parts in encoding",
  ],
  [
    "not-supported",
    "callbacks",
    withOperation('callbacks: { done: { "{$request.body#/url}": { post: { responses: {} } } } }'),
    "4 #/paths/~1a/get/callbacks: callbacks have no types: the client does not receive requests; read them as unknown, and check them",
  ],
  [
    "not-supported",
    "links",
    `${start}paths: { /a: { get: { operationId: list, responses: { "204": { description: None, links: { next: { operationId: list } } } } } } }\n`,
    "4 #/paths/~1a/get/responses/204/links: links are not followed: the client has no method for them; call the operation that the link names",
  ],
  [
    "not-supported",
    "mutual TLS",
    withScheme("{ type: mutualTLS }"),
    "4 #/components/securitySchemes/auth: mutual TLS is the connection's: the client sends no certificate; give connect() a fetch that presents one",
  ],
  [
    "duplicate-operation-id",
    "an operationId twice",
    `${start}paths: { /a: ${get()}, /b: ${get()} }\n`,
    '4 #/paths/~1b/get/operationId: the operationId "list" is already used at #/paths/~1a/get; rename one of the two',
  ],
  [
    "undeclared-scheme",
    "a scheme that is not declared",
    `${start.replace("[]", "[{ key: [] }]")}paths: { /a: ${get()} }\n`,
    '3 #/security/0/key: no security scheme is called "key": calls are sent without it; declare it under components.securitySchemes',
  ],
  [
    "unused-flow",
    "a flow for people",
    withScheme("{ type: oauth2, flows: { implicit: { authorizationUrl: https://a.example, scopes: {} } } }"),
    "4 #/components/securitySchemes/auth/flows/implicit: the client does not use the flow implicit: it takes an access token that you obtain; or describe how to sign in with x-latchkey-lifecycle",
  ],
  [
    "insecure-server",
    "an http server first",
    `${start}servers: [{ url: http://api.acme.example }, { url: https://api.acme.example }]\npaths: { /a: ${get()} }\n`,
    "4 #/servers/0: the first server is http://api.acme.example: credentials travel unencrypted; put an https server first, or give one: connect(vendor, { server })",
  ],
  [
    "missing-info",
    "no info",
    `openapi: 3.1.0\nsecurity: []\npaths: { /a: ${get()} }\n`,
    "1 #/info: the document has no info with a title: the client is called after the vendor; add info: { title, version }",
  ],
  [
    "missing-paths",
    "no paths",
    start,
    "1 #/paths: the document has no paths: the client has no operations; check that this is the whole document",
  ],
  [
    "query-in-path",
    "a query string in a path",
    `${start}paths: { "/a?kind=b": ${get()} }\n`,
    '4 #/paths/~1a?kind=b: the path "/a?kind=b" has a query string: it is sent as it is written; describe each part of the query as a parameter',
  ],
  [
    "trailing-comma",
    "a comma too many",
    '{\n  "openapi": "3.1.0", "info": { "title": "A, }", "version": "1" }, "security": [],\n  "paths": {},\n}\n',
    "1 #: a comma stands before the end of a list or an object, which JSON does not allow; remove it: other tools refuse the document",
  ],
  [
    "unsafe-pattern",
    "a pattern of exponential time",
    schemas('{ type: string, pattern: "^(a+)+$" }'),
    '5 #/components/schemas/A/pattern: the pattern "^(a+)+$" can take exponential time on some strings, so values are not checked against it; do not repeat a part that can match the same string in several ways',
  ],
];

it.each(flawed)("%s: %s is one warning, and a client comes of it", async (kind, _, document, line) => {
  const { files, warnings } = await read(document);
  expect(warnings.map((one) => [one.kind, one.count, place(one)])).toEqual([[kind, 1, line]]);
  expect(evaluate(textOf(files, "vendor.ts")).acme).toMatchObject({ name: "acme" });
  expect((await read(document, { quiet: [kind] })).warnings).toEqual([]);
  const refused = await read(document, { strictDocument: true }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DocumentError);
  expect(refused instanceof DocumentError && refused.problems.map(place)).toEqual([line]);
  expect((await read(document, { strictDocument: true, quiet: [kind] })).warnings).toEqual([]);
});

it("every kind of warning has a document above, or below", () => {
  expect(new Set([...flawed.map(([kind]) => kind), "no-security-scheme"])).toEqual(new Set(Object.keys(warningKinds)));
});

it("what comes of flawed documents type-checks", { timeout: 120_000 }, async () => {
  const made = await Promise.all(
    flawed.map(async ([, , document], index) => [`flawed${index}`, (await read(document)).files] as const),
  );
  expect(compile(new Map(made))).toEqual([]);
});

it("a flawed part is replaced or left out, and the parts beside it stay", async () => {
  const text = `${start}paths:
  a: { get: { operationId: list, responses: { "204": { description: None }, "404": { $ref: "#/components/responses/No" } },
    parameters: [{ in: query }, { name: b, in: query, schema: text }, { name: c }, { name: d, in: query }] } }
components: { schemas: { A: { properties: { type: object, b: { $ref: "#/components/schemas/B" }, c: { type: string } }, allOf: { title: C } }, __proto__: text } }
`;
  const document = await prepareDocument({ document: "acme.yaml", read: async () => text });
  expect(document.paths).toEqual({
    "/a": {
      get: {
        operationId: "list",
        responses: { "204": { description: "None" } },
        parameters: [
          { name: "b", in: "query", schema: {} },
          { name: "d", in: "query" },
        ],
      },
    },
  });
  expect(document.components).toEqual(
    JSON.parse(
      '{ "schemas": { "A": { "properties": { "type": {}, "b": {}, "c": { "type": "string" } }, "allOf": [{ "title": "C" }] }, "__proto__": {} } }',
    ),
  );
});

it("a document without a sign-in is given the overlay that adds one", async () => {
  const document = `openapi: 3.1.0\ninfo: { title: Acme, version: "1" }\npaths: { /a: ${get()} }\n`;
  const { warnings, files } = await read(document);
  expect(warnings.map(({ kind }) => kind)).toEqual(["no-security-scheme"]);
  expect(textOf(files, "vendor.ts")).not.toContain("bearer");
  const overlay = /--overlay: (\{.*\})$/u.exec(warnings[0]?.fix ?? "")?.[1] ?? "";
  const signed = await read(document, { overlay: "overlay.yaml" }, overlay);
  expect(signed.warnings).toEqual([]);
  expect(textOf(signed.files, "vendor.ts")).toContain("bearer");
});

it("a kind is printed once, with the number of its places", async () => {
  const { warnings } = await read(`${start}paths: { /a: ${get()}, /b: ${get()}, /c: ${get()} }\n`);
  expect(warnings).toEqual([
    expect.objectContaining({ kind: "duplicate-operation-id", count: 2, pointer: "/paths/~1b/get/operationId" }),
  ]);
});

it("reads the line and column of a JSON document's parts", async () => {
  const { warnings } = await read(
    '{\n "openapi": "3.1.0", "info": { "title": "\\"},{", "version": "1" }, "security": [],\n "paths": { "/a": { "get": { "tags": ["x", "]"], "operationId": "a", "responses": {},\n  "parameters": [ {"name": "b", "in": "query"}, 7, { "in": "query" } ] } } }\n}',
  );
  expect(warnings.map(show)).toEqual([
    "4:52 #/paths/~1a/get/parameters/2: a parameter needs name and in, so this one is ignored; add them",
  ]);
});

const show = ({
  line,
  column,
  pointer,
  message,
  fix,
}: Pick<Warning, "line" | "column" | "pointer" | "message" | "fix">): string =>
  `${line}:${column} #${pointer}: ${message}; ${fix}`;

/** The same without the column. */
const place = (one: Parameters<typeof show>[0]): string => show(one).replace(/^(\d+):\d+/u, "$1");

async function read(document: string, options: Partial<VendorInput> = {}, overlay = "") {
  const warnings: Warning[] = [];
  const files = await generateVendor({
    document: "acme.yaml",
    name: "acme",
    origin: "acme.yaml",
    extension: ".ts",
    read: async (address) => (address.endsWith("overlay.yaml") ? overlay : document),
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  return { files, warnings };
}
