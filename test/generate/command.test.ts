import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { check, generate } from "../../scripts/generate/command.ts";
import { recordOutput, spawnScript } from "../support/command.ts";

const documents = fileURLToPath(new URL("../codegen/documents", import.meta.url));
const home = process.cwd();
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
  await writeFile(
    join(folder, "latchkey.config.json"),
    JSON.stringify({
      out: "generated",
      vendors: {
        acme: { document: "specs/acme/openapi.yaml" },
        "other-shop": { document: "specs/other-shop/openapi.yaml" },
      },
    }),
  );
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true });
});

it("generates every vendor of the configuration, and finds nothing stale afterwards", async () => {
  const made = await run();
  expect(made).toMatchObject({ code: 0, error: "" });
  expect(made.out).toContain("wrote generated/other-shop/vendor.ts\n");
  expect(await tree("generated")).toEqual(
    ["acme", "other-shop"].flatMap((vendor) =>
      ["calls.ts", "contract.jsonc", "index.ts", "schemas.ts", "types.ts", "vendor.ts"].map(
        (file) => `${vendor}/${file}`,
      ),
    ),
  );
  expect(await runCheck()).toEqual({ code: 0, out: "generated files are up to date\n", error: "" });
  expect((await run()).out).toMatch(/\n2 vendors, 0 files changed\n$/u);
});

it("generates only the vendors that are named", async () => {
  expect((await run("acme")).code).toBe(0);
  expect(await readdir(join(folder, "generated"))).toEqual(["acme"]);
  expect(await run("acm")).toMatchObject({
    code: 2,
    error: expect.stringContaining('did you mean "acme"?'),
  });
});

it("lists every file that is changed, missing or does not belong, and ends with the diff command to copy", async () => {
  await run();
  await writeFile(join(folder, "generated/acme/types.ts"), "edited by hand");
  await rm(join(folder, "generated/other-shop/index.ts"));
  await writeFile(join(folder, "generated/other-shop/extra.ts"), "");
  expect(await runCheck()).toEqual({
    code: 1,
    out: "",
    error: `generated/acme/types.ts: differs
generated/other-shop/index.ts: missing
generated/other-shop/extra.ts: does not belong here
check: 3 stale files; run latchkey generate again, which keeps what is not its own
check: what changed in the documents:
npx latchkey diff
`,
  });
  await run();
  // What a document says does not explain a file of somebody else's.
  expect((await runCheck()).error).toBe(
    "generated/other-shop/extra.ts: does not belong here\ncheck: 1 stale file; run latchkey generate again, which keeps what is not its own\n",
  );
  expect(await readdir(join(folder, "generated"))).toEqual(["acme", "other-shop"]);
});

it("changes nothing on the disk when one of the documents is broken", async () => {
  await run();
  await writeFile(join(folder, "generated/acme/types.ts"), "stale");
  const before = await contents();
  await writeFile(join(folder, "specs/other-shop/openapi.yaml"), "openapi: 3.1.0\npaths: []\nx-latchkey-retries: {}\n");
  const { code, error } = await run();
  expect(code).toBe(1);
  expect(
    error,
  ).toBe(`specs/other-shop/openapi.yaml:2:1: #/paths: paths is not an object; map each path to its operations
specs/other-shop/openapi.yaml:3:1: #/x-latchkey-retries: x-latchkey-retries is not an extension of Latchkey; did you mean "x-latchkey-retry"?
generate: 2 problems; nothing was written
`);
  expect(await contents()).toEqual(before);
});

it("applies the overlay beside a document, and reports its mistakes where they stand", async () => {
  const overlay = join(folder, "specs/acme/overlay.yaml");
  const begin = 'overlay: 1.0.0\ninfo: { title: Ours, version: "1" }\nactions:\n';
  await writeFile(overlay, `${begin}  - { target: $, update: { x-latchkey-retry: { delaysInSeconds: [7] } } }\n`);
  expect((await run()).code).toBe(0);
  expect(await readFile(join(folder, "generated/acme/vendor.ts"), "utf8")).toContain("retry: { delaysInSeconds: [7] }");
  await writeFile(overlay, `${begin}  - { target: $, update: { x-latchkey-retry: { delays: [7] } } }\n`);
  expect((await run()).error).toMatch(
    /^specs\/acme\/overlay\.yaml:4:\d+: #\/x-latchkey-retry\/delays: "delays" is not a key/mu,
  );
});

it("takes any document as latchkey generate, and ends imports as the nearest tsconfig.json wants", async () => {
  const document = ["specs/acme/openapi.yaml", "--out", "src/vendors", "--name", "my-shop"];
  expect(await run(...document)).toMatchObject({ code: 0, error: "" });
  const index = join(folder, "src/vendors/my-shop/index.ts");
  expect(await readFile(index, "utf8")).toContain('import { myShop as bare } from "./vendor.ts";');
  await writeFile(join(folder, "tsconfig.json"), '{ "compilerOptions": { "module": "nodenext" } }');
  expect((await runCheck(...document)).code).toBe(1);
  expect((await run(...document)).code).toBe(0);
  expect(await readFile(index, "utf8")).toContain('import { myShop as bare } from "./vendor.js";');
  expect((await runCheck(...document)).code).toBe(0);
  await writeFile(
    join(folder, "tsconfig.base.json"),
    '{ "compilerOptions": { "rewriteRelativeImportExtensions": true } }',
  );
  await writeFile(join(folder, "tsconfig.json"), '{ "extends": "./tsconfig.base.json" }');
  expect((await run(...document)).code).toBe(0);
  expect(await readFile(index, "utf8")).toContain('import { myShop as bare } from "./vendor.ts";');
  expect((await run(...document, "--import-extension", ".js")).code).toBe(0);
  expect(await readFile(index, "utf8")).toContain('import { myShop as bare } from "./vendor.js";');
});

it("explains itself, and answers wrong usage with 2", async () => {
  expect(await run("--help")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Usage: .*Exit codes/su),
  });
  expect(await spawnScript("scripts/cli.ts")).toMatchObject({ code: 0, out: expect.stringContaining("Commands:") });
  expect(await spawnScript("scripts/cli.ts", "genrate")).toMatchObject({
    code: 2,
    error: expect.stringContaining('did you mean "generate"?'),
  });
  for (const wrong of [
    ["--nonsense"],
    ["--out", "x"],
    ["--name", "a"],
    ["specs/acme/openapi.yaml", "--out", "x", "--name", "../a"],
  ]) {
    expect((await run(...wrong)).code, wrong.join(" ")).toBe(2);
  }
});

it("runs as latchkey generate and latchkey check", async () => {
  const document = ["specs/acme/openapi.yaml", "--out", "made"];
  expect(await spawnScript("scripts/cli.ts", "check", ...document)).toMatchObject({
    code: 1,
    error: expect.stringContaining("made/acme/types.ts: missing"),
  });
  expect(await spawnScript("scripts/cli.ts", "generate", ...document)).toMatchObject({ code: 0, error: "" });
});

it("says by name that a document is not there", async () => {
  expect(await run("nowhere.yaml", "--out", "x")).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^nowhere\.yaml:1:1: #: there is no such file \(ENOENT\)/u),
  });
});

/** The command in this process, which is in the folder. */
const run = (...args: string[]) => perform(generate, args);
const runCheck = (...args: string[]) => perform(check, args);

async function perform(
  command: typeof generate,
  args: string[],
): Promise<{ code: number; out: string; error: string }> {
  const { output, printed } = recordOutput();
  const code = await command(args, output);
  return { code, ...printed() };
}

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
