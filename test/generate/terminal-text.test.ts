/** Names, titles, file names and messages of others do nothing to the terminal of the one who runs a command. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it, test } from "vitest";
import { toTerminalText } from "../../scripts/shared/terminal-text.ts";
import { spawnScript } from "../support/command.ts";

const hostile = "\u001B]0;owned\u0007\u001B[8mgone\u001B[2J\r\u202Etxt\u009B31m";
const ownStyle = new RegExp(`${"\u001B"}\\[(?:1|2|22|31|32|33|36|39)m`, "gu");
const active = /[^\P{Cc}\t\n]|\p{Cf}/u;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-terminal-"));
});
afterAll(() => rm(folder, { recursive: true }));

const toDocument = (name: string) =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: name, version: name },
    servers: [{ url: "https://acme.example" }],
    security: [{ [name]: [] }],
    paths: {
      [`/${name}`]: {
        get: { operationId: name, responses: { "200": { description: name } }, security: [{ [`${name}2`]: [] }] },
      },
    },
    // What is no extension is an error of every command.
    [`x-latchkey-${name}`]: true,
    components: {
      securitySchemes: { [name]: { type: "apiKey", in: "header", name: "x-key" } },
      schemas: { [name]: { $ref: `#/components/schemas/${name}3` } },
    },
  });

test.each([
  ["generate", []],
  ["check", []],
  ["diff", ["second"]],
  ["sandbox", []],
] as const)("%s prints a hostile document as visible text", async (command, others) => {
  const document = join(folder, `first${hostile}.json`);
  await writeFile(document, toDocument(hostile));
  const more = others.map((name) => join(folder, `${name}.json`));
  for (const path of more) await writeFile(path, toDocument(`${hostile}4`));
  const { out, error } = await spawnScript("scripts/cli.ts", command, document, ...more);
  expect(out + error).toContain("\\u001b");
  expect(out + error).not.toMatch(active);
});

it("prints the title of a document that a sandbox serves as visible text", async () => {
  const document = join(folder, "served.json");
  await writeFile(document, served);
  expect(await printedBySandbox(document)).toContain("\\u001b]0;owned\\u0007");
});

it("prints what a vendor's sandbox says of accounts and variants as visible text", async () => {
  const vendor = join(folder, "vendor");
  await mkdir(vendor);
  await writeFile(join(vendor, "openapi.json"), served);
  const accounts = { [hostile]: { description: hostile, credentials: { apiKey: hostile } } };
  await writeFile(
    join(vendor, "sandbox.yaml"),
    JSON.stringify({ accounts, variants: { [hostile]: { description: hostile } } }),
  );
  const printed = await printedBySandbox(join(vendor, "openapi.json"));
  expect(printed.match(/\\u001b\]0;owned/gu)?.length).toBe(5);
});

it("prints the mistakes of a vendor's sandbox as visible text", async () => {
  const vendor = join(folder, "wrong");
  await mkdir(vendor);
  await writeFile(join(vendor, "openapi.json"), served);
  await writeFile(
    join(vendor, "sandbox.yaml"),
    JSON.stringify({ [hostile]: 1, answers: [{ when: hostile, status: 1, [hostile]: 2 }] }),
  );
  const printed = await printedBySandbox(join(vendor, "openapi.json"));
  expect(printed).toContain("\\u001b]0;owned");
});

const served = JSON.stringify({
  openapi: "3.1.0",
  info: { title: hostile, version: "1" },
  servers: [{ url: "/" }],
  security: [{ key: [] }],
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
  paths: { "/": { get: { operationId: "read", responses: { "200": { description: "" } } } } },
});

/** What `latchkey sandbox` prints until it runs or ends, which is text alone. */
async function printedBySandbox(document: string): Promise<string> {
  const cli = join(import.meta.dirname, "../../scripts/cli.ts");
  const child = spawn(process.execPath, ["--conditions=latchkey-source", cli, "sandbox", document]);
  let printed = "";
  await new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (printed.includes("Ctrl-C")) child.kill("SIGINT");
      });
    child.on("close", () => resolve());
  });
  expect(printed).not.toMatch(active);
  return printed;
}

it("keeps our own colours and the line of progress, and nothing else that is not text", () => {
  expect(toTerminalText("\r\u001B[2Kgenerate: acme")).toBe("\r\u001B[2Kgenerate: acme");
  expect(toTerminalText("\u001B[31m!\u001B[39m a\tb\n")).toBe("\u001B[31m!\u001B[39m a\tb\n");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const printed = toTerminalText(`x${text}`);
      expect(printed.replaceAll(ownStyle, "")).not.toMatch(active);
      expect(JSON.parse(toTerminalText(JSON.stringify(text)))).toBe(text);
    }),
    { seed: 1 },
  );
});
