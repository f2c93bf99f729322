import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { JsonObject } from "../../scripts/codegen/util/json.ts";
import { diff } from "../../scripts/diff/command.ts";
import { generate } from "../../scripts/generate/command.ts";
import { recordOutput, spawnScript } from "../support/command.ts";
import { documentOf, json } from "./support/compare.ts";

const page = fileURLToPath(new URL("../../docs/regenerating.md", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-diff-"));
  const order = { total: { type: "number" }, status: { type: "string", enum: ["open"] } };
  const newer = { status: { type: "string", enum: ["open", "returned"] } };
  await write("old.json", acme("1.4.0", "/token", order));
  await write("new.json", acme("1.5.0", "/oauth/token", newer));
  await write("same.json", acme("1.4.0", "/token", order, "Another description"));
  await write("wider.json", acme("1.4.0", "/token", { ...order, note: { type: "string" } }));
});
afterAll(() => rm(folder, { recursive: true }));

it("prints what docs/regenerating.md shows", async () => {
  const { code, out, error } = await run("old.json", "new.json");
  expect({ code, error }).toEqual({ code: 1, error: "" });
  expect(await readFile(page, "utf8")).toContain(`\`\`\`\n${out}\`\`\`\n`);
});

it("exits with 0 if nothing breaks and with 1 if something does, by --fail-on", async () => {
  expect(await run("old.json", "same.json")).toEqual({ code: 0, out: "Acme 1.4.0\n\nNothing changed.\n", error: "" });
  expect((await run("old.json", "wider.json")).code).toBe(0);
  expect((await run("old.json", "wider.json", "--fail-on", "any")).code).toBe(1);
  expect((await run("old.json", "same.json", "--fail-on", "any")).code).toBe(0);
  expect((await run("old.json", "new.json", "--fail-on", "never")).code).toBe(0);
});

it("holds a document against what was generated, and what was generated against another", async () => {
  const at = (name: string) => join(folder, name);
  const silent = { out: () => {}, error: () => {} };
  expect(await generate([at("old.json"), "--out", at("made"), "--name", "acme"], silent)).toBe(0);
  expect(await generate([at("new.json"), "--out", at("newer"), "--name", "acme"], silent)).toBe(0);
  const want = (await run("old.json", "new.json")).out;
  expect(await run("made/acme", "new.json")).toEqual({ code: 1, out: want, error: "" });
  expect(await run("made/acme/contract.jsonc", "newer/acme")).toEqual({ code: 1, out: want, error: "" });
  expect((await run("made/acme", "old.json")).out).toBe("Acme 1.4.0\n\nNothing changed.\n");
});

it("compares documents with the files generated from them, by --out or by latchkey.config.*", async () => {
  const at = (name: string) => join(folder, name);
  const { output } = recordOutput();
  await generate([at("old.json"), "--out", at("vendors"), "--name", "acme"], output);
  const want = { code: 1, out: (await run("old.json", "new.json")).out, error: "" };
  expect(await run("new.json", "--out", at("vendors"), "--name", "acme")).toEqual(want);
  expect((await run("old.json", "--out", at("vendors"), "--name", "acme", "--fail-on=any")).code).toBe(0);
  const vendors = { acme: { document: "new.json" }, other: { document: "old.json" } };
  await writeFile(at("latchkey.config.json"), JSON.stringify({ out: "vendors", vendors }));
  const config = ["--config", at("latchkey.config.json")];
  expect(await run("acme", ...config)).toEqual(want);
  expect(await run(...config)).toMatchObject({ code: 2, error: expect.stringMatching(/other.*generate first/u) });
  await generate([at("old.json"), "--out", at("vendors"), "--name", "other"], output);
  expect((await run(...config)).out).toBe(
    `${want.out}\nAcme 1.4.0\n\nNothing changed.\n\n2 vendors together need a major version.\n`,
  );
  expect(await run("acne", ...config)).toMatchObject({
    code: 2,
    error: expect.stringContaining('did you mean "acme"?'),
  });
});

it("compares the operations that a filter leaves", async () => {
  const at = (name: string) => join(folder, name);
  const filter = ["--out", at("some"), "--name", "acme", "--exclude-path", "/returns"];
  await generate([at("old.json"), ...filter], recordOutput().output);
  expect((await run("old.json", ...filter)).out).toContain("Nothing changed.");
  expect((await run("some/acme", "old.json")).out).toContain("GET /returns\n   + the operation was added");
});

it("writes Markdown in which a document's names are code, and JSON that is documented", async () => {
  expect((await run("old.json", "new.json", "--format", "markdown")).out).toBe(`## \`Acme 1.4.0 → 1.5.0\`

3 changes: 1 breaks requests, 1 breaks responses. Needs a major version.

### Sign-in and errors

- \`scheme oauth\`
  - \`client_credentials\`: the token URL changed: \`POST /token\` → \`POST /oauth/token\` (**breaks callers**, fixed by generating again)

### Schemas

- \`Order\` (\`GET /orders\`, \`GET /orders/last\` and 2 more)
  - \`/status\`: an enum value was added (enums are open in responses): \`["returned"]\`
  - \`/total\`: a property was removed (**breaks readers**)
`);
  expect(JSON.parse((await run("old.json", "new.json", "--format", "json")).out)).toMatchObject({
    breaking: true,
    version: "major",
    vendors: [{ name: "new", before: { version: "1.4.0" }, after: { version: "1.5.0" }, version: "major" }],
  });
});

