import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));
const documents = fileURLToPath(new URL("documents", import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-command-"));
  for (const [vendor, document] of [
    ["acme", "oauth2"],
    ["other-shop", "alternatives"],
  ] as const) {
    await mkdir(join(folder, "specs", vendor), { recursive: true });
    await cp(join(documents, `${document}.yaml`), join(folder, "specs", vendor, "openapi.yaml"));
  }
});
afterEach(() => rm(folder, { recursive: true }));

it("generates every document under specs, and finds nothing stale afterwards", async () => {
  const made = await run("generate.ts");
  expect(made).toMatchObject({ code: 0, error: "" });
  expect(made.out).toContain("wrote generated/other-shop/vendor.ts\n");
  expect(await tree("generated")).toEqual(
    ["acme", "other-shop"].flatMap((vendor) =>
      ["index.ts", "schemas.ts", "types.ts", "vendor.ts"].map((file) => `${vendor}/${file}`),
    ),
  );
  expect(await run("generate.ts", "--check")).toEqual({ code: 0, out: "generated files are up to date\n", error: "" });
  expect((await run("generate.ts")).out).toBe("2 vendors, 0 files changed\n");
});

it("generates only the vendors that are named", async () => {
  expect((await run("generate.ts", "acme")).code).toBe(0);
  expect(await readdir(join(folder, "generated"))).toEqual(["acme"]);
  expect(await run("generate.ts", "acm")).toMatchObject({
    code: 2,
    error: expect.stringContaining('did you mean "acme"?'),
  });
});

it("lists every file that is changed, missing or does not belong, and a vendor whose document is gone", async () => {
  await run("generate.ts");
  await writeFile(join(folder, "generated/acme/types.ts"), "edited by hand");
  await rm(join(folder, "generated/other-shop/index.ts"));
  await writeFile(join(folder, "generated/other-shop/extra.ts"), "");
  await mkdir(join(folder, "generated/gone"));
  expect(await run("generate.ts", "--check")).toEqual({
    code: 1,
    out: "",
    error: `generated/acme/types.ts: differs
generated/other-shop/index.ts: missing
generated/other-shop/extra.ts: does not belong here
generated/gone: does not belong here
generate: 4 stale files; run generate again
`,
  });
});

it("changes nothing on the disk when one of the documents is broken", async () => {
  await run("generate.ts");
  await writeFile(join(folder, "generated/acme/types.ts"), "stale");
  const before = await contents();
  await writeFile(join(folder, "specs/other-shop/openapi.yaml"), "openapi: 3.1.0\npaths: { a: {}, b: {} }\n");
  const { code, error } = await run("generate.ts");
  expect(code).toBe(1);
  expect(
    error,
  ).toBe(`specs/other-shop/openapi.yaml:2:10: #/paths/a: the path "a" does not begin with /; begin it with a slash
specs/other-shop/openapi.yaml:2:17: #/paths/b: the path "b" does not begin with /; begin it with a slash
generate: 2 problems; nothing was written
`);
  expect(await contents()).toEqual(before);
});

it("applies the overlay beside a document, and reports its mistakes where they stand", async () => {
  const overlay = join(folder, "specs/acme/overlay.yaml");
  const begin = 'overlay: 1.0.0\ninfo: { title: Ours, version: "1" }\nactions:\n';
  await writeFile(overlay, `${begin}  - { target: $, update: { x-latchkey-retry: { delaysInSeconds: [7] } } }\n`);
  expect((await run("generate.ts")).code).toBe(0);
  expect(await readFile(join(folder, "generated/acme/vendor.ts"), "utf8")).toContain("retry: { delaysInSeconds: [7] }");
  await writeFile(overlay, `${begin}  - { target: $, update: { x-latchkey-retry: { delays: [7] } } }\n`);
  expect((await run("generate.ts")).error).toMatch(
    /^specs\/acme\/overlay\.yaml:4:\d+: #\/x-latchkey-retry\/delays: "delays" is no key/mu,
  );
});

it("takes any document as latchkey generate, and ends imports as the nearest tsconfig.json wants", async () => {
  const generate = ["generate", "specs/acme/openapi.yaml", "--out", "src/vendors", "--name", "my-shop"];
  expect(await run("cli.ts", ...generate)).toMatchObject({ code: 0, error: "" });
  const index = join(folder, "src/vendors/my-shop/index.ts");
  expect(await readFile(index, "utf8")).toContain('export { myShop } from "./vendor.ts";');
  await writeFile(join(folder, "tsconfig.json"), '{ "compilerOptions": { "module": "nodenext" } }');
  expect((await run("cli.ts", "check", ...generate.slice(1))).code).toBe(1);
  expect((await run("cli.ts", ...generate)).code).toBe(0);
  expect(await readFile(index, "utf8")).toContain('export { myShop } from "./vendor.js";');
  expect((await run("cli.ts", "check", ...generate.slice(1))).code).toBe(0);
  await writeFile(
    join(folder, "tsconfig.base.json"),
    '{ "compilerOptions": { "rewriteRelativeImportExtensions": true } }',
  );
  await writeFile(join(folder, "tsconfig.json"), '{ "extends": "./tsconfig.base.json" }');
  expect((await run("cli.ts", ...generate)).code).toBe(0);
  expect(await readFile(index, "utf8")).toContain('export { myShop } from "./vendor.ts";');
  expect((await run("cli.ts", ...generate, "--import-extension", ".js")).code).toBe(0);
  expect(await readFile(index, "utf8")).toContain('export { myShop } from "./vendor.js";');
});

it("explains itself, and answers wrong usage with 2", async () => {
  expect(await run("generate.ts", "--help")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Usage: .*Exit codes/su),
  });
  expect(await run("cli.ts")).toMatchObject({ code: 0, out: expect.stringContaining("Commands:") });
  expect(await run("cli.ts", "genrate")).toMatchObject({
    code: 2,
    error: expect.stringContaining('did you mean "generate"?'),
  });
  for (const wrong of [
    ["--nonsense"],
    ["--out", "x"],
    ["--name", "a"],
    ["specs/acme/openapi.yaml", "--out", "x", "--name", "../a"],
  ]) {
    expect((await run("generate.ts", ...wrong)).code, wrong.join(" ")).toBe(2);
  }
});

it("says by name that a document is not there", async () => {
  expect(await run("cli.ts", "generate", "nowhere.yaml", "--out", "x")).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^nowhere\.yaml:1:1: #: the file cannot be read \(ENOENT\)/u),
  });
});

const run = (script: string, ...args: string[]): Promise<{ code: number | string; out: string; error: string }> =>
  new Promise((resolve) => {
    const command = ["--conditions=latchkey-source", join(scripts, script), ...args];
    execFile(process.execPath, command, { cwd: folder }, (failure, out, error) => {
      resolve({ code: failure?.code ?? 0, out, error });
    });
  });

const tree = async (path: string): Promise<string[]> => {
  const entries = await readdir(join(folder, path), { recursive: true, withFileTypes: true });
  return entries
    .flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name).slice(join(folder, path).length + 1)] : [],
    )
    .sort();
};

const contents = async (): Promise<[string, string][]> =>
  Promise.all(
    (await tree("generated")).map(
      async (path): Promise<[string, string]> => [path, await readFile(join(folder, "generated", path), "utf8")],
    ),
  );
