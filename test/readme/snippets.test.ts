import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, sandboxVendors, startVendorSandbox } from "../../scripts/sandbox/index.ts";

// A page's TypeScript blocks are one program, read from top to bottom. It is type-checked as it is printed, and run with the addresses and
// credentials of sandboxes. A block that starts a sandbox of its own also runs alone, without any change.

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = new URL("./.run/", import.meta.url);
const names = [
  "clientId",
  "clientSecret",
  "newClientId",
  "newClientSecret",
  "organization",
  "email",
  "username",
  "password",
  "host",
];
const ambient = `declare const ${names.map((name) => `${name}: string`).join(", ")};
declare function readSecret(name: string, options: { signal: AbortSignal }): Promise<{ clientId: string; clientSecret: string }>;
`;

const sandboxes = new Map<string, Sandbox>();
beforeAll(async () => {
  await mkdir(folder, { recursive: true });
  for (const vendor of sandboxVendors()) sandboxes.set(toIdentifier(vendor), await startVendorSandbox(vendor));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await Promise.all([...sandboxes.values()].map((sandbox) => sandbox.close()));
});

describe.each(["README.md", "docs/calls.md", "docs/credentials.md", "docs/events.md", "docs/paging-and-bulk.md"])(
  "the TypeScript of %s",
  (page) => {
    it("type-checks as it is printed", async () => {
      const file = fileURLToPath(new URL(`${toIdentifier(page)}.check.ts`, folder));
      await writeFile(file, `${ambient}${await readBlocks(page)}\nexport {};\n`);
      const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
      const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
      const program = ts.createProgram([file], options);
      const messages = ts
        .getPreEmitDiagnostics(program)
        .filter((one) => one.file?.fileName === file)
        .map((one) => ts.flattenDiagnosticMessageText(one.messageText, "\n"));
      expect(messages).toEqual([]);
    });

    it("runs against the sandboxes", async () => {
      const file = fileURLToPath(new URL(`${toIdentifier(page)}.run.ts`, folder));
      await writeFile(file, toRunnable(await readBlocks(page)));
      const environment = {
        PROPELLER_CLIENT_ID: "a",
        PROPELLER_CLIENT_SECRET: "b",
        PROPELLER_TEST_CLIENT_ID: "c",
        PROPELLER_TEST_CLIENT_SECRET: "d",
      };
      const run = promisify(execFile)(process.execPath, ["--conditions=latchkey-source", file], {
        env: { ...process.env, ...environment },
      });
      await expect(run.then(({ stderr }) => stderr)).resolves.toBe("");
    });
  },
);

it("the first snippet of the README runs as it is printed, and ends", async () => {
  const [first = ""] = await splitBlocks("README.md");
  const file = fileURLToPath(new URL("first.ts", folder));
  await writeFile(file, first);
  const run = promisify(execFile)(process.execPath, ["--conditions=latchkey-source", file]);
  await expect(run).resolves.toMatchObject({ stdout: expect.stringMatching(/^\d+ products\n$/u), stderr: "" });
});

async function splitBlocks(page: string): Promise<string[]> {
  const text = await readFile(`${root}${page}`, "utf8");
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gmsu)].map((match) => match[1] ?? "");
  expect(blocks.length).toBeGreaterThan(1);
  return blocks;
}

const readBlocks = async (page: string): Promise<string> => (await splitBlocks(page)).join("\n");

function toRunnable(code: string): string {
  const given = Object.fromEntries(
    [...sandboxes].map(([name, { server, accounts }]) => [name, { server, ...accounts.default, ...accounts.customer }]),
  );
  const addressed = code
    // Later blocks go on with its client.
    .replace(/^await sandbox\.close\(\);$/gmu, "")
    .replace(
      /\{ server: sandbox\.server, credentials: sandbox\.credentials \}/gu,
      "{ credentials: { clientId, clientSecret } }",
    )
    .replace(/^const sandbox = .*$/gmu, "")
    .replace(/^const server = .*$/gmu, "")
    .replace(/\{ server(?:: \{ variables: \{ host \} \})?, /gu, "{ ")
    .replace(/\b(connect|authMiddleware)\((\w+), \{/gu, "$1($2, { server: sandboxes.$2.server, ")
    .replace(
      /(sandboxes\.\w+)\.server, ([^;]*?)credentials: \{ (.*?) \}/gu,
      "$1.server, $2credentials: (({ $3 }) => ({ $3 }))($1)",
    )
    .replace(/store\.as\(\{ (.*?) \}\)/gu, "store.as((({ $1 }) => ({ $1 }))(sandboxes.elasticPath))")
    .replace(/baseUrl: "https:\/\/api\.apiera\.io"/u, "baseUrl: sandboxes.apiera.server.url");
  return `const sandboxes = ${JSON.stringify(given)};
const { clientId: newClientId, clientSecret: newClientSecret } = sandboxes.propeller;
const readSecret = async () => sandboxes.propeller;
${addressed}`;
}

const toIdentifier = (name: string): string => name.replace(/\W+(\w)/gu, (_, letter: string) => letter.toUpperCase());
