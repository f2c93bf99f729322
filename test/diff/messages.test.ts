import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../scripts/codegen/util/json.ts";
import { compareContracts } from "../../scripts/diff/contract/compare-contracts.ts";
import { toReport } from "../../scripts/diff/report/print-json.ts";
import { compareDocuments, contractOf, documentOf, json, show } from "./support/compare.ts";

const text = { type: "string" } as const;
const order = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more });
const ok: JsonObject = { responses: { "200": { description: "Taken" } } };
const body = (schema: Json, more: JsonObject = {}): JsonObject => ({ requestBody: { content: json(schema), ...more } });
const webhook = (operation: JsonObject): JsonObject =>
  documentOf({ paths: {}, webhooks: { orderChanged: { post: { ...ok, ...operation } } } });
const calling = (callbacks: JsonObject | undefined): JsonObject =>
  documentOf({ paths: { "/orders": { post: { ...ok, ...(callbacks === undefined ? {} : { callbacks }) } } } });
const callback = (operation: JsonObject, expression = "{$request.body#/url}"): JsonObject =>
  calling({ onShipped: { [expression]: { post: { ...ok, ...operation } } } });
const header = (more: JsonObject): JsonObject =>
  webhook({ parameters: [{ name: "X-Signature", in: "header", schema: text, ...more }] });
const answered = (responses: JsonObject): JsonObject =>
  webhook({
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, one]) => [status, { description: "Taken", ...Object(one) }]),
    ),
  });
const links = (links: JsonObject): JsonObject =>
  documentOf({ paths: { "/orders": { get: { responses: { "200": { description: "Found", links } } } } } });

type Row = readonly [name: string, before: JsonObject, after: JsonObject, want: readonly string[]];

