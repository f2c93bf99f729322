import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { init } from "../../scripts/generate/init/command.ts";
import { recordOutput } from "../support/command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const home = process.cwd();
const oauth = `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: "https://api.acme.example/v1" }]
security: [{ oauth: [] }]
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody: { required: true, content: { application/json: { schema: { type: object } } } }
      responses: { "201": { description: Made } }
  /widgets/{id}:
    get:
      operationId: getWidget
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer } }
        - { name: size, in: query, required: true, schema: { enum: [small, large] } }
        - { name: "x-shop", in: header, schema: { type: string } }
      responses: { "200": { description: OK, content: { application/json: { schema: { $ref: "#/components/schemas/Widget" } } } } }
components:
  schemas: { Widget: { type: object, required: [name], properties: { name: { type: string, const: gear } } } }
  securitySchemes: { oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: "https://api.acme.example/v1/token", scopes: {} } } } }
`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-init-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules", "latchkey"));
  await symlink(join(root, "scripts"), join(folder, "node_modules", "latchkey-cli"));
  process.chdir(folder);
  await writeFile("package.json", '{ "type": "module" }');
});
afterEach(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true });
});

it("writes a configuration and a program that run as they are", { timeout: 120_000 }, async () => {
  await writeFile("Acme.yaml", oauth);
  expect(await run("Acme.yaml")).toEqual({
    code: 0,
    out: "wrote latchkey.config.ts\nwrote first-call.ts\n\nNext:\n  npx latchkey generate\n  node first-call.ts\n",
    error: "",
  });
  expect(await readFile("first-call.ts", "utf8")).toContain(
    'await api.GET("/widgets/{id}", { params: { path: { id: 1 }, query: { size: "small" } } });',
  );
  expect(await node(join(root, "scripts/cli.ts"), "generate")).toMatchObject({ code: 0, error: "" });
  expect(await readdir("src/vendors/acme")).toContain("index.ts");
  expect(await node("first-call.ts")).toEqual({ code: 0, out: "200 { name: 'gear' }\n", error: "" });
  await writeFile(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        target: "es2023",
        lib: ["es2023", "dom", "esnext.disposable"],
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        customConditions: ["latchkey-source"],
      },
      files: ["first-call.ts", "latchkey.config.ts"],
    }),
  );
  expect(await node(join(root, "node_modules/@typescript/native/bin/tsc"), "-p", ".")).toEqual({
    code: 0,
    out: "",
    error: "",
  });
});

it("runs with Node where tsconfig.json asks for .js imports, and says what tsc then needs", {
  timeout: 120_000,
}, async () => {
  await writeFile("acme.yaml", oauth);
  await writeFile("tsconfig.json", '{ "compilerOptions": { "module": "nodenext" } }');
  expect((await run("acme.yaml")).out).toContain('set "rewriteRelativeImportExtensions": true in tsconfig.json');
  expect(await node(join(root, "scripts/cli.ts"), "generate")).toMatchObject({ code: 0 });
  expect(await node("first-call.ts")).toEqual({ code: 0, out: "200 { name: 'gear' }\n", error: "" });
});

it("names what the program needs: an overlay, another name, no credentials", { timeout: 120_000 }, async () => {
  await writeFile(
    "shop.json",
    '{ "openapi": "3.1.0", "info": { "title": "A", "version": "1" }, "security": [], "paths": { "/a": { "get": { "responses": { "204": { "description": "None" } } } } } }',
  );
  await writeFile("more.yaml", "overlay: 1.0.0\nactions: [{ target: $.info, update: { title: Ours } }]\n");
  expect(await run("shop.json", "--name", "api", "--out", "made", "--overlay", "more.yaml")).toMatchObject({ code: 0 });
  const program = await readFile("first-call.ts", "utf8");
  expect(program).toContain('import { api as apiVendor } from "./made/api/index.ts";');
  expect(program).toContain('startSandbox({ document: "shop.json", overlay: "more.yaml", vendor: apiVendor })');
  expect(program).not.toContain("credentials");
  expect(await node(join(root, "scripts/cli.ts"), "generate")).toMatchObject({ code: 0 });
  expect(await readFile("made/api/vendor.ts", "utf8")).toContain('title: "Ours"');
  expect(await node("first-call.ts")).toMatchObject({ code: 0, out: "204 undefined\n" });
});

it.each(["latchkey.config.ts", "latchkey.config.json", "first-call.ts"])("never writes over %s", async (file) => {
  await writeFile("acme.yaml", oauth);
  await writeFile(file, "mine");
  const { code, error } = await run("acme.yaml");
  expect(code).toBe(2);
  expect(error).toContain(
    `init: ${file} is here already; add to the configuration what is new: vendors: { "acme": { document: "acme.yaml" } }\n`,
  );
  expect(await readFile(file, "utf8")).toBe("mine");
  expect((await readdir(".")).sort()).toEqual([file, "acme.yaml", "node_modules", "package.json"].sort());
});

it("says what else the project needs, and writes nothing for a broken document", async () => {
  await writeFile("acme.yaml", oauth);
  await rm("node_modules", { recursive: true });
  await writeFile("package.json", '{ "type": "commonjs" }');
  await writeFile("broken.yaml", "a: 1\n");
  expect(await run("broken.yaml")).toMatchObject({
    code: 1,
    error: expect.stringMatching(/\ninit: nothing was written\n$/u),
  });
  expect(await readdir(".")).not.toContain("latchkey.config.ts");
  expect((await run("acme.yaml")).out).toMatch(
    / {2}npm install latchkey\n {2}npm install --save-dev latchkey-cli\n {2}npm pkg set type=module .*\n {2}npx latchkey generate\n/u,
  );
  expect(await run()).toMatchObject({
    code: 2,
    error: expect.stringContaining("init takes one document, and 0 are given"),
  });
});

async function run(...args: readonly string[]) {
  const { output, printed } = recordOutput();
  const code = await init(args, output);
  return { code, ...printed() };
}

const node = (...args: readonly string[]): Promise<{ code: number | string; out: string; error: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ["--conditions=latchkey-source", ...args], { cwd: folder }, (failure, out, error) =>
      resolve({ code: failure?.code ?? 0, out, error }),
    );
  });
