/** The page's programs type-check against generated types, with the libraries as published, and its tables are complete. */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeBug, knownBugs } from "../../tools/types-only/known-bugs.ts";
import { spawnScript } from "../support/command.ts";
import { complaintsAbout } from "../support/native-compiler.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = await readFile(join(root, "docs/coming-from-openapi-typescript.md"), "utf8");

const document = `openapi: 3.1.0
info: { title: Acme, version: "1" }
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{ name: page, in: query, schema: { type: integer } }]
      responses:
        "200": { description: Pets, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Pet" } } } } }
        "404": { $ref: "#/components/responses/Problem" }
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getPet
      responses:
        "200": { description: Pet, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
        "404": { $ref: "#/components/responses/Problem" }
    put:
      operationId: setPet
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
      responses: { "204": { description: Done } }
components:
  responses:
    Problem: { description: Problem, content: { application/json: { schema: { type: object, required: [message], properties: { message: { type: string } } } } } }
  schemas:
    Pet:
      type: object
      required: [id, name, status]
      properties:
        id: { type: integer }
        name: { type: string }
        status: { type: string, enum: [available, sold] }
        tags: { type: array, items: { type: string }, default: [] }
`;

/** The packages that the programs import. */
const packages = ["openapi-fetch", "openapi-react-query", "swr-openapi", "openapi-msw", "latchkey-cli"];

/** The page's TypeScript, each block after the blocks before it. */
const blocks = [...page.matchAll(/```ts\n(.*?)```/gsu)].map(([, block = ""]) => block);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-coming-from-"));
  await writeFile(join(folder, "acme.yaml"), document);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  for (const name of packages) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(name === "latchkey-cli" ? join(root, "scripts") : join(root, "node_modules", name), link);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const run = (command: string): string =>
  execFileSync(
    process.execPath,
    ["--conditions=latchkey-source", join(root, "scripts/cli.ts"), ...command.split(" ")],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );

describe("the programs of the page", () => {
  test("type-check against the types that its command makes", { timeout: 120_000 }, async () => {
    const [, command = ""] = /npx latchkey (generate --types-only \S+ --out \S+)/u.exec(page) ?? [];
    expect(run(command)).toContain("wrote src/acme.ts");
    const programs = blocks.filter((block) => !block.includes("defineConfig"));
    expect(programs).toHaveLength(4);
    const imports = programs.flatMap((block) => block.split("\n").filter((line) => line.startsWith("import ")));
    const rest = programs.map((block) => block.replace(/^import .*\n/gmu, "")).join("\n");
    await writeFile(join(folder, "src/program.ts"), `${imports.join("\n")}\n${rest}`);
    expect(await complaintsAbout(folder, "src/program.ts")).toEqual([]);
    const wrong = rest.replace('status: "sold"', 'status: "gone"').replace("path: { id: 1 }", 'path: { id: "1" }');
    await writeFile(join(folder, "src/wrong.ts"), `${imports.join("\n")}\n${wrong}`);
    expect(await complaintsAbout(folder, "src/wrong.ts")).toHaveLength(2);
  });

  test("include a configuration, which makes the file and by which it is checked", { timeout: 60_000 }, async () => {
    const config = blocks.find((block) => block.includes("defineConfig")) ?? "";
    await writeFile(join(folder, "latchkey.config.ts"), config);
    expect(run("generate")).toContain("1 file of types, 1 files changed");
    expect(await readFile(join(folder, "src/acme.ts"), "utf8")).toContain(
      'export type Pet = components["schemas"]["Pet"];',
    );
    expect(run("check")).toContain("generated files are up to date");
  });
});

describe("the tables of the page", () => {
  const cells = (heading: string): string[][] =>
    (page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "")
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(2)
      .map((row) => row.slice(2, -2).split(" | "));

  test("support or decline every flag of openapi-typescript, and the supported ones work", async () => {
    const theirs = execFileSync(
      process.execPath,
      [join(root, "node_modules/openapi-typescript/bin/cli.js"), "--help"],
      {
        encoding: "utf8",
      },
    );
    const flags = [...theirs.matchAll(/^ {2}(--[a-z-]+)/gmu)].map(([, flag]) => flag);
    const rows = cells("Options").map(([flag = "", here, why]) => ({ flag: flag.replaceAll("`", ""), here, why }));
    expect(rows.map(({ flag }) => flag).sort()).toEqual(
      flags.filter((flag) => flag !== "--help" && flag !== "--version").sort(),
    );
    const { out: help } = await spawnScript("scripts/cli.ts", "generate", "--help");
    for (const { flag, here, why = "" } of rows) {
      expect(why.length, flag).toBeGreaterThan(10);
      if (here === "supported") expect(help, flag).toMatch(new RegExp(`${flag.replace("--", "--(?:no-)?")}\\b`, "u"));
      else if (here === "declined") expect(help, flag).not.toMatch(new RegExp(`${flag}(?![a-z-])`, "u"));
    }
  });

  test("name every bug by which the comparison excuses a difference", () => {
    const differences = cells("Where they differ").map(([first = ""]) => first);
    for (const { issue, what } of knownBugs) {
      const name = issue === "unreported" ? "(not reported)" : `issues/${issue}`;
      expect(
        differences.some((row) => row.includes(name)),
        describeBug({ issue, what, meets: () => false }),
      ).toBe(true);
    }
  });
});
