/** A document's patterns: none of them keeps a program busy, whatever text a vendor sends. */
import { describe, expect, it, test } from "vitest";
import { generateVendor } from "../../scripts/codegen/generate-vendor.ts";
import { DocumentError, type Diagnostic } from "../../scripts/codegen/load/diagnostics.ts";
import { longestText, patternLimit } from "../../scripts/codegen/openapi/pattern-limit.ts";
import { component, pattern, string } from "../../src/zod.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";

const exponential = [
  "^(a+)+$",
  "^(a|a)*$",
  "(x+x+)+y",
  "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
  "^(a|ab|b)*$",
  "^(a*)*$",
  "(a|aa)+$",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "^(?:\\d+|\\d+\\.\\d+)*x$",
  "^\\s*(\\w+\\s*)+:$",
  "(?=(a+)+$)b",
  "^(\\w|\\d)+$",
  "^(?:a?){50}a{50}$",
  "^(\\p{L}|[a-z])+$",
  "^(?:(a+)b?)+\\1$",
  "^(?<name>a+)+$",
  "^([^]]|[\\]])*$",
];

test.each(exponential)("%s is tested on no text", (source) => expect(patternLimit(source)).toBeUndefined());

test.each([
  "^[a-z]+$",
  "^\\d{4}-\\d{2}-\\d{2}$",
  "^[A-Z]{2}[0-9]{3,10}$",
  "^([0-9a-f]{2}:){5}[0-9a-f]{2}$",
  "^[a-z0-9]+(-[a-z0-9]+)*$",
  "^\\p{Lu}+$",
  "^(?!-)[a-z-]{1,63}$",
  "^(?<year>\\d{4})$",
])("%s is tested on every text up to the longest", (source) => expect(patternLimit(source)).toBe(longestText));

test.each([
  ["\\s+$", 1_000, " "],
  ["^[^@]+@[^@]+$", 1_000, "a"],
  ["^(.*)(.*)(.*)x$", 100, "a"],
])("%s is tested on texts up to about %i characters, in a moment", (source, about, character) => {
  const limit = patternLimit(source) ?? 0;
  expect(limit).toBeGreaterThanOrEqual(about * 0.9);
  expect(limit).toBeLessThanOrEqual(about * 1.1);
  const started = process.cpuUsage();
  new RegExp(source, "u").test(`${character.repeat(limit - 1)}!`);
  const { user } = process.cpuUsage(started);
  expect(user).toBeLessThan(500_000);
});

describe("validation", () => {
  const check = (source: string, limit?: number) => component(() => string(pattern(source, "u", limit)))();

  it("tests no text that is longer than the limit, and accepts it", () => {
    expect(check("^a+$", 10).safeParse("b".repeat(10)).success).toBe(false);
    expect(check("^a+$", 10).safeParse("b".repeat(11)).success).toBe(true);
    expect(check("^a+$").safeParse("b".repeat(longestText)).success).toBe(false);
    expect(check("^a+$").safeParse("b".repeat(longestText + 1)).success).toBe(true);
  });

  const schema = (thing: object) =>
    JSON.stringify({
      openapi: "3.1.0",
      info: { title: "Acme", version: "1" },
      servers: [{ url: "https://acme.example" }],
      paths: {
        "/": {
          post: {
            operationId: "send",
            requestBody: { required: true, content: { "application/json": { schema: thing } } },
            responses: { "204": { description: "" } },
          },
        },
      },
    });
  const attack = `${"a".repeat(50_000)}!`;

  it.each(exponential)("of a generated schema ends at once where a value attacks %s", async (source) => {
    const thing = { type: "object", additionalProperties: { type: "string" }, patternProperties: { [source]: {} } };
    const files = await generateText(schema({ ...thing, properties: { text: { type: "string", pattern: source } } }));
    const { send } = evaluate(textOf(files, "schemas.ts"));
    const request = Object(send).request();
    expect(request.safeParse({ text: attack, [attack]: 1 }).success).toBe(true);
  });

  it("warns of each pattern that is left out, and leaves out the conditions that hang on it", async () => {
    const bad = { type: "string", pattern: "^(a+)+$" };
    const document = schema({
      type: "object",
      properties: {
        text: bad,
        not: { not: bad },
        list: { type: "array", contains: bad },
        names: { type: "object", patternProperties: { "^(x+)+$": {} }, additionalProperties: false },
      },
    });
    const warnings: Diagnostic[] = [];
    const onWarning = (warning: Diagnostic) => warnings.push(warning);
    const read = async () => document;
    const files = await generateVendor({
      document: "acme.json",
      name: "acme",
      origin: "acme",
      extension: ".ts",
      onWarning,
      read,
    });
    const input = { document: "acme.json", name: "acme", origin: "acme", extension: ".ts", read } as const;
    const refused = generateVendor({ ...input, strictDocument: true, quiet: ["no-security-scheme"] });
    const error = await refused.catch((cause: unknown) => cause);
    const problems = error instanceof DocumentError ? error.problems : [];
    expect(problems.map(({ pointer }) => pointer.split("/schema/properties/")[1])).toEqual([
      "text/pattern",
      "not/not/pattern",
      "list/contains/pattern",
      "names/patternProperties/^(x+)+$",
    ]);
    expect(warnings.find(({ pointer }) => pointer !== "")).toMatchObject({
      message: 'the pattern "^(a+)+$" can take exponential time on some strings, so values are not checked against it',
      fix: "do not repeat a part that can match the same string in several ways",
    });
    const { send } = evaluate(textOf(files, "schemas.ts"));
    const value = { text: "b", not: "b", list: [], names: { xx: 1 } };
    expect(Object(send).request().safeParse(value).success).toBe(true);
  });

  it("refuses a document with more than 100 such patterns, which take time to judge", async () => {
    const allOf = Array.from({ length: 102 }, (_, index) => ({ type: "string", pattern: `^(a*)*${index}$` }));
    await expect(generateText(schema({ allOf }))).rejects.toThrow(/more than 100 patterns can take exponential time/u);
  });
});
