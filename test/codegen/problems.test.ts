import { expect, it } from "vitest";
import { DocumentError, type Diagnostic } from "../../scripts/codegen/load/diagnostics.ts";
import { generateText } from "../support/generated.ts";

const start = `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: https://api.acme.example, x-latchkey-server: { name: live } }]
`;

it("reports every mistake of a document at once, each with line, column, pointer, what is wrong and the fix", async () => {
  const problems = await problemsOf(`${start}x-latchkey-retries: { delaysInSeconds: [1] }
paths:
  /things:
    get:
      operationId: listThings
      x-latchkey-pagination: { scheme: pages, in: query, itms: "$response.body" }
      security: [{ bearr: [] }]
      responses: { "200": { $ref: "#/components/responses/Thingz" } }
components:
  responses: { Things: { description: Things } }
  securitySchemes: { bearer: { type: http, scheme: bearer } }
`);
  expect(problems).toEqual([
    '4:1 #/x-latchkey-retries: x-latchkey-retries is not an extension of Latchkey; did you mean "x-latchkey-retry"?',
    '9:7 #/paths/~1things/get/x-latchkey-pagination: "items" is missing; add it',
    '9:32 #/paths/~1things/get/x-latchkey-pagination/scheme: the value must be one of "page", "offset", "cursor", "link", "keyset"; use one of them',
    '9:58 #/paths/~1things/get/x-latchkey-pagination/itms: "itms" is not a key of x-latchkey-pagination; did you mean "items"?',
  ]);
});

it("reads JSON documents with their lines too", async () => {
  const problems = await problemsOf(`{
  "openapi": "3.1.0",
  "paths": {
    "/things": { "get": { "x-latchkey-permision": "a", "responses": {} } }
  }
}`);
  expect(problems).toEqual([
    '4:27 #/paths/~1things/get/x-latchkey-permision: x-latchkey-permision is not an extension of Latchkey; did you mean "x-latchkey-permission"?',
  ]);
});