it("colours only where the terminal has colours", async () => {
  expect((await run("old.json", "new.json")).out).not.toContain("\u001b");
  const { output, printed } = recordOutput();
  await diff([join(folder, "old.json"), join(folder, "new.json")], output, true);
  expect(printed().out).toContain("\u001b[31m");
  expect(await spawnScript("scripts/cli.ts", "diff", join(folder, "old.json"), join(folder, "new.json"))).toMatchObject(
    {
      code: 1,
      out: expect.not.stringContaining("\u001b"),
    },
  );
});

it("lets nothing in a document move the terminal or the page", async () => {
  const hostile = "\u001b[2J`x` **b** @everyone\n# h\u202e";
  const document = (properties: JsonObject) => ({
    ...acme("1", "/token", properties),
    info: { title: hostile, version: hostile },
  });
  await write("hostile-old.json", document({ [hostile]: { type: "string", enum: ["a", hostile] } }));
  await write("hostile-new.json", document({ [hostile]: { type: "string", enum: ["a"] } }));
  for (const format of ["text", "markdown"]) {
    const { out } = await run("hostile-old.json", "hostile-new.json", "--format", format);
    expect(out).toContain("an enum value was removed");
    expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(out).not.toMatch(/^# h/mu);
    if (format === "markdown") expect(out.replace(/(`+)(?!`).*?[^`]\1(?!`)/gu, "")).not.toMatch(/\*\*b|@everyone/u);
  }
});

it("answers wrong usage, and documents that cannot be read, with 2", async () => {
  expect(await run("--help")).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: .*Exit codes/su) });
  for (const wrong of [
    ["--config", "nowhere.config.ts"],
    ["old.json"],
    ["old.json", "new.json", "same.json"],
    ["old.json", "new.json", "--format", "xml"],
    ["--nonsense"],
    ["old.json", "new.json", "--watch"],
    ["old.json", "--out", "x", "--check"],
  ]) {
    expect((await run(...wrong)).code, wrong.join(" ")).toBe(2);
  }
  expect(await run("old.json", "nowhere.json")).toMatchObject({
    code: 2,
    error: expect.stringContaining("nowhere.json"),
  });
  await write("broken.json", { openapi: "3.1.0", paths: { "/a": { get: { "x-latchkey-pagination": 5 } } } });
  expect(await run("old.json", "broken.json")).toMatchObject({
    code: 2,
    error: expect.stringContaining("x-latchkey-pagination"),
  });
  await writeFile(join(folder, "other.jsonc"), '{ "format": 99 }');
  expect(await run("other.jsonc", "new.json")).toMatchObject({ code: 2, error: expect.stringContaining("format 99") });
  await writeFile(join(folder, "foreign.jsonc"), "nonsense");
  expect(await run("foreign.jsonc", "new.json")).toMatchObject({
    code: 2,
    error: expect.stringContaining("not what the generator wrote"),
  });
});

it.for(["generate", "check", "diff", "sandbox"])("latchkey %s has its own --help", async (command) => {
  expect(await spawnScript("scripts/cli.ts", "--help")).toMatchObject({
    out: expect.stringMatching(new RegExp(`^  ${command} `, "mu")),
  });
  expect(await spawnScript("scripts/cli.ts", command, "--help")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Usage: latchkey .*Exit codes: /su),
    error: "",
  });
});

function acme(version: string, tokenUrl: string, properties: JsonObject, description = "Orders"): JsonObject {
  const order = { $ref: "#/components/schemas/Order" };
  const responses = { "200": { description, content: json(order) } };
  const paths = ["/orders", "/orders/{id}", "/orders/last", "/returns"].map((path) => [path, { get: { responses } }]);
  return {
    ...documentOf({
      paths: Object.fromEntries(paths),
      security: [{ oauth: [] }],
      components: {
        schemas: { Order: { type: "object", properties } },
        securitySchemes: {
          oauth: { type: "oauth2", flows: { clientCredentials: { tokenUrl, refreshUrl: "/refresh", scopes: {} } } },
        },
      },
    }),
    info: { title: "Acme", version },
  };
}

const write = (name: string, document: JsonObject) => writeFile(join(folder, name), JSON.stringify(document));

/** The command in this process; names that are no options are in the folder. The vendor is called acme. */
async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const isFile = /^[\w-]+\.jsonc?$|^(?:made|newer|some)\//u;
  const { output, printed } = recordOutput();
  const code = await diff(
    args.map((arg) => (isFile.test(arg) ? join(folder, arg) : arg)),
    output,
  );
  return { code, ...printed() };
}
