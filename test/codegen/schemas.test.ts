import { describe, expect, it } from "vitest";
import type { VendorSchemas } from "../../src/vendor.ts";
import { evaluate, generateFrom, textOf } from "../support/generated.ts";

interface Case {
  readonly accepts: readonly unknown[];
  readonly rejects: readonly unknown[];
  /** Where what is sent is judged otherwise than what is received. */
  readonly sends?: { readonly accepts: readonly unknown[]; readonly rejects: readonly unknown[] };
}

const uuid = "00000000-0000-0000-0000-000000000001";

/** By the document that exercises one feature. */
const cases: Readonly<Record<string, Case>> = {
  "nullable-3.0": {
    accepts: [
      { name: null, status: null, owner: null },
      { name: "a", status: "draft", owner: { id: "1" } },
    ],
    rejects: [
      { name: 1, status: null, owner: null },
      { name: null, status: null, owner: {} },
      { status: null, owner: null },
    ],
  },
  "nullable-3.1": {
    accepts: [
      { name: null, status: null, owner: null },
      { name: "a", status: "live", owner: { id: "1" } },
    ],
    rejects: [
      { name: 1, status: null, owner: null },
      { name: null, status: null, owner: {} },
    ],
  },
  "type-list": { accepts: [{ value: "a" }, { value: 1 }], rejects: [{ value: 1.5 }, { value: null }, {}] },
  "open-enum": {
    accepts: [{ status: "draft", level: 1 }, { status: "one the vendor added later", level: 3 }, {}],
    rejects: [{ status: 1 }, { level: "1" }],
  },
  constant: {
    accepts: [{ type: "thing" }, { type: "thing", kind: 7, shape: { sides: [1, 2] } }],
    rejects: [{ type: "other" }, {}, { type: "thing", kind: 8 }, { type: "thing", shape: { sides: [2, 1] } }],
  },
  integers: {
    accepts: [
      { small: 1, big: 2 ** 53 + 2 },
      { small: -1, big: -(2 ** 63) },
    ],
    rejects: [{ small: 1.5 }, { big: 1.5 }, { big: "1" }],
  },
  formats: {
    accepts: [
      { at: "2025-11-23T14:15:22.123456Z", on: "2025-11-23", id: uuid },
      { at: "2025-11-23T14:15:22+02:00", link: "not a uri", mail: "not an address" },
    ],
    rejects: [{ at: "yesterday" }, { on: "2025-13-01" }, { id: "1" }, { link: 1 }],
  },
  "bounds-3.0": {
    accepts: [{ count: 1, ratio: 1.5, code: "ab", tags: ["a", "b"] }, { count: 10 }],
    rejects: [
      { count: 0 },
      { count: 11 },
      { ratio: 0.7 },
      { code: "a" },
      { code: "abcde" },
      { tags: [] },
      { tags: ["a", "b", "c"] },
      { tags: ["a", "a"] },
      { a: 1, b: 2, c: 3, d: 4, e: 5 },
    ],
  },
  "bounds-3.1": { accepts: [{ count: 1 }, { count: 9 }], rejects: [{ count: 0 }, { count: 10 }] },
  patterns: {
    accepts: [{ letters: "ÄÖ", legacy: "a-b.c", foreign: "whatever, the pattern does not compile here" }],
    rejects: [{ letters: "ä" }, { legacy: "a b" }],
  },
  "all-of-with-siblings": {
    accepts: [{ id: 1, name: "a", size: 1 }],
    rejects: [
      { id: 1, name: "a" },
      { name: "a", size: 1 },
      { id: 1, size: 1 },
    ],
  },
  "any-of": { accepts: [{ value: "a" }, { value: ["a"] }], rejects: [{ value: 1 }, { value: [1] }] },
  "one-of-overlapping": { accepts: [{ a: "1" }, { b: "1" }, { a: "1", b: "1" }], rejects: [{}, { a: 1 }] },
  "discriminator-mapping": {
    accepts: [
      { kind: "feline", lives: 9 },
      { kind: "canine", barks: true },
    ],
    rejects: [{ kind: "canine", lives: 9 }, { kind: "Cat", lives: 9 }, { lives: 9 }],
  },
  "discriminator-implicit": {
    accepts: [{ kind: "Cat" }, { kind: "hound" }],
    rejects: [{ kind: "Dog" }, { kind: "mouse" }],
  },
  "additional-properties": {
    accepts: [{ map: { a: 1 }, mixed: { name: "a", b: 1 }, closed: { name: "a" } }, { closed: { added: "later" } }],
    rejects: [{ map: { a: "1" } }, { mixed: { name: 1 } }, { mixed: { b: "1" } }],
    sends: { accepts: [{ closed: { name: "a" } }], rejects: [{ closed: { other: 1 } }] },
  },
  "pattern-properties": {
    accepts: [{ name: "a", n_1: 1, other: true }],
    rejects: [{ n_1: "1" }, { other: 1 }, { name: true }],
  },
  "prefix-items": {
    accepts: [{ pair: ["a", 1] }, { pair: ["a"] }, { pair: [] }],
    rejects: [{ pair: [1, "a"] }, { pair: ["a", 1, 2] }],
  },
  recursive: {
    accepts: [{ name: "a", children: [{ name: "b", children: [] }] }],
    rejects: [{ name: "a", children: [{ name: "b", children: [{}] }] }],
  },
  "recursive-list": { accepts: [[], [[], [[]]]], rejects: [[1], [[], [{}]]] },
  "recursive-json": { accepts: ["a", ["a", { b: ["c"] }], {}], rejects: [1, ["a", { b: [1] }]] },
  "mutually-recursive": {
    accepts: [{ owner: { name: "a", things: [{ owner: { name: "b" } }] } }],
    rejects: [{ owner: { name: "a", things: [{ owner: {} }] } }],
  },
  "cycle-in-place": { accepts: [{ id: 1, name: "a" }], rejects: [{ id: 1 }, { name: "a" }] },
  "read-only-and-write-only": {
    accepts: [{ id: 1, name: "a" }],
    rejects: [{ name: "a" }, { id: "1", name: "a" }],
    sends: { accepts: [{ secret: "s", name: "a" }], rejects: [{ id: 1, name: "a" }] },
  },
  names: {
    accepts: [{ class: "a", "1st": 1, "a-b": true, "a.b": 1.5, 'with "quotes"': "a", lazy: "a" }],
    rejects: [
      { class: "a", "1st": 1, "a-b": true, 'with "quotes"': "a", constructor: 1 },
      { class: 1, "1st": 1, "a-b": true, 'with "quotes"': "a" },
      { class: "a", "1st": 1, "a-b": 1.5, 'with "quotes"': "a" },
      {},
    ],
  },
  "properties-without-type": {
    accepts: [{ name: "a", anything: null }],
    rejects: [{ name: "a" }, { name: 1, anything: 1 }, "text"],
  },
  "required-in-branches": { accepts: [{ id: 1 }, { code: "a" }], rejects: [{}, { code: 1, id: 1 }] },
  not: { accepts: [{ name: "a", value: 1 }], rejects: [{ name: "root" }, { value: [] }, { forbidden: 1 }] },
  "deep-reference": {
    accepts: [{ address: { city: "a", next: { city: "b" } }, items: [{ sku: "1" }] }],
    rejects: [
      { address: {}, items: [] },
      { address: { city: "a", next: {} }, items: [] },
      { address: { city: "a" }, items: [{}] },
    ],
  },
  default: { accepts: [{ name: "a" }, { name: "a", size: 1 }], rejects: [{ size: 1 }] },
  conditional: {
    accepts: [
      { kind: "sized", size: 1 },
      { kind: "new", name: "a" },
    ],
    rejects: [{ kind: "scaled" }, { kind: "new", size: 1 }],
  },
  contains: {
    accepts: [
      [5, 6],
      [1, 5, "a", 7, 9],
    ],
    rejects: [[5], [5, 6, 7, 8], [], {}],
  },
  "property-names": { accepts: [{ abc: 1 }, {}], rejects: [{ Abc: 1 }, { abcde: 1 }, { abc: "1" }] },
  dependents: {
    accepts: [{ address: "a" }, { card: "a", address: "b" }, { gift: true, note: "a" }],
    rejects: [{ card: "a" }, { gift: true }],
  },
  "keywords-without-type": {
    accepts: [
      { text: 1, number: "1", list: {}, object: [] },
      { text: "ab", number: 3.3, list: [1], object: { id: 1 } },
    ],
    rejects: [{ text: "a" }, { text: "bc" }, { number: 2.9 }, { number: 3.05 }, { list: [] }, { object: {} }],
  },
  characters: { accepts: [{ name: "😀😀😀" }, { name: "ab" }], rejects: [{ name: "😀" }, { name: "😀😀😀😀" }] },
  "closed-parts": {
    accepts: [
      { id: 1, size: 1 },
      { id: 1, size: 1, more: 1 },
    ],
    rejects: [{ id: 1 }, { size: 1 }],
  },
  "reference-siblings-3.0": { accepts: [{ id: "abc" }], rejects: [{ id: 1 }] },
  "reference-siblings-3.1": { accepts: [{ id: "ab" }], rejects: [{ id: "abc" }, { id: 1 }] },
  "names-that-collide": {
    accepts: [{ a: { x: "a" }, b: { y: "a" }, c: 1, d: true, e: { class: "a", constructor: "b" } }],
    rejects: [{ a: { y: "a" } }, { a: { x: "a" }, b: { x: "a" } }, { a: { x: "a" }, e: { constructor: 1 } }],
  },
  "discriminator-nullable": {
    accepts: [{ pet: null }, { pet: { kind: "cat", lives: 9 } }, { pet: { kind: "hound" } }],
    rejects: [{ pet: { kind: "cat" } }, { pet: { kind: "mouse" } }, { pet: {} }, {}],
  },
  "enormous-enum": { accepts: [{ code: "c2000" }, { code: "c2001" }], rejects: [{ code: 1 }, {}] },
  "enum-against-type": {
    accepts: [
      { level: 3, only: "1", none: null },
      { level: "1", only: 1, none: "a" },
    ],
    rejects: [{ level: true }, { none: "b" }],
  },
  "boolean-schemas": { accepts: [{ anything: 1, empty: null, missing: [] }], rejects: [{ nothing: 1 }] },
};

