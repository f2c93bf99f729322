import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import cli from "../../scripts/package.json" with { type: "json" };
import { diff } from "../../scripts/diff/command.ts";
import { check, generate } from "../../scripts/generate/command.ts";
import { sandbox } from "../../scripts/sandbox/command.ts";
import { type Ended, recordOutput, spawnScript } from "../support/command.ts";

const script = fileURLToPath(new URL("../../scripts/cli.ts", import.meta.url));
const latchkey = (...args: string[]): Promise<Ended> => spawnScript("scripts/cli.ts", ...args);
const document = `openapi: 3.1.0
info: { title: Acme, version: "1" }
security: []
paths: { /orders: { get: { operationId: listOrders, responses: { "204": { description: None } } } } }
`;
/** The same command in this process, which starts sooner. */
const perform = async (name: keyof typeof commands, ...args: string[]): Promise<Ended> => {
  const { output, printed } = recordOutput();
  const code = await commands[name](args, output);
  return { code, ...printed() };
};
const commands = { generate, check, diff, sandbox };
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-line-"));
  await writeFile(at("acme.yaml"), document);
});
afterAll(() => rm(folder, { recursive: true }));

describe("the command", () => {
  it("prints its version", async () => {
    expect(await latchkey("--version")).toEqual({ code: 0, out: `${cli.version}\n`, error: "" });
    expect((await latchkey("-v")).out).toBe(`${cli.version}\n`);
  });

  it("prints the help of a command for help <command>, and its own for help alone", async () => {
    for (const command of ["init", "generate", "check", "diff", "sandbox"]) {
      const help = await latchkey("help", command);
      expect(help).toEqual({
        code: 0,
        out: expect.stringMatching(new RegExp(`^Usage: latchkey ${command} `, "u")),
        error: "",
      });
      expect(help).toEqual(await latchkey(command, "--help"));
    }
    expect((await latchkey("help")).out).toMatch(/^Usage: latchkey <command>/u);
  }, 60_000);

  it.each([
    [["genrate"], 'latchkey: no command is called "genrate"; did you mean "generate"?'],
    [["help", "chek"], 'latchkey: no command is called "chek"; did you mean "check"?'],
    [["--verson"], 'latchkey: there is no option "--verson"; did you mean "--version"?'],
  ])(
    "answers %j with 2 and what to write instead",
    async (args, message) => {
      expect(await latchkey(...args)).toEqual({ code: 2, out: "", error: `${message}\n` });
    },
    20_000,
  );

  it.each([
    ["generate", ["--ouy", "x"], "generate: there is no option --ouy; did you mean --out?"],
    ["check", ["--wach"], "check: there is no option --wach; --help lists the options"],
    ["check", ["--watch"], "check: there is no option --watch; --help lists the options"],
    ["diff", ["a.yaml", "b.yaml", "--fromat", "json"], "diff: there is no option --fromat; did you mean --format?"],
    ["diff", ["acme", "--includ-tag", "x"], "diff: there is no option --includ-tag; did you mean --include-tag?"],
    ["diff", ["a.yaml", "b.yaml", "--format"], "diff: --format needs a value; use one of text, markdown, json"],
    ["sandbox", ["--prot", "1"], "sandbox: there is no option --prot; did you mean --port?"],
    ["generate", ["a.yaml", "--out"], "generate: --out needs a value; write it after the option"],
    [
      "generate",
      ["a.yaml", "--out", "--strict"],
      "generate: --out needs a value, but an option follows it; write --out=… if that is the value",
    ],
    ["generate", ["--force=yes"], "generate: --force takes no value; leave it out"],
    [
      "generate",
      ["a.yaml", "b/a.yaml", "--out", "x"],
      "generate: two documents would be called a; run the command once for each, with --name",
    ],
  ] as const)(
    "answers %s %j with 2 and what to write instead",
    async (name, args, message) => {
      const { code, out, error } = await perform(name, ...args);
      expect({ code, out, first: error.split("\n")[0] }).toEqual({ code: 2, out: "", first: message });
    },
    20_000,
  );

  it("ends as usual when its reader is gone, without a word about it", async () => {
    const child = spawn(process.execPath, [
      "--conditions=latchkey-source",
      script,
      "diff",
      at("acme.yaml"),
      at("acme.yaml"),
    ]);
    let error = "";
    child.stderr.on("data", (chunk: Buffer) => {
      error += chunk.toString();
    });
    child.stdout.destroy();
    expect(await once(child, "close")).toEqual([0, null]);
    expect(error).toBe("");
  }, 20_000);
});

describe("what is given for a document by mistake has a sentence of its own:", () => {
  it.each([
    ["a folder", "folder", undefined, "this is a folder, not a document; give the path of a document in it"],
    ["an empty file", "empty.yaml", "\n", "the file is empty; save the document to it"],
    [
      "an HTML page",
      "page.html",
      "<!-- x --> <!DOCTYPE html>\n<html></html>",
      "this is an HTML page, not an OpenAPI document; give the address of the document itself, which such a page links to, often as openapi.json",
    ],
    [
      "an overlay",
      "overlay.yaml",
      "overlay: 1.0.0\nactions: []\n",
      "this is an OpenAPI Overlay, not a document; give it with --overlay, beside the document",
    ],
    [
      "old Swagger",
      "old.yaml",
      'swaggerVersion: "1.2"\n',
      'Swagger "1.2" is not supported; give an OpenAPI 3.0, 3.1 or 3.2 document, or Swagger 2.0',
    ],
    [
      "other YAML",
      "other.yaml",
      "a: 1\n",
      "this is not an OpenAPI document: it has neither openapi nor swagger; give an OpenAPI 3.0, 3.1 or 3.2 document, or Swagger 2.0",
    ],
  ])(
    "%s",
    async (_, name, text, sentence) => {
      if (text === undefined) await mkdir(at(name));
      else await writeFile(at(name), text);
      const { code, error } = await perform("generate", at(name), "--out", at("none"));
      expect(code).toBe(1);
      expect(error).toMatch(/^\S+:1:1: /u);
      expect(error.split("\n")[0]?.replace(/^.*: #(?:\/openapi)?: /u, "")).toBe(sentence);
      expect(error).toMatch(/\ngenerate: 1 problem; nothing was written\n$/u);
    },
    20_000,
  );

  it.each([
    ["openapi: 3.1.0", "openapi: 3.0"],
    ["openapi: 3.1.0", "openapi: 3.1"],
    ["openapi: 3.1.0", "swagger: 2.0"],
  ])(
    "but a version that YAML reads as a number is a version: %s as %s",
    async (version, number) => {
      const name = `${number.replaceAll(/\W+/gu, "-")}.yaml`;
      await writeFile(at(name), document.replace(version, number));
      const made = at(name.replace(".yaml", ""));
      expect(await perform("generate", at(name), "--out", made, "--name", "acme")).toMatchObject({
        code: 0,
        error: "",
      });
      expect(await readdir(join(made, "acme"))).toContain("calls.ts");
    },
    20_000,
  );
});
