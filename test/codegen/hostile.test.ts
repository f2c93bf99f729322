import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generateVendor } from "../../scripts/codegen/generate-vendor.ts";
import { type Diagnostic, DocumentError, formatDiagnostic } from "../../scripts/codegen/load/diagnostics.ts";
import { generate } from "../../scripts/generate/command.ts";
import { compile, evaluate, generateText, textOf } from "../support/generated.ts";

const head = { openapi: "3.1.0", info: { title: "Acme", version: "1" } };
const returning = (schema: unknown) => ({
  "/a": { get: { responses: { "200": { description: "A", content: { "application/json": { schema } } } } } },
});
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const nested = (depth: number, [open, close]: readonly [string, string], inner: string): string =>
  `${open.repeat(depth)}${inner}${close.repeat(depth)}`;
const chain = (length: number, link: (ref: string) => unknown) => ({
  ...head,
  paths: returning({ $ref: "#/components/schemas/S0" }),
  components: {
    schemas: Object.fromEntries([
      ...many(length, (index) => [`S${index}`, link(`#/components/schemas/S${index + 1}`)]),
      [`S${length}`, { type: "object" }],
    ]),
  },
});

/** Each kind of reference to the whole document puts one copy more into it, of what is there by then. */
const copiesList = ["#", "#/components", "#/paths"].map(($ref) => ({ $ref }));
const copies = (statuses: readonly string[]) =>
  Object.fromEntries(
    statuses.map((status, index) => [
      status,
      {
        headers: Object.fromEntries(copiesList.map((one, at) => [`h${at}`, one])),
        links: Object.fromEntries(copiesList.map((one, at) => [`l${at}`, one])),
        content: Object.fromEntries(copiesList.map((schema, at) => [`c${at}`, { schema }])),
        ...(index === 0 ? {} : copiesList[index]),
      },
    ]),
  );

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-hostile-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a document that would fill the stack, the memory or the day", () => {
  it.each<[string, string | object, RegExp]>([
    [
      "JSON nested without end",
      `{"openapi":"3.1.0","x":${nested(100_000, ["[", "]"], "1")}}`,
      /nested more than 200 levels deep/u,
    ],
    [
      "YAML nested without end",
      `openapi: 3.1.0\nx: ${nested(20_000, ["[", "]"], "1")}\n`,
      /nested more than 200 levels deep/u,
    ],
    [
      "schemas nested without end",
      `{"openapi":"3.1.0","components":{"schemas":{"A":${nested(1_000, ['{"items":', "}"], "{}")}}}}`,
      /nested more than 200 levels deep/u,
    ],
    ["an alias of what it is part of", "openapi: 3.1.0\na: &a { b: *a }\n", /nested more than 200 levels deep/u],
    [
      "aliases of aliases",
      `openapi: 3.1.0\na0: &a0 [1]\n${many(30, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`).join("")}`,
      /Excessive alias count/u,
    ],
    [
      "aliases of something large",
      `openapi: 3.1.0\na: &a "${"x".repeat(100_000)}"\nb: [${many(9_000, () => "*a").join()}]\n`,
      /aliases expand to too much/u,
    ],
    ["a chain of combinations", chain(20_000, ($ref) => ({ allOf: [{ $ref }] })), /references are nested too deeply/u],
    [
      "a document copied into itself",
      {
        ...head,
        paths: {
          "/a": {
            get: { responses: copies(["200", "201", "202"]), parameters: copiesList, requestBody: { $ref: "#" } },
          },
        },
        components: { schemas: {}, pad: "x".repeat(1_000_000) },
      },
      /expand too far/u,
    ],
  ])("%s is refused, not followed", async (_, document, message) => {
    expect(await refusalOf({ "openapi.yaml": document })).toMatch(message);
  });

  it.each<[string, Record<string, object>]>([
    ["itself", { "b.json": { x: { $ref: "b.json" } } }],
    ["itself in an operation", { "b.json": { callbacks: { a: { "{x}": { post: { $ref: "b.json" } } } } } }],
    [
      "twice another that leads to twice another",
      Object.fromEntries([
        ...many(30, (index) => {
          const next = { $ref: `b${index + 1}.json` };
          return [index === 0 ? "b.json" : `b${index}.json`, { x: next, y: next }] as const;
        }),
        ["b30.json", {}] as const,
      ]),
    ],
  ])("a file that leads to %s is refused, not copied for ever", async (_, files) => {
    const document = { ...head, paths: {}, other: { $ref: "b.json" } };
    expect(await refusalOf({ "openapi.yaml": document, ...files })).toMatch(
      /the document's files refer to one another without end, or are too many/u,
    );
  });

  it("of references to references is taken with a warning, and the chain is not followed", async () => {
    await writeFile(join(folder, "openapi.yaml"), JSON.stringify(chain(2_000, ($ref) => ({ $ref }))));
    const warnings: Diagnostic[] = [];
    const input = { document: join(folder, "openapi.yaml"), name: "acme", origin: "openapi.yaml" };
    await generateVendor({ ...input, extension: ".js", onWarning: (warning) => warnings.push(warning) });
    expect(warnings.map(formatDiagnostic).join("\n")).toMatch(/refers to itself/u);
  });

  it("is answered with a thousand problems, and that there are more", async () => {
    const operation = { responses: {}, "x-latchkey-pagination": { scheme: "none of ours" } };
    const document = {
      ...head,
      paths: Object.fromEntries(many(3_000, (index) => [`/p${index}`, { get: operation }])),
    };
    const lines = (await refusalOf({ "openapi.yaml": document })).split("\n");
    expect(lines).toHaveLength(1_001);
    expect(lines.filter((line) => /and there is more; fix the others first/u.test(line))).toHaveLength(1);
  });

  it.each<[string, object]>([
    [
      "five thousand operations of one name",
      {
        ...head,
        paths: Object.fromEntries(
          many(5_000, (index) => [`/p${index}`, { get: { operationId: "same", responses: {} } }]),
        ),
      },
    ],
    [
      "a component that five thousand others use",
      {
        ...head,
        paths: {},
        components: {
          schemas: Object.fromEntries(
            many(5_000, (index) => [`S${index}`, { properties: { a: { $ref: "#/components/schemas/S0" } } }]),
          ),
        },
      },
    ],
    [
      "names as long as books that resemble each other",
      {
        ...head,
        paths: {},
        security: many(50, (index) => ({ ["x".repeat(20_000) + index]: [] })),
        components: {
          securitySchemes: Object.fromEntries(
            many(50, (index) => ["y".repeat(20_000) + index, { type: "http", scheme: "basic" }]),
          ),
        },
      },
    ],
    [
      "texts as long as books",
      { ...head, paths: returning({ const: '"\\x'.repeat(1_000_000), description: "*/".repeat(1_000_000) }) },
    ],
  ])("%s are generated all the same", async (_, document) => {
    expect(textOf(await generateText(JSON.stringify(document)), "vendor.ts")).toContain("acme");
  });
});

describe("names that mean something elsewhere", () => {
  const names = [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "../../evil",
    "</script>",
    "$\u007bprocess.exit()}",
    "a\u2028b",
    "*/ evil() /*",
    "`",
    "'",
    '"',
    "\\",
    "\n",
    "\u0000",
    "\u202E",
    "default",
    "await",
    "1",
    "",
    " ",
  ];

  it("are names and nothing else, wherever they stand", { timeout: 120_000 }, async () => {
    const ref = (name: string) => ({
      $ref: `#/components/schemas/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`,
    });
    const schemas = own(
      names.map((name) => [
        name,
        {
          type: "object",
          title: name,
          description: name,
          properties: own(names.map((one) => [one, { ...ref(one), description: one }])),
          required: names,
          enum: undefined,
        },
      ]),
    );
    const paths = own(
      names.map((name, index) => [
        `/${index}/${name.replaceAll(/[{}]/gu, "")}`,
        {
          post: {
            operationId: name,
            tags: [name],
            summary: name,
            parameters: [{ name: name || "x", in: "query", schema: { enum: names, default: name } }],
            requestBody: { content: { "application/json": { schema: ref(name) } } },
            responses: {
              "200": {
                description: name,
                headers: own([[name, { schema: { type: "integer" } }]]),
                content: { "application/json": { schema: ref(name) } },
              },
            },
            security: [own([[name, []]])],
          },
        },
      ]),
    );
    const securitySchemes = own(
      names.map((name) => [name, { type: "apiKey", in: "header", name: "X-Key", description: name }]),
    );
    const files = await generateText(
      JSON.stringify({
        ...head,
        info: { title: names.join(" "), version: "1" },
        paths,
        components: { schemas, securitySchemes },
      }),
    );
    expect(compile(new Map([["named", files]]))).toEqual([]);
    const { acme } = evaluate(textOf(files, "vendor.ts"));
    expect(Object.keys(Object(Object(acme).schemes)).sort()).toEqual(names.toSorted());
    expect(Object.keys(Object(evaluate(textOf(files, "schemas.ts")).operations))).toHaveLength(names.length);
    expect(Reflect.get({}, "title")).toBeUndefined();
    for (const [name, text] of files)
      for (const character of "\u0000\u2028\u2029") expect(text.includes(character), name).toBe(false);
  });

  it("are names of schemes, of whatever kind, and of what a form's members, servers and answers are called", async () => {
    const inherited = names.filter((name) => Reflect.has({}, name));
    const flows = { clientCredentials: { tokenUrl: "https://acme.example/token", scopes: {} } };
    const kinds = [
      { type: "http", scheme: "basic" },
      { type: "oauth2", flows },
      { type: "http", scheme: "bearer" },
    ];
    const folders = await Promise.all(
      kinds.map(async (kind, index) => {
        const style = { style: "form", explode: false };
        const form = {
          schema: { properties: own(inherited.map((name) => [name, { type: "array", items: {} }])) },
          encoding: own(inherited.map((name) => [name, style])),
        };
        const variables = own(inherited.map((name) => [name, { default: "acme.example", enum: ["acme.example"] }]));
        const files = await generateText(
          JSON.stringify({
            ...head,
            servers: [{ url: "https://{toString}", variables }],
            security: inherited.map((name) => own([[name, []]])),
            paths: {
              "/a": {
                post: { requestBody: { content: { "application/x-www-form-urlencoded": form } }, responses: {} },
              },
            },
            components: { securitySchemes: own(inherited.map((name) => [name, kind])) },
          }),
        );
        const { acme } = evaluate(textOf(files, "vendor.ts"));
        const { schemes, operations } = Object(acme);
        expect(Object.keys(schemes)).toEqual(inherited);
        expect(Object.entries(operations["POST /a"].encoding)).toEqual(inherited.map((name) => [name, style]));
        return [`kind${index}`, files] as const;
      }),
    );
    expect(compile(new Map(folders))).toEqual([]);
  });

  it("of vendors lead nowhere but into the folder that is given", async () => {
    await write({ "openapi.yaml": { ...head, paths: {} } });
    for (const name of ["../evil", "..", "/evil", "a/b", "a\\b", "con\n", "A", ""]) {
      const output = { out: () => {}, error: () => {} };
      const code = await generate(
        [join(folder, "openapi.yaml"), "--out", join(folder, "made"), "--name", name],
        output,
      );
      expect(code, name).toBe(2);
    }
    expect(await readdir(folder)).toEqual(["openapi.yaml"]);
  });

  it("of files stay in the first lines of index.ts as data", async () => {
    const name = "parts\u2028globalThis.hacked = true;.json";
    await write({
      "openapi.yaml": { ...head, paths: returning({ $ref: encodeURI(name) }) },
      [name]: { type: "string" },
    });
    const output = { out: () => {}, error: () => {} };
    expect(
      await generate([join(folder, "openapi.yaml"), "--out", join(folder, "made"), "--name", "acme"], output),
    ).toBe(0);
    const index = await readFile(join(folder, "made/acme/index.ts"), "utf8");
    expect(index.split(/[\n\u2028]/u).filter((line) => line.startsWith("globalThis"))).toEqual([]);
  });
});