const operation = "POST /things";

/** What the strict switch refuses, and what it takes all the same. */
const strictCases: Readonly<Record<string, Pick<Case, "accepts" | "rejects">>> = {
  "open-enum": {
    accepts: [{ status: "draft", level: 1 }],
    rejects: [{ status: "unheard of" }, { level: 3 }, { more: 1 }],
  },
  "all-of-with-siblings": {
    accepts: [{ id: 1, name: "a", size: 1 }],
    rejects: [{ id: 1, name: "a", size: 1, more: 1 }],
  },
  "closed-parts": { accepts: [{ id: 1, size: 1 }], rejects: [{ id: 1, size: 1, more: 1 }] },
  recursive: {
    accepts: [{ name: "a", children: [{ name: "b", children: [] }] }],
    rejects: [{ name: "a", children: [{ name: "b", children: [], more: 1 }] }],
  },
  "discriminator-mapping": {
    accepts: [{ kind: "feline", lives: 9 }],
    rejects: [
      { kind: "feline", lives: 9, more: 1 },
      { kind: "Cat", lives: 9 },
    ],
  },
  "additional-properties": { accepts: [{ map: { a: 1 } }], rejects: [{ closed: { added: "later" } }, { added: 1 }] },
};

describe.each(Object.entries(cases))("%s", (name, { accepts, rejects, sends }) => {
  it("accepts and rejects what the document means, and changes nothing", async () => {
    const thing = await load(name);
    const response = thing.responses["200"]?.();
    const request = thing.request?.();
    for (const value of accepts)
      expect(response?.safeParse(value), JSON.stringify(value)).toEqual({ success: true, data: value });
    for (const value of rejects) expect(response?.safeParse(value).success, JSON.stringify(value)).toBe(false);
    const sent = sends ?? { accepts, rejects };
    for (const value of sent.accepts)
      expect(request?.safeParse(value), JSON.stringify(value)).toEqual({ success: true, data: value });
    for (const value of sent.rejects) expect(request?.safeParse(value).success, JSON.stringify(value)).toBe(false);
  });
});

