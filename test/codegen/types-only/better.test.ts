/** Where openapi-typescript 7.13 is wrong, the types are right; its issues are named on the page "Coming from openapi-typescript". */
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
  await writeFile(
    path,
    JSON.stringify({ openapi: "3.1.0", info: { title: "Acme", version: "1" }, paths: {}, ...document }),
  );
  return generateTypes({ document: path, origin: "acme.json", options });
};

/** The complaints of a strict compiler about a program that uses the types. */
async function complaints(types: string, program = "export {};\n"): Promise<string[]> {
  await writeFile(join(folder, "acme.ts"), types);
  await writeFile(join(folder, "program.ts"), program);
  return complaintsAbout(folder, "acme.ts", "program.ts");
}

const toSchema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const uses = (schema: string, statements: string): string =>
  `import type { components } from "./acme.ts";\ntype It = components["schemas"]["${schema}"];\n${statements}\nexport type { It };\n`;

test("no value needs a member $defs (2664), and references into it hold", async () => {
  const types = await generate({
    components: {
      schemas: {
        Pet: {
          type: "object",
          properties: { kind: { $ref: "#/components/schemas/Pet/$defs/Kind" } },
          required: ["kind"],
          $defs: { Kind: { type: "string", enum: ["cat"] } },
        },
      },
    },
  });
  expect(await complaints(types, uses("Pet", 'export const pet: It = { kind: "cat" };'))).toEqual([]);
  expect(await complaints(types, uses("Pet", 'export const pet: It = { kind: "dog" };'))).toHaveLength(1);
});

test("minItems and maxItems count from the least to the most (2048)", async () => {
  const schemas = { Pair: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 2 } };
  expect(await generate({ components: { schemas } }, { arrayLength: true })).toContain(
    "Pair: [string] | [string, string];",
  );
});

test("what takes in a union keeps its branches (1690)", async () => {
  const types = await generate({
    components: {
      schemas: {
        Pet: {
          oneOf: [toSchema("Cat"), toSchema("Dog")],
          discriminator: { propertyName: "kind", mapping: { cat: "Cat", dog: "#/components/schemas/Dog" } },
        },
        Owned: {
          allOf: [toSchema("Pet"), { type: "object", required: ["owner"], properties: { owner: { type: "string" } } }],
        },
        Cat: { type: "object", required: ["lives"], properties: { lives: { type: "integer" } } },
        Dog: { type: "object", properties: { bark: { type: "boolean" } } },
      },
    },
  });
  const program = uses("Owned", 'export const lives = (pet: It): number => (pet.kind === "cat" ? pet.lives : 0);');
  expect(await complaints(types, program)).toEqual([]);
});

test("a parent whose union lists its children compiles, and they have its members (1665)", async () => {
  const types = await generate({
    components: {
      schemas: {
        Pet: {
          type: "object",
          required: ["kind", "name"],
          properties: { kind: { type: "string" }, name: { type: "string" } },
          discriminator: { propertyName: "kind", mapping: { cat: "#/components/schemas/Cat" } },
          oneOf: [toSchema("Cat")],
        },
        Cat: { allOf: [toSchema("Pet"), { type: "object", properties: { lives: { type: "integer" } } }] },
      },
    },
  });
  expect(
    await complaints(types, uses("Cat", 'export const cat: It = { kind: "cat", name: "Tom", lives: 9 };')),
  ).toEqual([]);
  expect(await complaints(types, uses("Cat", 'export const cat: It = { kind: "cat", lives: 9 };'))).toHaveLength(1);
});

test("a schema of itself compiles (1603)", async () => {
  const schemas = {
    Json: {
      anyOf: [
        { type: "string" },
        { type: "array", items: toSchema("Json") },
        { type: "object", additionalProperties: toSchema("Json") },
        toSchema("Json"),
      ],
    },
    Lists: { type: "array", items: toSchema("Lists") },
  };
  expect(await complaints(await generate({ components: { schemas } }))).toEqual([]);
});

test("root types have names that compile, each its own (2128)", async () => {
  const schemas = { "200-ok": {}, pet: {}, Pet: {}, Record: { type: "object" }, components: {}, "a.b": {} };
  const options = { rootTypes: true, rootTypesNoSchemaPrefix: true, rootTypesKeepCasing: true };
  expect(
    await complaints(await generate({ components: { schemas, responses: { pet: { description: "" } } } }, options)),
  ).toEqual([]);
});

test("a component that is a reference has the type of what it refers to", async () => {
  const types = await generate({
    components: {
      parameters: {
        Page: { name: "page", in: "query", schema: { type: "integer" } },
        Alias: { $ref: "#/components/parameters/Page" },
      },
      responses: { Fine: { description: "" }, Alias: { $ref: "#/components/responses/Fine" } },
    },
  });
  expect(types).toContain('Alias: components["parameters"]["Page"];');
  expect(types).toContain('Alias: components["responses"]["Fine"];');
});

test("a reference to an optional member, or to a part that has no name, is what it leads to", async () => {
  const types = await generate({
    paths: {
      "/pets": {
        get: {
          parameters: [{ name: "page", in: "query", schema: { type: "integer" } }],
          responses: {
            200: {
              description: "",
              content: { "application/json": { schema: { type: "array", items: { type: "string" } } } },
            },
          },
        },
        post: {
          parameters: [{ $ref: "#/paths/~1pets/get/parameters/0" }],
          responses: { 200: { $ref: "#/paths/~1pets/get/responses/200" } },
        },
      },
    },
    components: {
      schemas: {
        Pet: {
          type: "object",
          properties: { name: { type: "string" }, tags: { type: "array", items: { enum: ["a"] } } },
        },
        Name: { $ref: "#/components/schemas/Pet/properties/name" },
        Tag: { $ref: "#/components/schemas/Pet/properties/tags/items" },
      },
    },
  });
  const program = `import type { components, paths } from "./acme.ts";
export const name: components["schemas"]["Name"] extends string ? true : false = true;
export const tag: components["schemas"]["Tag"] = "a";
export const pets: paths["/pets"]["post"]["responses"][200]["content"]["application/json"] = ["a"];
`;
  expect(await complaints(types, program)).toEqual([]);
});

test("a second operation of one operationId keeps its type, and extensions are no paths or statuses", async () => {
  const operation = (name: string) => ({
    operationId: "list",
    parameters: [{ name, in: "query", schema: { type: "string" } }],
    responses: { 204: { description: "" }, "x-note": { description: "" } },
  });
  const types = await generate({
    paths: { "/a": { get: operation("a") }, "/b": { get: operation("b") }, "x-c": { get: operation("c") } },
  });
  expect(await complaints(types)).toEqual([]);
  expect(types.match(/operations\["list"\]/gu)).toHaveLength(1);
  expect(types).toContain("b?: string;");
  expect(types).not.toContain("x-");
});

test("the method query of OpenAPI 3.2 has its operation", async () => {
  const types = await generate({
    openapi: "3.2.0",
    paths: { "/a": { query: { operationId: "ask", responses: {} } }, "/b": {} },
  });
  expect(types).toContain('query: operations["ask"];');
});
