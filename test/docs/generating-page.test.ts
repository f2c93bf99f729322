import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { warningKinds } from "../../scripts/codegen/load/warnings.ts";
import { startLoopback } from "../support/loopback.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cli = join(root, "scripts/cli.ts");
let page: string;
let folder: string;

const operation = (id: string, tag: string) => ({
  operationId: id,
  tags: [tag],
  responses: { "204": { description: "None" } },
});
const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Any", version: "1" },
  paths: {
    "/orders": { get: operation("listOrders", "orders"), post: operation("createOrderLegacy", "orders") },
    "/stock/{id}": { get: operation("getStock", "stock"), delete: operation("clearStock", "stock") },
  },
});

beforeAll(async () => {
  page = await readFile(join(root, "docs/generating.md"), "utf8");
  folder = await mkdtemp(join(tmpdir(), "latchkey-page-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(join(root, "scripts"), join(folder, "node_modules/latchkey-cli"));
  await mkdir(join(folder, "specs"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "specs/acme.yaml"), document);
  await cp(join(folder, "specs/acme.yaml"), join(folder, "acme.yaml"));
  await writeFile(
    join(folder, "specs/acme.overlay.yaml"),
    "overlay: 1.0.0\nactions: [{ target: $.info, update: { title: Ours } }]\n",
  );
});
afterAll(() => rm(folder, { recursive: true }));

it("the page's configuration and its commands do what it says, in its order", { timeout: 120_000 }, async () => {
  await using server = await startLoopback({ "/openapi.json": { body: document } });
  const [, config = ""] = /```ts\n(import \{ defineConfig \}.*?)```/su.exec(page) ?? [];
  expect(config).toContain("https://api.warehouse.example");
  await writeFile(join(folder, "latchkey.config.ts"), config.replace("https://api.warehouse.example", server.origin));
  const [, commands = ""] = /```\n(npx latchkey .*?)```/su.exec(page) ?? [];
  const lines = commands
    .trim()
    .split("\n")
    .map((line) =>
      line
        .replace(/\s*#.*/u, "")
        .split(" ")
        .slice(2),
    );
  expect(lines).toHaveLength(3);
  const said = [];
  for (const args of lines) said.push(await latchkey(args));
  expect(said.map((text) => text.trim().split("\n").at(-1))).toEqual([
    expect.stringMatching(/^1 vendor, \d files changed$/u),
    expect.stringMatching(/^2 vendors, \d+ files changed$/u),
    "generated files are up to date",
  ]);
  const paths = await readFile(join(folder, "src/vendors/warehouse/vendor.ts"), "utf8");
  expect(paths).toContain('name: "warehouse"');
  const calls = await readFile(join(folder, "src/vendors/warehouse/calls.ts"), "utf8");
  const found = ["ListOrders", "CreateOrderLegacy", "GetStock", "ClearStock"].filter((id) => calls.includes(id));
  expect(found).toEqual(["ListOrders", "GetStock"]);
  expect(await readFile(join(folder, "src/vendors/acme/vendor.ts"), "utf8")).toContain('title: "Ours"');
});

it("the page's table has every key of a vendor, and --help every option that the page names", async () => {
  const keys = page
    .split("\n")
    .flatMap((line) => [...(/^\| (`.*?) \|/u.exec(line)?.[1] ?? "").matchAll(/`(\w+)`/gu)].map(([, key]) => key));
  const source = await readFile(join(root, "scripts/generate/config.ts"), "utf8");
  const declared = /interface VendorConfig \{(.*?)\n\}/su.exec(source)?.[1]?.matchAll(/^ {2}readonly (\w+)/gmu) ?? [];
  expect(keys).toEqual([...declared].map(([, key]) => key));
  const kinds = Object.entries(warningKinds).map(([kind, meaning]) => `| \`${kind}\` | ${meaning} |`);
  expect(page).toContain(kinds.join("\n"));
  const help = await latchkey(["generate", "--help"]);
  for (const [option] of page.matchAll(/--[a-z][a-z-]+/gu)) expect(help, option).toContain(option);
});

const latchkey = (args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const command = ["--conditions=latchkey-source", cli, ...args];
    execFile(process.execPath, command, { cwd: folder }, (failure, out, error) => {
      if (failure === null) resolve(out);
      else reject(new Error(error));
    });
  });