describe.each(Object.entries(strictCases))("%s, strict", (name, { accepts, rejects }) => {
  it("takes no more than the document names", async () => {
    const response = (await load(name, true)).responses["200"]?.();
    for (const value of accepts)
      expect(response?.safeParse(value), JSON.stringify(value)).toEqual({ success: true, data: value });
    for (const value of rejects) expect(response?.safeParse(value).success, JSON.stringify(value)).toBe(false);
  });
});

describe("schemas.ts", () => {
  it("keeps what a vendor added: unknown properties pass through", async () => {
    const value = { name: "a", addedLater: { deep: 1 } };
    expect((await load("recursive")).responses["200"]?.().safeParse(value)).toEqual({ success: true, data: value });
  });

  it("builds each component once", async () => {
    const { operations } = await loadAll("recursive");
    const thing = operations[operation];
    expect(thing?.responses["200"]?.().safeParse({}).success).toBe(false);
    expect(textOf(await generateFrom("recursive"), "schemas.ts").match(/const Thing: /gu)).toHaveLength(1);
  });

  it("declares what is sent by its type as sent, where that differs", async () => {
    const text = textOf(await generateFrom("read-only-and-write-only"), "schemas.ts");
    expect(text).toContain('const Thing: () => z.Schema<components["schemas"]["Thing"]>');
    expect(text).toContain('const ThingWrite: () => z.Schema<components["sent"]["Thing"]>');
  });

  it("has a request for forms too, none for bodies that are not JSON, and takes any of several JSON bodies", async () => {
    const { operations } = await loadAll("bodies");
    expect(operations["POST /form"]?.request?.().safeParse({}).success).toBe(false);
    expect(operations["POST /form"]?.responses).toEqual({});
    const optional = operations["POST /optional"];
    expect(optional?.request?.().safeParse(undefined).success).toBe(true);
    expect(Object.keys(optional?.responses ?? {})).toEqual(["4XX"]);
    expect(optional?.responses["4XX"]?.().safeParse({ title: "a" }).success).toBe(true);
    expect(optional?.responses["4XX"]?.().safeParse({ error: "a" }).success).toBe(true);
    expect(optional?.responses["4XX"]?.().safeParse({}).success).toBe(false);
  });

  it("has one of what each line of a stream is, or each event's data, beside that of a body; none where it is text", async () => {
    const { operations } = await loadAll("media-types");
    for (const key of ["GET /lines", "GET /sequence", "GET /events", "GET /described", "POST /answer"]) {
      const item = operations[key]?.items?.["200"]?.();
      expect(
        [{ id: 1 }, { id: "1" }, {}].map((value) => item?.safeParse(value).success),
        key,
      ).toEqual([true, false, false]);
    }
    expect(Object.keys(operations["GET /lines"]?.responses ?? {})).toEqual([]);
    expect(Object.keys(operations["POST /answer"]?.responses ?? {})).toEqual(["200"]);
    expect(operations["GET /texts"]).toBeUndefined();
  });
});

async function load(name: string, strict = false) {
  const thing = (await loadAll(name, strict)).operations[operation];
  if (thing === undefined) throw new Error(`${name} has no ${operation}`);
  return thing;
}

async function loadAll(name: string, strict = false): Promise<VendorSchemas> {
  const { operations } = evaluate(textOf(await generateFrom(name, { strict }), "schemas.ts"));
  if (!isOperations(operations)) throw new Error(`${name}: schemas.ts exports no operations`);
  return { operations };
}

/** The compiler has checked the module's own type; here it only has to be there. */
const isOperations = (value: unknown): value is VendorSchemas["operations"] =>
  typeof value === "object" && value !== null;
