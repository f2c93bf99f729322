import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../scripts/codegen/util/json.ts";
import { compareDocuments, documentOf, json, show } from "./support/compare.ts";

const text = { type: "string" } as const;
const ok: JsonObject = { responses: { "200": { description: "Found" } } };
const get = (operation: JsonObject, path = "/things"): JsonObject =>
  documentOf({ paths: { [path]: { get: operation } } });
const post = (operation: JsonObject): JsonObject =>
  documentOf({ paths: { "/things": { post: { ...ok, ...operation } } } });
const query = (name: string, more: JsonObject = {}): JsonObject => ({ name, in: "query", schema: text, ...more });
const answers = (responses: JsonObject): JsonObject => get({ responses });
const header = (more: JsonObject): JsonObject =>
  answers({ "200": { description: "Found", headers: { "X-Total": { schema: text, ...more } } } });

type Row = readonly [name: string, before: JsonObject, after: JsonObject, want: readonly string[]];

const rows: readonly Row[] = [
  ["an operation is added", documentOf({ paths: {} }), get(ok), ["operation-added: breaks nobody, minor"]],
  ["an operation is removed", get(ok), documentOf({ paths: {} }), ["operation-removed: breaks callers, major"]],
  [
    "an operation is deprecated",
    get(ok),
    get({ ...ok, deprecated: true }),
    ["operation-deprecated: breaks nobody, minor"],
  ],
  [
    "an operationId is another",
    get({ ...ok, operationId: "a" }),
    get({ ...ok, operationId: "b" }),
    ["operation-id-changed: breaks nobody, minor"],
  ],
  [
    "a path parameter is renamed",
    get(ok, "/things/{id}"),
    get(ok, "/things/{key}"),
    ["path-parameter-renamed path key: breaks callers, major"],
  ],
  [
    "a parameter is added",
    get(ok),
    get({ ...ok, parameters: [query("page")] }),
    ["parameter-added query page: breaks nobody, minor"],
  ],
  [
    "a required parameter is added",
    get(ok),
    get({ ...ok, parameters: [query("page", { required: true })] }),
    ["required-parameter-added query page: breaks callers, major"],
  ],
  [
    "a required parameter with a default is added",
    get(ok),
    get({ ...ok, parameters: [query("page", { required: true, schema: { ...text, default: "1" } })] }),
    ["parameter-added query page: breaks nobody, minor"],
  ],
  [
    "a parameter is removed",
    get({ ...ok, parameters: [query("page")] }),
    get(ok),
    ["parameter-removed query page: breaks callers, major"],
  ],
  [
    "a parameter becomes required",
    get({ ...ok, parameters: [query("page")] }),
    get({ ...ok, parameters: [query("page", { required: true })] }),
    ["parameter-became-required query page: breaks callers, major"],
  ],
  [
    "a parameter becomes optional",
    get({ ...ok, parameters: [query("page", { required: true })] }),
    get({ ...ok, parameters: [query("page")] }),
    ["parameter-became-optional query page: breaks nobody, minor"],
  ],
  [
    "a parameter moves to the header",
    get({ ...ok, parameters: [query("tenant")] }),
    get({ ...ok, parameters: [{ ...query("tenant"), in: "header" }] }),
    ["parameter-added header tenant: breaks nobody, minor", "parameter-removed query tenant: breaks callers, major"],
  ],
  [
    "a list is written differently",
    get({ ...ok, parameters: [query("ids", { schema: { type: "array", items: text } })] }),
    get({ ...ok, parameters: [query("ids", { explode: false, schema: { type: "array", items: text } })] }),
    ["parameter-style-changed query ids: breaks callers, patch"],
  ],
  [
    "a parameter takes fewer values",
    get({ ...ok, parameters: [query("sort", { schema: { enum: ["a", "b"] } })] }),
    get({ ...ok, parameters: [query("sort", { schema: { enum: ["a"] } })] }),
    ["enum-value-removed query sort: breaks callers, major"],
  ],
  [
    "a path's own parameter is an operation's",
    documentOf({ paths: { "/things": { parameters: [query("page")], get: ok } } }),
    get({ ...ok, parameters: [query("page")] }),
    [],
  ],
  [
    "a body may be sent",
    post({}),
    post({ requestBody: { content: json(text) } }),
    ["body-added body: breaks nobody, minor"],
  ],
  [
    "a body must be sent",
    post({}),
    post({ requestBody: { required: true, content: json(text) } }),
    ["required-body-added body: breaks callers, major"],
  ],
  [
    "a body is no longer taken",
    post({ requestBody: { content: json(text) } }),
    post({}),
    ["body-removed body: breaks callers, major"],
  ],
  [
    "the body becomes required",
    post({ requestBody: { content: json(text) } }),
    post({ requestBody: { required: true, content: json(text) } }),
    ["body-became-required body: breaks callers, major"],
  ],
  [
    "a media type of the body is another",
    post({ requestBody: { content: json(text) } }),
    post({ requestBody: { content: { "text/plain": { schema: text } } } }),
    [
      "body-media-type-removed body application/json: breaks callers, major",
      "body-media-type-added body text/plain: breaks nobody, minor",
    ],
  ],
  [
    "a media type gets a charset",
    post({ requestBody: { content: json(text) } }),
    post({ requestBody: { content: { "application/json; charset=utf-8": { schema: text } } } }),
    [],
  ],
  [
    "a success has another status",
    answers({ "200": { description: "Found" } }),
    answers({ "201": { description: "Made" } }),
    [
      "success-response-removed response 200: breaks readers, major",
      "success-response-added response 201: breaks readers, major",
    ],
  ],
  [
    "an error status is added",
    answers({}),
    answers({ "404": { description: "Not found" } }),
    ["error-response-added response 404: breaks nobody, minor"],
  ],
  [
    "an error status is gone",
    answers({ "404": { description: "Not found" } }),
    answers({}),
    ["error-response-removed response 404: breaks nobody, minor"],
  ],
  [
    "the answer has no body any more",
    answers({ "200": { description: "Found", content: json(text) } }),
    answers({ "200": { description: "Found" } }),
    ["response-body-removed response 200: breaks readers, major"],
  ],
  [
    "the answer has a body",
    answers({ "200": { description: "Found" } }),
    answers({ "200": { description: "Found", content: json(text) } }),
    ["response-body-added response 200: breaks nobody, minor"],
  ],
  [
    "a header of the answer is gone",
    header({}),
    answers({ "200": { description: "Found" } }),
    ["response-header-removed response 200 header x-total: breaks readers, major"],
  ],
  [
    "a header of the answer may be missing",
    header({ required: true }),
    header({}),
    ["response-header-became-optional response 200 header x-total: breaks readers, major"],
  ],
  [
    "a header of the answer is another type",
    header({}),
    header({ schema: { type: "integer" } }),
    ["type-changed response 200 header x-total: breaks readers, major"],
  ],
  [
    "lists are walked differently",
    get({
      ...ok,
      "x-latchkey-pagination": { scheme: "page", in: "query", position: "page", items: "$response.body#/data" },
    }),
    get({
      ...ok,
      "x-latchkey-pagination": { scheme: "page", in: "query", position: "p", items: "$response.body#/data" },
    }),
    ["pagination-changed: breaks callers, patch"],
  ],
  [
    "lists are no longer walked",
    get({
      ...ok,
      "x-latchkey-pagination": { scheme: "page", in: "query", position: "page", items: "$response.body#/data" },
    }),
    get(ok),
    ["pagination-removed: breaks callers, major"],
  ],
  [
    "another permission is needed",
    get({ ...ok, "x-latchkey-permission": "read" }),
    get({ ...ok, "x-latchkey-permission": "admin" }),
    ["permission-changed: breaks callers, major"],
  ],
  [
    "an operation is on another host",
    get(ok),
    get({ ...ok, servers: [{ url: "https://files.acme.example" }] }),
    ["operation-moved: breaks callers, patch"],
  ],
];

describe("an operation's change", () => {
  test.for(rows)("%s", async ([, before, after, want]) => {
    expect((await compareDocuments(before, after)).changes.map(show)).toEqual(want);
  });
});

test("the greatest of all changes decides the version", async () => {
  const versions = async (before: JsonObject, after: JsonObject) => (await compareDocuments(before, after)).version;
  expect(await versions(get(ok), get(ok))).toBe("none");
  expect(await versions(get(ok), get({ ...ok, deprecated: true }))).toBe("minor");
  expect(await versions(get(ok), get({ ...ok, deprecated: true, parameters: [query("a", { required: true })] }))).toBe(
    "major",
  );
});
