import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { check, generate } from "../../scripts/generate/command.ts";
import { recordOutput } from "../support/command.ts";

const home = process.cwd();
const document = `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: http://api.acme.example }]
security: []
paths:
  /a: { get: { operationId: list, responses: { "204": { description: None } } } }
  /b: { get: { operationId: list, responses: { "204": { description: None } } } }
  /c: { get: { operationId: list, responses: { "204": { description: None } } } }
`;
const twice =
  'acme.yaml:7:16: #/paths/~1b/get/operationId: the operationId "list" is already used at #/paths/~1a/get; rename one of the two';
const insecure =
  "acme.yaml:3:11: #/servers/0: the first server is http://api.acme.example: credentials travel unencrypted; put an https server first, or give one: connect(vendor, { server })";
const both = `warning: ${insecure} (insecure-server)\nwarning: ${twice} (duplicate-operation-id, and 1 more)\n`;
const args = ["acme.yaml", "--out", "made"];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-warnings-"));
  process.chdir(folder);
  await writeFile("acme.yaml", document);
});
afterEach(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true });
});

it("each kind is printed once, with its name and the number of further places, and --quiet silences it", async () => {
  expect(await run(generate, ...args)).toMatchObject({ code: 0, error: both });
  expect(await run(check, ...args)).toMatchObject({ code: 0, error: both });
  expect(await run(check, ...args, "--quiet", "duplicate-operation-id")).toMatchObject({
    code: 0,
    error: `warning: ${insecure} (insecure-server)\n`,
  });
  expect(await run(generate, ...args, "--quiet", "insecure-servr")).toMatchObject({
    code: 2,
    error: expect.stringContaining(
      'generate: --quiet "insecure-servr": there is no such kind of warning; did you mean "insecure-server"?\n',
    ),
  });
});

it("warnings are errors with --strict-document, also where nothing has changed", async () => {
  await run(generate, ...args);
  expect(await run(generate, ...args)).toMatchObject({ code: 0, error: "" });
  expect(await run(generate, ...args, "--strict-document")).toMatchObject({
    code: 1,
    error: expect.stringMatching(
      /^acme\.yaml:3:11: [\s\S]*\nacme\.yaml:8:16: [\s\S]*\ngenerate: 3 problems; nothing was written\n$/u,
    ),
  });
  const quiet = ["--quiet", "duplicate-operation-id", "--quiet", "insecure-server"];
  expect(await run(generate, ...args, "--strict-document", ...quiet)).toMatchObject({ code: 0, error: "" });
});

it("a configuration says both for each vendor, and the command line adds to it", async () => {
  const acme = { document: "acme.yaml", quiet: ["insecure-server"] };
  const write = (vendor: object) =>
    writeFile("latchkey.config.json", JSON.stringify({ out: "made", vendors: { acme: vendor } }));
  await write(acme);
  expect(await run(generate)).toMatchObject({
    code: 0,
    error: `warning: ${twice} (duplicate-operation-id, and 1 more)\n`,
  });
  expect(await run(check, "--quiet", "duplicate-operation-id")).toMatchObject({ code: 0, error: "" });
  await write({ ...acme, strictDocument: true });
  expect(await run(generate)).toMatchObject({ code: 1, error: expect.stringContaining("generate: 2 problems") });
  await write({ ...acme, quiet: ["nothing"] });
  expect(await run(generate)).toMatchObject({
    code: 2,
    error: expect.stringContaining(
      "latchkey.config.json: vendors.acme.quiet[0]: there is no such kind of warning; use one of broken-reference, malformed-part",
    ),
  });
});

async function run(command: typeof generate, ...given: readonly string[]) {
  const { output, printed } = recordOutput();
  const code = await command(given, output);
  return { code, ...printed() };
}
