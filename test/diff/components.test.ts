import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../scripts/codegen/util/json.ts";
import { compareDocuments, documentOf, documentWith, json, show } from "./support/compare.ts";

const text = { type: "string" } as const;
const to = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const components = (schemas: JsonObject): JsonObject => ({ components: { schemas } });

const compare = async (before: JsonObject, after: JsonObject) =>
  (await compareDocuments(before, after)).changes.map((change) => `${change.subject}: ${show(change)}`);

describe("a component", () => {
  test("is reported once, with the operations that use it", async () => {
    const operation = { responses: { "200": { description: "Found", content: json(to("List")) } } };
    const document = (item: Json) =>
      documentOf({
        paths: { "/a": { get: operation }, "/b": { get: operation } },
        ...components({ List: { type: "array", items: to("Item") }, Item: item }),
      });
    const before = { type: "object", properties: { a: text, b: text } };
    const { changes } = await compareDocuments(document(before), document({ type: "object", properties: { a: text } }));
    expect(changes).toMatchObject([
      {
        area: "schemas",
        subject: "Item",
        at: "/b",
        rule: "property-removed",
        breaks: { callers: false, readers: true },
        operations: ["GET /a", "GET /b"],
      },
    ]);
  });

  test("that is sent and received breaks both", async () => {
    const document = (schema: Json) => documentWith(to("Thing"), to("Thing"), components({ Thing: schema }));
    expect(await compare(document({ type: "object", properties: { a: text } }), document({ type: "object" }))).toEqual([
      "Thing: property-removed /a: breaks callers and readers, major",
    ]);
  });

  test("that no operation uses breaks nobody", async () => {
    const document = (schema: Json) => documentWith(text, text, components({ Thing: schema }));
    expect(await compare(document(text), document({ type: "integer" }))).toEqual([
      "Thing: type-changed: breaks nobody, minor",
    ]);
  });

  test("with another name is the same component, in a circle too", async () => {
    const document = (name: string, other: string) =>
      documentWith(
        to(name),
        to(name),
        components({
          [name]: { type: "object", properties: { next: to(name), other: to(other) } },
          [other]: { type: "object", properties: { back: to(name) } },
        }),
      );
    expect(await compare(document("Node", "Leaf"), document("Knoten", "Blatt"))).toEqual([
      "Blatt: schema-renamed: breaks nobody, minor",
      "Knoten: schema-renamed: breaks nobody, minor",
    ]);
  });

  test("with another name is the same alternative, however many there are", async () => {
    const document = (prefix: string) => {
      const names = Array.from({ length: 60 }, (_, index) => `${prefix}${index}`);
      const all = names.map((name, index): [string, Json] => [
        name,
        { type: "object", properties: { [`only${index}`]: text, next: to(names[(index + 1) % 60] ?? "") } },
      ]);
      return documentWith(undefined, { oneOf: names.map(to) }, components(Object.fromEntries(all)));
    };
    const changes = await compare(document("Old"), document("New"));
    expect(changes).toHaveLength(60);
    expect(changes[0]).toBe("New0: schema-renamed: breaks nobody, minor");
  });

  test("with another name and another shape is compared, once", async () => {
    const document = (name: string, schema: Json) => documentWith(undefined, to(name), components({ [name]: schema }));
    const before = document("Old", { type: "object", properties: { a: text, next: to("Old") } });
    const after = document("New", { type: "object", properties: { next: to("New") } });
    expect(await compare(before, after)).toEqual([
      "New: schema-renamed: breaks nobody, minor",
      "New: property-removed /a: breaks readers, major",
    ]);
  });

  test("that takes the place of its own content changes nothing", async () => {
    const schema = { type: "object", properties: { a: text } };
    expect(
      await compare(documentWith(schema, schema), documentWith(to("Thing"), schema, components({ Thing: schema }))),
    ).toEqual(["Thing: schema-added: breaks nobody, minor"]);
  });

  test("whose properties move into a base that it is made of is the same", async () => {
    const whole = { type: "object", properties: { a: text, b: text }, required: ["a"] };
    const base = { type: "object", properties: { a: text }, required: ["a"] };
    const parts = { allOf: [to("Base"), { type: "object", properties: { b: text } }] };
    const before = documentWith(undefined, to("Thing"), components({ Thing: whole }));
    const after = documentWith(undefined, to("Thing"), components({ Thing: parts, Base: base }));
    expect(await compare(before, after)).toEqual(["Base: schema-added: breaks nobody, minor"]);
  });

  test("that goes round through every keyword comes to an end", async () => {
    const document = (more: Json) =>
      documentWith(
        to("A"),
        to("B"),
        components({
          A: { allOf: [to("B"), { type: "object", properties: { a: to("A"), more } }] },
          B: { anyOf: [to("A"), to("C"), { type: "array", items: to("B") }] },
          C: { type: "object", additionalProperties: to("A") },
        }),
      );
    expect(await compare(document(text), document({ type: "integer" }))).toEqual([
      "A: type-changed /more: breaks callers and readers, major",
    ]);
  });

  test("in whose place another one is answered is compared with that, round a circle of both", async () => {
    const both = components({
      A: { type: "object", properties: { a: text, next: to("A") } },
      B: { type: "object", properties: { next: to("B") } },
    });
    expect(await compare(documentWith(undefined, to("A"), both), documentWith(undefined, to("B"), both))).toEqual([
      "POST /things: property-removed response 200 application/json /a: breaks readers, major",
    ]);
  });

  test("however entangled is compared in bounded time", async () => {
    const names = Array.from({ length: 16 }, (_, index) => `S${index}`);
    const document = (prefix: string, leaf: Json) => {
      const all = names.map((name): [string, Json] => [
        prefix + name,
        {
          oneOf: [
            ...names.map((other) => ({ type: "object", properties: { [other]: to(prefix + other), leaf } })),
            { allOf: names.map((other) => to(prefix + other)) },
          ],
        },
      ]);
      return documentWith(undefined, to(`${prefix}S0`), components(Object.fromEntries(all)));
    };
    const { version } = await compareDocuments(document("Old", text), document("New", { type: "integer" }));
    expect(version).toBe("major");
  });
});
