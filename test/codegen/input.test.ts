import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type DocumentInput, type GeneratedFiles, generateVendor } from "../../scripts/codegen/generate-vendor.ts";
import { DocumentError, formatDiagnostic, type Diagnostic } from "../../scripts/codegen/load/diagnostics.ts";
import type { VendorSchemas } from "../../src/vendor.ts";
import { compile, evaluate, textOf } from "../support/generated.ts";
import { isPrivateHost } from "../../scripts/codegen/load/private-hosts.ts";
import { startLoopback } from "../support/loopback.ts";

const head = `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: https://api.acme.example }]
`;
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe("a document in several files", () => {
  const files = {
    "openapi.yaml": `${head}paths:
  /things: { $ref: "./paths/things.yaml" }
components:
  schemas:
    Id: { type: integer }
`,
    "paths/things.yaml": `post:
  operationId: createThing
  requestBody: { $ref: "../bodies.json#/bodies/thing" }
  responses:
    "200": { description: Made, content: { application/json: { schema: { $ref: ../schemas/thing.yaml } } } }
    default: { description: Not made, content: { application/json: { schema: { $ref: "../schemas/all.yaml#/Problem" } } } }
`,
    "bodies.json": JSON.stringify({
      bodies: {
        thing: { required: true, content: { "application/json": { schema: { $ref: "schemas/thing.yaml" } } } },
      },
    }),
    "schemas/thing.yaml": `type: object
required: [id]
properties:
  id: { $ref: "../openapi.yaml#/components/schemas/Id" }
  parent: { $ref: thing.yaml }
  pet: { $ref: "#/$defs/Pet" }
$defs:
  Pet:
    oneOf: [{ $ref: "all.yaml#/Cat" }, { $ref: "all.yaml#/Dog" }]
    discriminator: { propertyName: kind, mapping: { feline: "all.yaml#/Cat", canine: "all.yaml#/Dog" } }
`,
    "schemas/all.yaml": `Problem: { type: object, required: [title], properties: { title: { type: string } } }
Cat: { type: object, required: [kind, lives], properties: { kind: { type: string }, lives: { type: integer } } }
Dog: { type: object, required: [kind], properties: { kind: { type: string } } }
`,
  };

  it("becomes one, circles and references back to the first file included", async () => {
    const made = await generate(await write(files));
    const { request, responses } = operationOf(made, "POST /things");
    const accepts = (value: unknown) => request?.().safeParse(value).success;
    expect(accepts({ id: 1, parent: { id: 2, parent: { id: 3 } }, pet: { kind: "feline", lives: 9 } })).toBe(true);
    expect(accepts({ id: 1, parent: { id: "2" } })).toBe(false);
    expect(accepts({ id: 1, pet: { kind: "feline" } })).toBe(false);
    expect(accepts({ id: 1, pet: { kind: "Cat", lives: 9 } })).toBe(false);
    expect(responses.default?.().safeParse({}).success).toBe(false);
  });

  it("tells of a mistake in the file where it stands", async () => {
    const path = await write({
      ...files,
      "schemas/all.yaml": files["schemas/all.yaml"].replace("type: integer", "$ref: '#/Live'"),
    });
    const [problem, ...others] = await problemsOf({ document: path });
    expect(others).toEqual([]);
    expect(problem).toMatch(/schemas\/all\.yaml:2:\d+: #.*#\/Live refers to nothing/u);
  });

  it("tells of bad syntax in a file where it is", async () => {
    const path = await write({ ...files, "schemas/all.yaml": "Problem: [\n" });
    expect((await problemsOf({ document: path })).join("\n")).toMatch(/schemas\/all\.yaml:2:1.*not valid YAML/u);
  });

  it("does not read files beyond the folder it was given in", async () => {
    const path = await write({
      "inner/openapi.yaml": `${head}components: { schemas: { A: { $ref: ../secret.yaml } } }\n`,
      "secret.yaml": "type: string\n",
    });
    expect(await problemsOf({ document: join(dirname(path), "inner/openapi.yaml") })).toEqual([
      expect.stringMatching(/the reference leaves .*; run the command in a folder that holds both/u),
    ]);
  });

  it("does not follow a document that refers to a file by its absolute URL", async () => {
    const path = await write({
      "openapi.yaml": `${head}components: { schemas: { A: { $ref: "file:///etc/hosts" } } }\n`,
    });
    expect(await problemsOf({ document: path })).toEqual([expect.stringMatching(/of this kind .* are not followed/u)]);
  });
});

describe("a document on a server", () => {
  const thing = { body: "type: object\nrequired: [id]\nproperties: { id: { type: integer } }\n" };
  const document = (ref: string) => `${head}paths:
  /things: { get: { responses: { "200": { description: A, content: { application/json: { schema: { $ref: "${ref}" } } } } } } }
`;

  it("is read by its URL, with what it refers to there", async () => {
    await using server = await startLoopback({
      "/v1/openapi.yaml": { body: document("schemas/thing.yaml") },
      "/v1/schemas/thing.yaml": thing,
    });
    const made = await generate(`${server.origin}/v1/openapi.yaml`);
    expect(operationOf(made, "GET /things").responses["200"]?.().safeParse({ id: "1" }).success).toBe(false);
    expect(server.requests).toEqual(["GET /v1/openapi.yaml", "GET /v1/schemas/thing.yaml"]);
  });

  it("is followed to another server only where that is allowed", async () => {
    await using other = await startLoopback({ "/thing.yaml": thing });
    await using server = await startLoopback({ "/openapi.yaml": { body: document(`${other.origin}/thing.yaml`) } });
    expect(await problemsOf({ document: `${server.origin}/openapi.yaml` })).toEqual([
      expect.stringMatching(/another server .*; allow it with --remote/u),
    ]);
    expect(other.requests).toEqual([]);
    await generate(`${server.origin}/openapi.yaml`, { remote: true });
    expect(other.requests).toEqual(["GET /thing.yaml"]);
  });

  it("from elsewhere never makes the generator request this machine or its network", async () => {
    await using victim = await startLoopback({ "/thing.yaml": thing });
    const path = await write({ "openapi.yaml": document(`${victim.origin}/thing.yaml`) });
    expect(await problemsOf({ document: path, remote: true })).toEqual([
      expect.stringMatching(/points to this machine or its network .*; copy the document/u),
    ]);
    expect(victim.requests).toEqual([]);
  });

  it.each([
    "https://localhost/a.yaml",
    "https://api.localhost/a.yaml",
    "https://2130706433/a.yaml",
    "https://0x7f.1/a.yaml",
    "https://10.1.2.3/a.yaml",
    "https://172.31.0.1/a.yaml",
    "https://192.168.1.1/a.yaml",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/a.yaml",
    "https://[::ffff:127.0.0.1]/a.yaml",
    "https://[fd00::1]/a.yaml",
    "https://[fe80::1]/a.yaml",
    "https://metadata.google.internal/a.yaml",
    "https://[::127.0.0.1]/a.yaml",
    "https://[::a9fe:a9fe]/a.yaml",
    "https://[::ffff:0:127.0.0.1]/a.yaml",
    "https://[64:ff9b::127.0.0.1]/a.yaml",
    "https://[64:ff9b::a9fe:a9fe]/latest/meta-data",
    "https://[64:ff9b:1::808:808]/a.yaml",
    "https://[2002:7f00:1::]/a.yaml",
    "https://[fec0::1]/a.yaml",
    "https://[ff02::1]/a.yaml",
    "https://198.18.0.1/a.yaml",
    "https://224.0.0.1/a.yaml",
    "https://255.255.255.255/a.yaml",
    "https://192.0.0.170/a.yaml",
    "https://localhost./a.yaml",
  ])("from elsewhere is not followed to %s", async (address) => {
    const path = await write({ "openapi.yaml": document(address) });
    expect(await problemsOf({ document: path, remote: true })).toEqual([
      expect.stringMatching(/points to this machine or its network/u),
    ]);
  });

  it.each([
    "8.8.8.8",
    "[2606:4700::1111]",
    "[64:ff9b::808:808]",
    "[::ffff:8.8.8.8]",
    "[2002:808:808::]",
    "[64:ff9b:0:0:1::1]",
    "internal.example",
    "localhost.example",
    "172.32.0.1",
    "100.128.0.1",
  ])("may be followed to %s, which everybody reaches", (host) =>
    expect(isPrivateHost(new URL(`https://${host}/`).hostname)).toBe(false),
  );

  it("on a private host is followed to that host alone", async () => {
    await using victim = await startLoopback({ "/thing.yaml": thing });
    const elsewhere = victim.origin.replace("127.0.0.1", "localhost");
    for (const address of [`${elsewhere}/thing.yaml`, "https://127.0.0.2/thing.yaml", "https://10.0.0.1/thing.yaml"]) {
      await using server = await startLoopback({ "/openapi.yaml": { body: document(address) } });
      expect(await problemsOf({ document: `${server.origin}/openapi.yaml`, remote: true })).toEqual([
        expect.stringMatching(/points to this machine or its network/u),
      ]);
    }
    expect(victim.requests).toEqual([]);
  });

  it("is not followed to where it redirects on another server", async () => {
    await using other = await startLoopback({ "/openapi.yaml": { body: document("a") } });
    await using server = await startLoopback({
      "/a": { status: 302, headers: { location: `${other.origin}/openapi.yaml` } },
    });
    expect(await problemsOf({ document: `${server.origin}/a` })).toEqual([
      expect.stringMatching(/redirects to .*; give that address/u),
    ]);
    expect(other.requests).toEqual([]);
  });

  it("says what the server said where there is no document", async () => {
    await using server = await startLoopback({});
    expect(await problemsOf({ document: `${server.origin}/none` })).toEqual([
      expect.stringMatching(/the server responded with HTTP 404/u),
    ]);
  });

  it("travels over https, loopback excepted", async () => {
    expect(await problemsOf({ document: "http://acme.example/openapi.yaml" })).toEqual([
      expect.stringMatching(/is not https/u),
    ]);
  });
});

describe("Swagger 2.0", () => {
  const swagger = `swagger: "2.0"
info: { title: Acme, version: "1" }
host: api.acme.example
basePath: /v1
schemes: [https]
consumes: [application/json]
produces: [application/json]
securityDefinitions:
  oauth: { type: oauth2, flow: application, tokenUrl: "https://auth.acme.example/token", scopes: { read: Read } }
security: [{ oauth: [read] }]
parameters:
  Thing: { name: thing, in: body, required: true, schema: { $ref: "#/definitions/Thing" } }
paths:
  /things:
    post:
      parameters: [{ $ref: "#/parameters/Thing" }]
      responses: { "200": { description: Made, schema: { $ref: "#/definitions/Thing" } } }
  /notes:
    post:
      parameters: [{ name: text, in: formData, type: string, required: true }]
      responses: { "204": { description: Noted } }
  /pictures:
    post:
      parameters: [{ name: picture, in: formData, type: file }]
      responses: { "204": { description: Kept } }
definitions:
  Thing: { type: object, required: [id], properties: { id: { type: integer }, note: { type: string, x-nullable: true } } }
`;

  it("is brought up to OpenAPI 3, shared bodies, forms and sign-in included", async () => {
    const made = await generate(await write({ "openapi.yaml": swagger }));
    const { request, responses } = operationOf(made, "POST /things");
    expect(request?.().safeParse({ id: 1, note: null }).success).toBe(true);
    expect(request?.().safeParse({}).success).toBe(false);
    expect(responses["200"]?.().safeParse({ id: "1" }).success).toBe(false);
    expect(operationOf(made, "POST /notes").request?.().safeParse({}).success).toBe(false);
    const { acme } = evaluate(textOf(made, "vendor.ts"));
    expect(acme).toMatchObject({
      servers: { default: { url: "https://api.acme.example/v1", hosts: { auth: "https://auth.acme.example" } } },
      schemes: { oauth: { lifecycle: { obtain: [{ host: "auth", path: "/token" }] } } },
    });
  });

  it("tells of a mistake where it stands", async () => {
    const path = await write({
      "openapi.yaml": swagger.replace(
        'schema: { $ref: "#/definitions/Thing" } }\npaths',
        'schema: { $ref: "#/definitions/Thingy" } }\npaths',
      ),
    });
    const places: string[] = [];
    const onWarning = ({ line, message }: Diagnostic) => places.push(`${line}: ${message}`);
    await generate(path, { onWarning });
    expect(places).toEqual([expect.stringMatching(/^1[0-9]: #\/components\/schemas\/Thingy refers to nothing/u)]);
  });
});

describe("what is wrong and can be lived with", () => {
  it("is told, and the client does without it", { timeout: 120_000 }, async () => {
    const path = await write({
      "openapi.yaml": `${head}security: [{ bearr: [] }]
paths:
  /a: { get: { operationId: x, responses: {} } }
  /b: { get: { operationId: x, responses: {} } }
`,
    });
    const warnings: Diagnostic[] = [];
    const made = await generate(path, { onWarning: (problem) => warnings.push(problem) });
    expect(warnings.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      '4: no security scheme is called "bearr": calls are sent without it',
      '7: the operationId "x" is already used at #/paths/~1a/get',
    ]);
    expect(evaluate(textOf(made, "vendor.ts")).acme).toMatchObject({ security: [{}] });
    expect(compile(new Map([["doubled", made]]))).toEqual([]);
  });
});

describe("what a client cannot send by itself", () => {
  it("is no part of its sign-in: mutual TLS is the connection's", async () => {
    const path = await write({
      "openapi.yaml": `${head}security: [{ tls: [], key: [] }]
paths: {}
components: { securitySchemes: { tls: { type: mutualTLS }, key: { type: apiKey, in: header, name: X-Key } } }
`,
    });
    const { acme } = evaluate(textOf(await generate(path), "vendor.ts"));
    expect(acme).toMatchObject({ security: [{ key: [] }] });
    expect(Object.keys(Object(Object(acme).schemes))).toEqual(["key"]);
  });
});

async function write(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-input-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return join(folder, "openapi.yaml");
}

const generate = (document: string, options: Partial<DocumentInput> = {}): Promise<GeneratedFiles> =>
  generateVendor({ document, name: "acme", origin: "openapi.yaml", extension: ".ts", ...options });

async function problemsOf(input: DocumentInput): Promise<string[]> {
  const error: unknown = await generate(input.document, input).catch((cause: unknown) => cause);
  if (!(error instanceof DocumentError)) throw new Error("the document was taken", { cause: error });
  return error.problems.map(formatDiagnostic);
}

function operationOf(files: GeneratedFiles, key: string) {
  const { operations } = evaluate(textOf(files, "schemas.ts"));
  const held = isOperations(operations) ? operations[key] : undefined;
  if (held === undefined) throw new Error(`there is no ${key}`);
  return held;
}

const isOperations = (value: unknown): value is VendorSchemas["operations"] =>
  typeof value === "object" && value !== null;