describe("files beyond the document's folder", () => {
  it.each([
    ["by a path", "../secret.json"],
    ["by a path in disguise", "%2e%2e/secret.json"],
    ["by an absolute path", "/etc/hostname"],
    ["by a link", "link.json"],
    ["by a link to a folder", "up/secret.json"],
    ["by a scheme", "file:///etc/hostname"],
    ["by a data URL", "data:application/json,{}"],
  ])("are not read %s", async (_, $ref) => {
    await write({ "secret.json": { description: "a secret" } });
    await mkdir(join(folder, "inner"));
    await symlink(join(folder, "secret.json"), join(folder, "inner/link.json"));
    await symlink(folder, join(folder, "inner/up"));
    const said = await refusalOf(
      { "inner/openapi.yaml": { ...head, components: { schemas: { A: { $ref } } } } },
      "inner/openapi.yaml",
    );
    expect(said).toMatch(/the reference leaves|are not followed/u);
    expect(said).not.toContain("a secret");
  });
});

/** Members as they are called, `__proto__` too. */
const own = (entries: readonly (readonly [string, unknown])[]): object => {
  const made = {};
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true });
  return made;
};

async function write(files: Readonly<Record<string, string | object>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
}

/** What is wrong with the document, a line each. */
async function refusalOf(files: Readonly<Record<string, string | object>>, main = "openapi.yaml"): Promise<string> {
  await write(files);
  const input = { document: join(folder, main), name: "acme", origin: "openapi.yaml", extension: ".ts" } as const;
  const error: unknown = await generateVendor(input).catch((cause: unknown) => cause);
  if (!(error instanceof DocumentError)) throw new Error("the document was taken", { cause: error });
  return error.problems.map(formatDiagnostic).join("\n");
}