it("reports every syntax error", async () => {
  const problems = await problemsOf(`openapi: 3.1.0\ninfo: { title: [a }\npaths: {\n`);
  expect(problems.length).toBeGreaterThan(1);
  expect(problems[0]).toMatch(/^2:\d+ #: the text is not valid YAML or JSON/u);
});

it("takes OpenAPI 3.0 to 3.2, and Swagger 2.0, only", async () => {
  expect(await problemsOf("swagger: '1.2'\npaths: {}\n")).toEqual([
    '1:1 #/openapi: Swagger "1.2" is not supported; give an OpenAPI 3.0, 3.1 or 3.2 document, or Swagger 2.0',
  ]);
  expect(await problemsOf("openapi: 4.0.0\npaths: {}\n")).toHaveLength(1);
});

it.each([
  [
    "a reference to a file that is not there",
    "components: { schemas: { A: { $ref: other.yaml } } }",
    /other\.yaml cannot be read: there is no such file \(ENOENT\)/u,
  ],
  [
    "an extension nobody knows",
    "x-latchkey-error: {}",
    /x-latchkey-error is not an extension.*did you mean "x-latchkey-errors"/u,
  ],
  [
    "an extension in the wrong place",
    "paths: { /a: { x-latchkey-permission: x } }",
    /is at a path item; move it to an operation/u,
  ],
  [
    "an extension on an object that has none",
    "tags: [{ name: a, x-latchkey-retry: {} }]",
    /move it to the document itself/u,
  ],
  ["a wrong value", "x-latchkey-retry: { delaysInSeconds: [0] }", /#\/x-latchkey-retry\/delaysInSeconds\/0: /u],
  [
    "a wrong inner key",
    "x-latchkey-errors: { envelopes: [{ kode: /a }], table: [] }",
    /"kode" is not a key of 0; did you mean "code"/u,
  ],
  [
    "an error kind that does not exist",
    "x-latchkey-errors: { envelopes: [], table: [{ kind: forbidden }] }",
    /table\/0\/kind: the value must be one of "invalid_request"/u,
  ],
  [
    "an error rule for a scheme that does not exist",
    "x-latchkey-errors: { envelopes: [], table: [{ scheme: nobody, kind: conflict }] }",
    /no security scheme is called "nobody"/u,
  ],
  [
    "a rate limit on an operation that does not exist",
    "x-latchkey-rate-limits: [{ requests: 1, perSeconds: 1, sharedBy: all, operations: [nothing] }]",
    /no operation is called "nothing"/u,
  ],
  [
    "a lookup by an operation that does not exist",
    "paths: { /a: { get: { responses: {}, x-latchkey-idempotency: { by: header, lookup: { operation: no, query: {} } } } } }",
    /lookup\/operation: no operation is called "no"/u,
  ],
  [
    "a host of a server that does not exist",
    "paths: { /a: { servers: [{ url: https://b.example, x-latchkey-server: { name: life, host: auth } }] } }",
    /no server of the document is called "life"; did you mean "live"/u,
  ],
  [
    "a server below a path without a host",
    "paths: { /a: { servers: [{ url: https://b.example, x-latchkey-server: { name: live } }] } }",
    /needs a host/u,
  ],
])("refuses %s", async (_, text, expected) => {
  const problems = await problemsOf(`${start}${text}\n`);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(expected);
});

const lifecycle = (rules: string) => `${start}paths:
  /token: { post: { operationId: token, requestBody: { content: { text/xml: {} } }, responses: {} } }
components:
  securitySchemes:
    oauth:
      type: http
      scheme: bearer
      x-latchkey-lifecycle:
        credentials: { clientId: {} }
        response: [{ accessToken: "$response.body#/a" }]
        obtain: [${rules}]
`;

it.each([
  [
    "an operation",
    "{ operation: tokn, grant: a, clientAuthentication: body, request: {} }",
    /obtain\/0\/operation: no operation is called "tokn"; did you mean "token"/u,
  ],
  [
    "a credential",
    "{ operation: token, grant: a, clientAuthentication: body, request: {}, headers: { a: $credentials.clientld } }",
    /headers\/a: no credential is called "clientld"; did you mean "clientId"/u,
  ],
  [
    "a body that a token request can have",
    "{ operation: token, grant: a, clientAuthentication: body, request: { a: b } }",
    /takes neither a form nor JSON/u,
  ],
  [
    "what HTTP Basic sends",
    "{ operation: token, grant: a, clientAuthentication: client_secret_basic, request: {} }",
    /the credentials for HTTP Basic are not defined/u,
  ],
])("refuses a lifecycle that lacks %s", async (_, rules, expected) => {
  const problems = await problemsOf(lifecycle(rules));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(expected);
});

it("leaves alone what only looks like an extension: examples, defaults and properties of that name", async () => {
  const files = await generateText(`${start}paths:
  /a:
    get:
      responses:
        "200":
          description: A
          content:
            application/json:
              example: { x-latchkey-anything: 1 }
              schema: { type: object, default: { x-latchkey-else: 1 }, properties: { x-latchkey-name: { type: string } } }
`);
  expect([...files.keys()]).toContain("vendor.ts");
});

it("lets pass what published documents get wrong and nobody is hurt by", async () => {
  const files = await generateText(`${start}paths:
  /a/{id}:
    get: { tags: [undeclared], responses: { 200: { description: Not a string, content: { application/json: { schema: { type: string, minLength: "3" } } } } } }
components: { schemas: { Unused: } }
`);
  expect([...files.keys()]).toContain("vendor.ts");
});

async function problemsOf(text: string, overlay?: string): Promise<string[]> {
  const error: unknown = await generateText(text, overlay).catch((cause: unknown) => cause);
  if (!(error instanceof DocumentError)) throw new Error("the document was taken", { cause: error });
  return error.problems.map(format);
}

const format = ({ line, column, pointer, message, fix }: Diagnostic) =>
  `${line}:${column} #${pointer}: ${message}; ${fix}`;