const rows: readonly Row[] = [
  ["a webhook is added", documentOf({ paths: {} }), webhook({}), ["webhook-added: breaks nobody, minor"]],
  ["a webhook is gone", webhook({}), documentOf({ paths: {} }), ["webhook-removed: breaks readers, major"]],
  ["it is deprecated", webhook({}), webhook({ deprecated: true }), ["message-deprecated: breaks nobody, minor"]],
  ["it has a body", webhook({}), webhook(body(text)), ["message-body-added body: breaks nobody, minor"]],
  ["it has no body any more", webhook(body(text)), webhook({}), ["message-body-removed body: breaks readers, major"]],
  [
    "its body is always there",
    webhook(body(text)),
    webhook(body(text, { required: true })),
    ["message-body-became-required body: breaks nobody, minor"],
  ],
  [
    "its body may be missing",
    webhook(body(text, { required: true })),
    webhook(body(text)),
    ["message-body-became-optional body: breaks readers, major"],
  ],
  [
    "its body comes in another media type",
    webhook({ requestBody: { content: { "application/json": { schema: text } } } }),
    webhook({ requestBody: { content: { "application/xml": { schema: text } } } }),
    [
      "message-media-type-removed body application/json: breaks nobody, minor",
      "message-media-type-added body application/xml: breaks readers, major",
    ],
  ],
  [
    "a property is gone: what the vendor sends is a reader's matter",
    webhook(body(order({ id: text, total: text }))),
    webhook(body(order({ id: text }))),
    ["property-removed body application/json /total: breaks readers, major"],
  ],
  [
    "a property must be there, which no caller sends",
    webhook(body(order({ id: text }))),
    webhook(body(order({ id: text }, { required: ["id"] }))),
    ["property-became-required body application/json /id: breaks nobody, minor"],
  ],
  [
    "a header is sent with it",
    webhook({}),
    header({}),
    ["message-parameter-added header x-signature: breaks nobody, minor"],
  ],
  [
    "a header is no longer sent with it",
    header({}),
    webhook({}),
    ["message-parameter-removed header x-signature: breaks readers, major"],
  ],
  [
    "a header is always there",
    header({}),
    header({ required: true }),
    ["message-parameter-became-required header x-signature: breaks nobody, minor"],
  ],
  [
    "a header may be missing",
    header({ required: true }),
    header({}),
    ["message-parameter-became-optional header x-signature: breaks readers, major"],
  ],
  [
    "a header is written differently, and is of another type",
    header({ schema: { type: "array", items: text } }),
    header({ schema: { type: "array", items: { type: "integer" } }, explode: true }),
    [
      "message-parameter-style-changed header x-signature: breaks readers, major",
      "type-changed header x-signature /[]: breaks readers, major",
    ],
  ],
  [
    "a callback is added",
    calling(undefined),
    callback({}),
    ["callback-added callback POST onShipped {$request.body#/url}: breaks nobody, minor"],
  ],
  [
    "a callback is gone",
    callback({}),
    calling(undefined),
    ["callback-removed callback POST onShipped {$request.body#/url}: breaks readers, major"],
  ],
  [
    "a callback goes elsewhere",
    callback({}),
    callback({}, "{$request.query.url}"),
    [
      "callback-removed callback POST onShipped {$request.body#/url}: breaks readers, major",
      "callback-added callback POST onShipped {$request.query.url}: breaks nobody, minor",
    ],
  ],
  [
    "a callback's property may be null",
    callback(body(order({ id: text }))),
    callback(body(order({ id: { type: ["string", "null"] } }))),
    ["null-allowed callback POST onShipped {$request.body#/url} body application/json /id: breaks readers, major"],
  ],
  [
    "it may be answered with another status",
    answered({ "200": {} }),
    answered({ "200": {}, "202": {} }),
    ["answer-added answer 202: breaks nobody, minor"],
  ],
  [
    "a status to answer it with is gone",
    answered({ "200": {}, "202": {} }),
    answered({ "200": {} }),
    ["answer-removed answer 202: breaks callers, major"],
  ],
  [
    "its answer is to have a body, and needs none any more",
    answered({ "200": {}, "202": { content: json(text) } }),
    answered({ "200": { content: json(text) }, "202": {} }),
    ["answer-body-added answer 200: breaks callers, major", "answer-body-removed answer 202: breaks nobody, minor"],
  ],
  [
    "its answer is of another media type",
    answered({ "200": { content: { "application/json": { schema: text } } } }),
    answered({ "200": { content: { "application/xml": { schema: text } } } }),
    [
      "answer-media-type-removed answer 200 application/json: breaks callers, major",
      "answer-media-type-added answer 200 application/xml: breaks nobody, minor",
    ],
  ],
  [
    "a property of its answer must be sent, which is a caller's matter",
    answered({ "200": { content: json(order({ id: text })) } }),
    answered({ "200": { content: json(order({ id: text }, { required: ["id"] })) } }),
    ["property-became-required answer 200 application/json /id: breaks callers, major"],
  ],
  [
    "headers of its answer come and go",
    answered({ "200": { headers: { "X-Old": { schema: text } } } }),
    answered({ "200": { headers: { "X-May": { schema: text }, "X-Must": { schema: text, required: true } } } }),
    [
      "answer-header-added answer 200 header x-may: breaks nobody, minor",
      "required-answer-header-added answer 200 header x-must: breaks callers, major",
      "answer-header-removed answer 200 header x-old: breaks nobody, minor",
    ],
  ],
  [
    "a header of its answer must be there, another need not, a third is of another type",
    answered({
      "200": { headers: { A: { schema: text }, B: { schema: text, required: true }, C: { schema: text } } },
    }),
    answered({
      "200": {
        headers: { A: { schema: text, required: true }, B: { schema: text }, C: { schema: { type: "integer" } } },
      },
    }),
    [
      "answer-header-became-required answer 200 header a: breaks callers, major",
      "answer-header-became-optional answer 200 header b: breaks nobody, minor",
      "type-changed answer 200 header c: breaks callers, major",
    ],
  ],
  [
    "the response to a callback is reported below its operation",
    callback({ responses: { "200": { description: "Taken" } } }),
    callback({ responses: { "204": { description: "Taken" } } }),
    [
      "answer-removed callback POST onShipped {$request.body#/url} answer 200: breaks callers, major",
      "answer-added callback POST onShipped {$request.body#/url} answer 204: breaks nobody, minor",
    ],
  ],
  [
    "links come and go",
    links({ one: { operationId: "a" } }),
    links({ other: { operationId: "a" } }),
    [
      "link-removed response 200 link one: breaks readers, major",
      "link-added response 200 link other: breaks nobody, minor",
    ],
  ],
  [
    "nothing but descriptions and extensions",
    webhook({ description: "a", "x-note": { post: {} } }),
    { ...webhook({ description: "b" }), "x-webhooks": {} },
    [],
  ],
];

