import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { extensions } from "../../scripts/codegen/extensions/definitions.ts";
import { publishedSchema } from "../../scripts/codegen/extensions/published-schema.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/extensions.md");

it("documents every extension under a heading of its own, with where it stands", () => {
  for (const [name, { on }] of Object.entries(extensions)) {
    expect(page).toContain(`\n## ${name}\n`);
    expect(page).toContain(`| [\`${name}\`](#${name}) | ${on} |`);
  }
});

it("names every key and every choice of every extension in its section", () => {
  const { $defs } = JSON.parse(publishedSchema());
  for (const name of Object.keys(extensions)) {
    const section = page.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
    for (const word of wordsOf($defs[name]))
      expect(section, `${name}: ${word}`).toMatch(new RegExp(`\`${word}(:[^\`]*)?\``, "u"));
  }
});

it("shows examples that the extensions' own schema takes", () => {
  for (const [name, { schema }] of Object.entries(extensions)) {
    const example = new RegExp(`\n## ${name}\n.*?\`\`\`yaml\n(.*?)\`\`\``, "su").exec(page)?.[1];
    const found = valuesOf(parse(example ?? ""), name);
    expect(found.length, name).toBeGreaterThan(0);
    for (const value of found) expect(schema.safeParse(value), name).toMatchObject({ success: true });
  }
});

it("publishes a JSON Schema, the one that is checked in, which judges as the definition does", () => {
  expect(read("scripts/schema/latchkey-extensions.schema.json")).toBe(publishedSchema());
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(publishedSchema()));
  expect(validate(parse(read("test/codegen/documents/extensions.yaml")))).toBe(true);
  expect(validate({ "x-latchkey-retry": { delaysInSeconds: [1], delay: 1 } })).toBe(false);
  expect(validate({ paths: { "/a": { get: { "x-latchkey-pagination": { scheme: "pages" } } } } })).toBe(false);
  expect(validate({ servers: [{ "x-latchkey-server": {} }] })).toBe(false);
});

/** Property names and enumerated values, at any depth. */
function wordsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(wordsOf);
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === "properties") return Object.entries(value).flatMap(([name, member]) => [name, ...wordsOf(member)]);
    if (keyword === "enum" && Array.isArray(value)) return value.map(String);
    return keyword === "$ref" || keyword === "$defs" ? [] : wordsOf(value);
  });
}

function valuesOf(value: unknown, name: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => (key === name ? [member] : valuesOf(member, name)));
}
