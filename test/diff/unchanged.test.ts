import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { isObject, type Json, type JsonObject } from "../../scripts/codegen/util/json.ts";
import { compareContracts } from "../../scripts/diff/contract/compare-contracts.ts";
import { contractOfDocument } from "../../scripts/diff/contract/read-contract.ts";
import { compareDocuments, documentWith } from "./support/compare.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-diff-"));
});
afterAll(() => rm(folder, { recursive: true }));

const text = { type: "string" } as const;

const rows: readonly (readonly [name: string, before: Json, after: Json])[] = [
  [
    "descriptions, titles and examples are others",
    { ...text, description: "a", example: "x" },
    { ...text, title: "b", examples: ["y"] },
  ],
  [
    "properties, required names and values are in another order",
    { properties: { a: text, b: text }, required: ["a", "b"] },
    { required: ["b", "a"], properties: { b: text, a: text } },
  ],
  ["a type stands in a list", text, { type: ["string"] }],
  ["types of a list are alternatives", { type: ["string", "integer"] }, { anyOf: [{ type: "integer" }, text] }],
  [
    "null stands beside alternatives, in one of them, or in the only one",
    { anyOf: [{ type: "object", properties: { a: text } }, { type: "null" }] },
    { anyOf: [{ type: ["object", "null"], properties: { a: text } }] },
  ],
  [
    "one alternative that may be null is no alternative",
    { oneOf: [{ type: "object", properties: { a: text } }, { type: "null" }] },
    { type: ["object", "null"], properties: { a: text } },
  ],
  ["alternatives are in another order", { oneOf: [text, { type: "integer" }] }, { oneOf: [{ type: "integer" }, text] }],
  [
    "a schema is a part of its own",
    { type: "object", properties: { a: text } },
    { allOf: [{ type: "object" }, { properties: { a: text } }] },
  ],
  [
    "a bound that is no bound is left out",
    { type: "array", items: text, minItems: 0, uniqueItems: false },
    { type: "array", items: text },
  ],
  ["further properties are allowed in words", { type: "object" }, { type: "object", additionalProperties: true }],
];

describe("nothing changed where", () => {
  test.for(rows)("%s", async ([, before, after]) => {
    expect((await compareDocuments(documentWith(before, before), documentWith(after, after))).changes).toEqual([]);
  });

  test("OpenAPI 3.1 has the same meaning as 3.0", async () => {
    const older = {
      type: "object",
      properties: { a: { type: "string", nullable: true }, b: { type: "integer", minimum: 0, exclusiveMinimum: true } },
    };
    const newer = {
      type: "object",
      properties: { a: { type: ["string", "null"] }, b: { type: "integer", exclusiveMinimum: 0 } },
    };
    const before = { ...documentWith(older, older), openapi: "3.0.3" };
    expect((await compareDocuments(before, documentWith(newer, newer))).changes).toEqual([]);
  });

  test.for(["apiera", "connectivity", "elastic-path", "popup-gift-cards", "propeller"])(
    "%s is written in another order, as JSON, without a word of description",
    async (vendor) => {
      const document = join("specs", vendor, "openapi.yaml");
      const value: JsonObject = parse(await readFile(document, "utf8"));
      const [older, newer] = [join(folder, `${vendor}.yaml`), join(folder, `${vendor}.json`)];
      await writeFile(older, stringify(value));
      await writeFile(newer, JSON.stringify(bare(value)));
      const before = await contractOfDocument({ document: older }, vendor);
      const after = await contractOfDocument({ document: newer }, vendor);
      expect(Object.keys(before.operations).length).toBeGreaterThan(0);
      expect(compareContracts(before, after).changes).toEqual([]);
    },
  );
});

/** Without descriptions that no name is made of, and with members of schemas and paths the other way round. */
function bare(value: Json, key = ""): Json {
  if (Array.isArray(value)) return value.map((one) => bare(one));
  if (!isObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
    const isText = (name === "description" || name === "summary") && typeof member === "string" && key !== "servers";
    return member === undefined || isText ? [] : [[name, key === "servers" ? member : bare(member, name)]];
  });
  return Object.fromEntries(["properties", "paths", "schemas"].includes(key) ? members.reverse() : members);
}
