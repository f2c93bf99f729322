import { describe, expect, test } from "vitest";
import type { Json } from "../../scripts/codegen/util/json.ts";
import { compareDocuments, documentWith, show } from "./support/compare.ts";

/** What a change of a schema means where it is sent, and where it is received: the same rules, other people. */
type Row = readonly [name: string, before: Json, after: Json, sent: readonly string[], received: readonly string[]];

const text = { type: "string" } as const;
const object = (properties: Record<string, Json>, required: string[] = [], more: Record<string, Json> = {}): Json => ({
  type: "object",
  properties,
  required,
  ...more,
});

const nobody = (rule: string): readonly string[] => [`${rule}: breaks nobody, minor`];
const callers = (rule: string): readonly string[] => [`${rule}: breaks callers, major`];
const readers = (rule: string): readonly string[] => [`${rule}: breaks readers, major`];

/** Breaks those who send it; those who receive it get a subset of what they knew. */
const narrower = (rule: string) => [callers(rule), nobody(rule)] as const;
const wider = (rule: string) => [nobody(rule), readers(rule)] as const;
const other = (rule: string) => [callers(rule), readers(rule)] as const;
const harmless = (rule: string) => [nobody(rule), nobody(rule)] as const;
const nothing = [[], []] as const;

const rows: readonly Row[] = [
  ["a property that may be left out is added", object({}), object({ a: text }), ...harmless("property-added /a")],
  [
    "a required property is added",
    object({}),
    object({ a: text }, ["a"]),
    callers("required-property-added /a"),
    nobody("property-added /a"),
  ],
  [
    "a required property with a default is added",
    object({}),
    object({ a: { ...text, default: "x" } }, ["a"]),
    ...harmless("property-added /a"),
  ],
  ["a property is removed", object({ a: text }), object({}), ...other("property-removed /a")],
  [
    "a property becomes required",
    object({ a: text }),
    object({ a: text }, ["a"]),
    ...narrower("property-became-required /a"),
  ],
  [
    "a property becomes optional",
    object({ a: text }, ["a"]),
    object({ a: text }),
    ...wider("property-became-optional /a"),
  ],
  [
    "a property deep inside is removed",
    object({ a: { type: "array", items: object({ b: text }) } }),
    object({ a: { type: "array", items: object({}) } }),
    ...other("property-removed /a/[]/b"),
  ],
  [
    "what a map holds is another type",
    { type: "object", additionalProperties: text },
    { type: "object", additionalProperties: { type: "integer" } },
    ...other("type-changed /{}"),
  ],
  [
    "an object is closed",
    object({ a: text }),
    object({ a: text }, [], { additionalProperties: false }),
    ...narrower("properties-closed"),
  ],
  [
    "an object is opened",
    object({ a: text }, [], { additionalProperties: false }),
    object({ a: text }),
    ...harmless("properties-opened"),
  ],
  ["a type is another", text, { type: "integer" }, ...other("type-changed")],
  ["an integer becomes a number", { type: "integer" }, { type: "number" }, ...wider("type-widened")],
  ["a number becomes an integer", { type: "number" }, { type: "integer" }, ...narrower("type-narrowed")],
  ["a type is one of two", text, { type: ["string", "integer"] }, ...wider("type-widened")],
  ["anything becomes a text", {}, text, ...narrower("type-narrowed")],
  ["null is allowed", text, { type: ["string", "null"] }, ...wider("null-allowed")],
  ["null is refused", { type: ["string", "null"] }, text, ...narrower("null-refused")],
  ["null is allowed as an alternative", text, { oneOf: [text, { type: "null" }] }, ...wider("null-allowed")],
  [
    "an enum is wider, which open enums do not mind",
    { ...text, enum: ["a"] },
    { ...text, enum: ["a", "b"] },
    ...harmless("enum-value-added"),
  ],
  ["an enum is narrower", { ...text, enum: ["a", "b"] }, { ...text, enum: ["a"] }, ...narrower("enum-value-removed")],
  ["a text becomes an enum", text, { ...text, enum: ["a"] }, ...narrower("enum-added")],
  ["an enum becomes any text", { ...text, enum: ["a"] }, text, ...harmless("enum-removed")],
  ["a constant is another", { const: "a" }, { const: "b" }, ...other("constant-changed")],
  ["a constant becomes one of several values", { const: "a" }, { enum: ["a", "b"] }, ...wider("constant-removed")],
  ["one of several values becomes a constant", { enum: ["a", "b"] }, { const: "a" }, ...narrower("constant-added")],
  ["a format is another", { ...text, format: "date" }, { ...text, format: "date-time" }, ...other("format-changed")],
  ["a format is asked for", text, { ...text, format: "date" }, ...narrower("format-added")],
  ["a format is dropped", { ...text, format: "date" }, text, ...wider("format-removed")],
  [
    "an int32 becomes an int64, which is a number all the same",
    { type: "integer", format: "int32" },
    { type: "integer", format: "int64" },
    ...nothing,
  ],
  [
    "a text may be longer",
    { ...text, maxLength: 5 },
    { ...text, maxLength: 9 },
    ...wider("constraint-loosened maxLength"),
  ],
  [
    "a text must be shorter",
    { ...text, maxLength: 9 },
    { ...text, maxLength: 5 },
    ...narrower("constraint-tightened maxLength"),
  ],
  [
    "a least number is asked for",
    { type: "integer" },
    { type: "integer", minimum: 1 },
    ...narrower("constraint-tightened minimum"),
  ],
  ["a minimum length of 0 changes nothing", text, { ...text, minLength: 0 }, ...nothing],
  [
    "a pattern is another",
    { ...text, pattern: "^a" },
    { ...text, pattern: "^b" },
    ...other("constraint-changed pattern"),
  ],
  [
    "items must differ",
    { type: "array", items: text },
    { type: "array", items: text, uniqueItems: true },
    ...narrower("constraint-tightened uniqueItems"),
  ],
  [
    "an alternative is added",
    { oneOf: [text, { type: "integer" }] },
    { oneOf: [text, { type: "integer" }, { type: "boolean" }] },
    ...wider("variant-added"),
  ],
  [
    "an alternative is removed",
    { oneOf: [text, { type: "integer" }] },
    { oneOf: [text] },
    ...narrower("variant-removed"),
  ],
  [
    "a schema becomes one of two",
    object({ a: text }),
    { oneOf: [object({ a: text }), text] },
    ...wider("variant-added"),
  ],
  [
    "a property of an alternative is removed",
    { oneOf: [text, object({ a: text })] },
    { oneOf: [text, object({})] },
    ...other("property-removed /a"),
  ],
  ["a default is added", { ...text }, { ...text, default: "x" }, ...harmless("default-added")],
  ["a default is another", { ...text, default: "x" }, { ...text, default: "y" }, ...narrower("default-changed")],
  ["a condition is another", { not: { const: 1 } }, { not: { const: 2 } }, ...other("keyword-changed not")],
  [
    "a tuple's member is another type",
    { prefixItems: [text, text] },
    { prefixItems: [text, { type: "integer" }] },
    ...other("type-changed /1"),
  ],
  [
    "a property is deprecated",
    object({ a: text }),
    object({ a: { ...text, deprecated: true } }),
    ...harmless("schema-deprecated /a"),
  ],
];

