/** What a document holds is a name, a string or a comment of the types, and never code; what is too much is refused. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateTypes } from "../../../scripts/codegen/generate-types.ts";
import type { TypesOptions } from "../../../scripts/codegen/types-only/options.ts";
import { complaintsAbout } from "../../support/native-compiler.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-types-"));
});
afterAll(() => rm(folder, { recursive: true }));

const generate = async (document: object, options: TypesOptions = {}): Promise<string> => {
  const path = join(folder, "acme.json");
  await writeFile(path, JSON.stringify({ openapi: "3.1.0", info: { title: "Acme", version: "1" }, ...document }));
  return generateTypes({ document: path, origin: "acme.json\n*/ evil()", options });
};

/** Ends a comment, a string, a template, an object and a line, and adds a statement. */
const evil = `*/ "'\`]}; evil();\n//\u2028/* \${evil()} @ts-nocheck \u202e`;

test("text of a document ends no comment, string, template or name", async () => {
  const about = {
    title: evil,
    summary: evil,
    description: evil,
    format: evil,
    default: evil,
    example: evil,
    deprecated: true,
  };
  const schema = {
    type: "object",
    ...about,
    required: [evil],
    properties: {
      [evil]: { ...about, type: "string", enum: [evil, "__proto__"] },
      ["__proto__"]: { const: { [evil]: evil } },
    },
    $defs: { [evil]: {} },
  };
  const operation = {
    ...about,
    operationId: evil,
    parameters: [{ name: evil, in: "query", schema: { type: "string" } }],
    requestBody: { content: { [evil]: { schema } } },
    responses: { 200: { description: evil, headers: { [evil]: {} }, content: { [evil]: { schema } } } },
  };
  const document = {
    paths: { [`/${evil}/{id}`]: { get: operation } },
    webhooks: { [evil]: { post: { responses: {} } } },
    $defs: { [evil]: schema },
    components: {
      schemas: {
        [evil]: schema,
        Child: { allOf: [{ $ref: `#/components/schemas/${encodeURIComponent(evil.replaceAll("/", "~1"))}` }] },
      },
    },
  };
  for (const options of [
    {},
    { pathParamsAsTypes: true, rootTypes: true, rootTypesKeepCasing: true, immutable: true },
  ]) {
    const types = await generate(document, options);
    await writeFile(join(folder, "acme.ts"), types);
    expect(await complaintsAbout(folder, "acme.ts")).toEqual([]);
    const withoutText = types.replace(/\/\*.*?\*\/|\/\/.*|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/gsu, "");
    expect(withoutText).not.toContain("evil()");
    expect(types).not.toMatch(/[\u2028\u202e]/u);
  }
});

test("parts that double with each reference are refused", async () => {
  const part = (index: number) => ({ allOf: [0, 1].map(() => ({ $ref: `#/paths/~1p${index + 1}/get/x-part` })) });
  const paths = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `/p${index}`,
      {
        get: {
          responses: {},
          "x-part": index === 39 ? { type: "string", description: "x".repeat(1000) } : part(index),
        },
      },
    ]),
  );
  const responses = {
    200: { description: "", content: { "application/json": { schema: { $ref: "#/paths/~1p0/get/x-part" } } } },
  };
  await expect(generate({ paths: { ...paths, "/a": { get: { responses } } } })).rejects.toThrow(
    /too deeply or expand too far/u,
  );
});

test("a long chain of components, each in the one before, is read to its end", async () => {
  const schemas = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, index) => [
      `S${index}`,
      index === 1_999 ? { type: "string" } : { allOf: [{ $ref: `#/components/schemas/S${index + 1}` }] },
    ]),
  );
  expect(await generate({ paths: {}, components: { schemas } })).toContain('S0: components["schemas"]["S1"];');
});
