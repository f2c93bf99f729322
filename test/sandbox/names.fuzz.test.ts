/** Names of documents, sandbox data and requests are names: none of them reaches a prototype, and each is answered as any other name is. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { startSandbox } from "../../scripts/sandbox/index.ts";
import { parseSandboxData } from "../../scripts/sandbox/spec/sandbox-data.ts";
import { fuzzParameters } from "../support/fuzz.ts";

const inherited = ["constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];
const dataName = fc.constantFrom(...inherited, "plain");
const name = fc.oneof(fc.constant("__proto__"), dataName);
const pointer = fc
  .array(fc.oneof(name, fc.constant("polluted")), { minLength: 1, maxLength: 3 })
  .map((parts) => `/${parts.join("/")}`);

const names = fc.record({
  member: name,
  parameter: name,
  unknownParameter: name,
  inner: name,
  operation: name,
  scheme: name,
  example: name,
  format: name,
  verb: dataName,
  otherVerb: name,
  lookup: dataName,
  otherLookup: name,
  total: pointer,
  vary: pointer,
  state: pointer,
});
type Names = typeof names extends fc.Arbitrary<infer Value> ? Value : never;

/** An object with members of its own, `__proto__` too. */
const own = (...members: readonly (readonly [name: string, value: unknown])[]): object => Object.fromEntries(members);

const json = (schema: unknown, extra: object = {}) => ({
  description: "",
  content: { "application/json": { schema, ...extra } },
});

const toDocument = (of: Names) => ({
  openapi: "3.1.0",
  info: { title: "Names", version: "1" },
  servers: [{ url: "https://names.example" }],
  security: [own([of.scheme, []])],
  paths: {
    "/items": {
      get: {
        operationId: of.operation,
        parameters: [
          { name: of.parameter, in: "query", schema: { type: "string" } },
          { name: `deep-${of.inner}`, in: "query", style: "deepObject", schema: { type: "object" } },
          { name: "cursor", in: "query", schema: { type: "string" } },
        ],
        responses: {
          "200": json({ type: "object" }, { examples: own([of.example, { value: own(["data", [own(["id", 1])]]) }]) }),
        },
        "x-latchkey-pagination": {
          scheme: "cursor",
          in: "query",
          position: "cursor",
          items: "$response.body#/data",
          next: "$response.body#/next",
          total: `$response.body#${of.total}`,
        },
      },
      post: {
        operationId: "create",
        requestBody: json({ type: "object" }),
        responses: {
          "201": json({
            type: "object",
            required: ["id"],
            properties: own(
              [of.member, { type: ["string", "object"], format: of.format }],
              ["id", { type: "integer" }],
            ),
          }),
        },
      },
    },
    "/items/{id}": {
      get: {
        operationId: "read",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
        responses: { "200": json({ type: "object" }), "404": { description: "" } },
      },
      patch: {
        operationId: "change",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
        requestBody: json({ type: "object" }),
        responses: { "200": json({ type: "object" }), "404": { description: "" } },
      },
    },
    "/by/{key}/{value}": {
      get: {
        operationId: "find",
        parameters: ["key", "value"].map((one) => ({
          name: one,
          in: "path",
          required: true,
          schema: { type: "string" },
        })),
        responses: { "200": json({ type: "object" }), "400": { description: "" }, "404": { description: "" } },
      },
    },
    "/items/{id}/state": {
      post: {
        operationId: "move",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
        requestBody: json({ type: "object" }),
        responses: { "200": json({ type: "object" }), "409": { description: "" } },
      },
    },
  },
  components: { securitySchemes: own([of.scheme, { type: "apiKey", in: "header", name: "x-key" }]) },
});

const toData = (of: Names) => ({
  collections: {
    "/items": {
      count: 3,
      items: [own(["id", 1], ["name", "first"])],
      vary: { [of.vary]: "polluted" },
      lookup: { by: "key", value: "value", fields: { [of.lookup]: ["/name"] } },
    },
  },
  operations: {
    find: { action: "get", collection: "/items" },
    move: {
      action: "transition",
      collection: "/items",
      transition: { verb: "/verb", field: of.state, verbs: { [of.verb]: { from: [""], to: "polluted" } } },
    },
  },
});

const before = fingerprint();
function fingerprint() {
  return [Object.prototype, Function.prototype, Array.prototype, Object].map((one) => [
    Reflect.ownKeys(one),
    Object.getPrototypeOf(one),
  ]);
}
afterEach(() => expect(fingerprint()).toEqual(before));

async function expectRight(of: Names): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-names-"));
  await writeFile(join(folder, "openapi.yaml"), JSON.stringify(toDocument(of)));
  await writeFile(join(folder, "sandbox.yaml"), JSON.stringify(toData(of)));
  const sandbox = await startSandbox({
    document: join(folder, "openapi.yaml"),
    switches: { checkResponses: false, rateLimits: false },
  });
  const send = async (path: string, body?: unknown, method = body === undefined ? "GET" : "POST", key?: string) => {
    const response = await fetch(`${sandbox.server.url}${path}`, {
      method,
      headers: { "content-type": "application/json", "x-key": key ?? Object.values(sandbox.credentials)[0] ?? "" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text === "" ? undefined : JSON.parse(text) };
  };
  const status = async (...given: Parameters<typeof send>) => (await send(...given)).status;
  try {
    expect(await status("/items", undefined, "GET", "wrong")).toBe(401);
    expect(await status("/items")).toBe(200);

    const value = own(["polluted", "yes"]);
    const created = await send("/items", own(["id", 77], ["name", "made"], [of.member, value]));
    expect([created.status, Object.hasOwn(created.body, of.member)]).toEqual([201, true]);
    expect(own(...Object.entries(created.body))).toMatchObject(own([of.member, value]));
    const changed = await send("/items/77", own([of.member, own(["polluted", "again"])]), "PATCH");
    expect([changed.status, Object.hasOwn(changed.body, of.member)]).toEqual([200, true]);
    expect((await send("/items/77")).text).toContain(`${JSON.stringify(of.member)}:{"polluted":"again"}`);

    const filtered = await send(`/items?${of.unknownParameter}=no-item-has-it&deep-${of.inner}[${of.inner}]=1`);
    expect(filtered.status).toBe(200);

    expect(await status(`/by/${of.lookup}/first`)).toBe(200);
    expect(await status(`/by/${of.otherLookup}/first`)).toBe(of.otherLookup === of.lookup ? 200 : 400);

    const other = await status("/items/77/state", { verb: of.otherVerb });
    if (of.otherVerb !== of.verb) expect(other).toBe(409);
    expect([200, 409]).toContain(await status("/items/77/state", { verb: of.verb }));
    expect(fingerprint()).toEqual(before);
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true });
  }
}

test("names of prototypes are names like others in documents, sandbox data and requests", async () => {
  await fc.assert(fc.asyncProperty(names, expectRight), fuzzParameters(25));
});

test("sandbox data refuses the name __proto__, which its templates could not keep", () => {
  expect(() => parseSandboxData("accounts:\n  __proto__:\n    credentials: {}\n", "sandbox.yaml")).toThrow(
    "sandbox.yaml:3: the name __proto__ is not supported; choose another name",
  );
});