describe("what the vendor sends", () => {
  test.for(rows)("%s", async ([, before, after, want]) => {
    expect((await compareDocuments(before, after)).changes.map(show)).toEqual(want);
  });

  test("is reported by its kind, method and name, a callback below its operation", async () => {
    const [before, after] = [webhook(body(order({ id: text }))), webhook(body(order({})))];
    expect((await compareDocuments(before, after)).changes).toMatchObject([
      { area: "operations", subject: "webhook POST orderChanged" },
    ]);
    expect((await compareDocuments(callback({}), calling(undefined))).changes).toMatchObject([
      { area: "operations", subject: "POST /orders" },
    ]);
  });

  test("leads to components, by references to path items and callbacks too: readers are broken by what they lose", async () => {
    const document = (properties: JsonObject) => {
      const operation = { post: { ...ok, ...body({ $ref: "#/components/schemas/Order" }) } };
      return documentOf({
        paths: { "/orders": { post: { ...ok, callbacks: { onShipped: { $ref: "#/components/callbacks/Shipped" } } } } },
        webhooks: { orderChanged: { $ref: "#/components/pathItems/Changed" } },
        components: {
          schemas: { Order: order(properties) },
          pathItems: { Changed: operation },
          callbacks: { Shipped: { "{$request.body#/url}": operation } },
        },
      });
    };
    const diff = await compareDocuments(document({ id: text, total: text }), document({ id: text }));
    expect(diff.changes).toMatchObject([
      {
        area: "schemas",
        subject: "Order",
        at: "/total",
        rule: "property-removed",
        breaks: { callers: false, readers: true },
        operations: ["POST /orders", "webhook POST orderChanged"],
      },
    ]);
    expect(toReport([diff])).toMatchObject({ breaking: true, version: "major" });
  });

  const receipt = { "200": { description: "Taken", content: json({ $ref: "#/components/schemas/Receipt" }) } };
  test.for([
    ["a webhook", webhook({ responses: receipt }), "webhook POST orderChanged"],
    ["a callback", callback({ responses: receipt }), "POST /orders"],
  ] as const)(
    "what %s is answered with leads to components: callers are broken by what they must send",
    async ([, answering, operation]) => {
      const document = (more: JsonObject) => ({
        ...answering,
        components: { schemas: { Receipt: order({ id: text }, more) } },
      });
      const { changes } = await compareDocuments(document({}), document({ required: ["id"] }));
      expect(changes).toMatchObject([
        {
          subject: "Receipt",
          rule: "property-became-required",
          breaks: { callers: true, readers: false },
          operations: [operation],
        },
      ]);
    },
  );

  test("an older contract without responses to messages is compared without them", async () => {
    const contract = await contractOf(webhook({}));
    const older = structuredClone(contract);
    for (const message of Object.values(older.webhooks ?? {})) delete message.responses;
    expect(compareContracts(older, contract).changes).toEqual([]);
    expect(compareContracts(contract, older).changes).toEqual([]);
  });
});