describe("a schema's change", () => {
  test.for(rows)("%s, where it is sent", async ([, before, after, sent]) => {
    const { changes } = await compareDocuments(documentWith(before, undefined), documentWith(after, undefined));
    expect(changes.map((change) => show(change).replace(" body application/json", ""))).toEqual(sent);
  });

  test.for(rows)("%s, where it is received", async ([, before, after, , received]) => {
    const { changes } = await compareDocuments(documentWith(undefined, before), documentWith(undefined, after));
    expect(changes.map((change) => show(change).replace(" response 200 application/json", ""))).toEqual(received);
  });
});

describe("readOnly and writeOnly", () => {
  const whole = (schema: Json) => documentWith(schema, schema);
  const compare = async (before: Json, after: Json) =>
    (await compareDocuments(whole(before), whole(after))).changes
      .filter(({ breaks }) => breaks.callers || breaks.readers)
      .map(show);

  test("a required property that is only received is no burden to callers", async () => {
    expect(await compare(object({}), object({ a: { ...text, readOnly: true } }, ["a"]))).toEqual([]);
  });

  test("a property that is only sent is missed by no reader", async () => {
    expect(await compare(object({ a: { ...text, writeOnly: true } }), object({}))).toEqual([
      "property-removed body application/json /a: breaks callers, major",
    ]);
  });

  test("a property that becomes read-only can no longer be sent", async () => {
    expect(await compare(object({ a: text }), object({ a: { ...text, readOnly: true } }))).toEqual([
      "property-became-read-only body application/json /a: breaks callers, major",
    ]);
  });
});
