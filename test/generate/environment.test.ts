import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { diff } from "../../scripts/diff/command.ts";
import { check, generate } from "../../scripts/generate/command.ts";
import { variablesRead } from "../../scripts/generate/variables-read.ts";
import { type Ended, recordOutput, spawnScript } from "../support/command.ts";

/** The rule on environment variables through the command line. */
const document = (variable: string) => `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers:
  - url: https://x.example
    x-latchkey-server: { name: live, environment: { apiKey: ${variable} } }
security: [{ key: [] }]
paths: {}
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`;
const home = process.cwd();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-environment-"));
  process.chdir(folder);
  await write("acme.yaml", document("MOLTIN_KEY"));
});
afterEach(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true });
});

const byDocument = ["acme.yaml", "--out", "made"];
const allow = ["--allow-environment", "MOLTIN_KEY"];
const refused =
  "acme.yaml:5:53: #/servers/0/x-latchkey-server/environment/apiKey: the client of acme may not read MOLTIN_KEY; " +
  'its variables begin with ACME_; rename it to ACME_…, or allow it: allowEnvironment: ["MOLTIN_KEY"] in latchkey.config.ts, ' +
  "or --allow-environment MOLTIN_KEY\n";

it("a variable that is not the vendor's is refused by generate, check and diff, and --allow-environment allows it", async () => {
  const end = "generate: 1 problem; nothing was written\n";
  const endOfCheck = "check: 1 problem; nothing was compared\n";
  expect(await latchkey("generate", ...byDocument)).toEqual({ code: 1, out: "", error: refused + end });
  expect(await latchkey("check", ...byDocument)).toEqual({ code: 1, out: "", error: refused + endOfCheck });
  expect(await latchkey("generate", ...byDocument, ...allow)).toMatchObject({ code: 0, error: "" });
  expect(await latchkey("check", ...byDocument, ...allow)).toMatchObject({ code: 0, error: "" });
  expect(await latchkey("diff", ...byDocument)).toEqual({ code: 2, out: "", error: refused });
  expect(await latchkey("diff", ...byDocument, ...allow)).toMatchObject({ code: 0, error: "" });
});

it("the configuration allows it by vendor and name, and what was generated with it is no longer kept without it", async () => {
  const configure = (vendor: object) =>
    write("latchkey.config.json", JSON.stringify({ out: "made", vendors: { acme: vendor } }));
  await configure({ document: "acme.yaml", allowEnvironment: ["MOLTIN_KEY"] });
  for (const command of ["generate", "check", "diff"] as const)
    expect(await run(command), command).toMatchObject({ code: 0, error: "" });
  await configure({ document: "acme.yaml" });
  for (const [command, code] of [
    ["generate", 1],
    ["check", 1],
    ["diff", 2],
  ] as const)
    expect(await run(command), command).toMatchObject({ code, error: expect.stringContaining(refused) });
});

it("two documents are compared whatever variables they name: no client is made of either", async () => {
  await write("newer.yaml", document("AWS_KEY"));
  expect((await run("diff", "acme.yaml", "newer.yaml")).out).toContain("environment variable");
});

it("generate lists the variables that each client will read, where nothing has changed as well", async () => {
  await write("acme.yaml", document("ACME_KEY"));
  await write("shop.yaml", 'openapi: 3.1.0\ninfo: { title: Shop, version: "1" }\npaths: {}\n');
  const args = ["acme.yaml", "shop.yaml", "--out", "made"];
  const lines = "acme reads ACME_KEY\nshop reads SHOP_DEFAULT_ORIGIN\n2 vendors, ";
  expect((await run("generate", ...args)).out).toContain(lines);
  expect((await run("generate", ...args)).out).toBe(`${lines}0 files changed\n`);
  await write(
    "shop.yaml",
    'openapi: 3.1.0\ninfo: { title: Shop, version: "1" }\nservers: [{ url: https://x.example }]\npaths: {}\n',
  );
  expect((await run("generate", ...args)).out).toContain("shop reads no environment variable\n");
});

it("what is kept says nothing to a terminal but names of variables", async () => {
  const contract = (name: string) => JSON.stringify({ servers: { live: { environment: { apiKey: name } } } });
  expect(variablesRead(new Map([["contract.jsonc", contract("ACME_KEY")]]))).toEqual(["ACME_KEY"]);
  expect(variablesRead(new Map([["contract.jsonc", contract("ACME\u001B[2K")]]))).toBeUndefined();
  expect(variablesRead(new Map([["contract.jsonc", "["]]))).toBeUndefined();
  expect(variablesRead(new Map())).toBeUndefined();
});

it("variables of a vendor are not those of another whose name its own begins with", async () => {
  await write("acme.yaml", document("ACME_CRM_KEY"));
  expect(await run("generate", ...byDocument)).toMatchObject({ code: 0 });
  await write("acme-crm.yaml", document("ACME_CRM_KEY"));
  const error = expect.stringMatching(
    /^acme\.yaml:5:.* may not read ACME_CRM_KEY; names that begin with ACME_CRM_ belong/u,
  );
  expect(await run("generate", "acme.yaml", "acme-crm.yaml", "--out", "made")).toMatchObject({ code: 1, error });
  const vendors = { acme: { document: "acme.yaml" }, "acme-crm": { document: "acme-crm.yaml" } };
  await write("latchkey.config.json", JSON.stringify({ out: "made", vendors }));
  for (const [command, ...names] of [["generate"], ["generate", "acme"], ["check", "acme"]] as const)
    expect(await run(command, ...names), command).toMatchObject({ code: 1, error });
});

it("an allowance that can allow nothing, or that is for several documents, is wrong usage", async () => {
  const noName = "this is not a variable name; use upper-case letters, digits and _, as in ACME_CLIENT_ID";
  expect(await run("generate", ...byDocument, "--allow-environment", "moltin*")).toMatchObject({
    code: 2,
    error: expect.stringContaining(`--allow-environment "moltin*": ${noName}`),
  });
  expect(await run("generate", "acme.yaml", ...byDocument, ...allow)).toMatchObject({
    code: 2,
    error: expect.stringContaining("--allow-environment are for one document"),
  });
  expect(await run("generate", ...allow)).toMatchObject({
    code: 2,
    error: expect.stringContaining("--allow-environment needs a document and --out"),
  });
  const vendors = { acme: { document: "acme.yaml", allowEnvironment: ["moltin*"] } };
  await write("latchkey.config.json", JSON.stringify({ out: "made", vendors }));
  expect(await run("generate")).toMatchObject({
    code: 2,
    error: expect.stringContaining(`vendors.acme.allowEnvironment[0]: ${noName}`),
  });
});

/** As a person starts it. */
const latchkey = (...args: readonly string[]): Promise<Ended> => spawnScript("scripts/cli.ts", ...args);

/** The same commands in this process, which is in the folder. */
async function run(command: "generate" | "check" | "diff", ...args: readonly string[]): Promise<Ended> {
  const { output, printed } = recordOutput();
  const start = {
    generate: () => generate(args, output),
    check: () => check(args, output),
    diff: () => diff(args, output),
  }[command];
  return { code: await start(), ...printed() };
}

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}
