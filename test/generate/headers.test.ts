import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { diff } from "../../scripts/diff/command.ts";
import { check, generate } from "../../scripts/generate/command.ts";
import { recordOutput } from "../support/command.ts";
import { startLoopback } from "../support/loopback.ts";

const secret = "canary-4f1c9e";
const header = ["--header", `X-Login: ${secret}`, "--header", `Authorization: Bearer ${secret}`];
const home = process.cwd();
const printed: string[] = [];
let folder: string;

const document = (ref = "#/components/schemas/Order", path = "/orders") =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Acme", version: "1" },
    security: [],
    paths: {
      [path]: {
        get: {
          operationId: "listOrders",
          responses: { "200": { description: "OK", content: { "application/json": { schema: { $ref: ref } } } } },
        },
      },
    },
    components: { schemas: { Order: { type: "object", properties: { id: { type: "string" } } } } },
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-headers-"));
  process.chdir(folder);
  printed.length = 0;
});
afterEach(async () => {
  process.chdir(home);
  delete process.env.ACME_DOCUMENT_LOGIN;
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  await rm(folder, { recursive: true });
  expect([...printed, ...texts].filter((text) => text.includes(secret))).toEqual([]);
});

it("reads a document behind a login for generate, check and diff, with the header kept out of files and messages", async () => {
  let current = document();
  await using server = await startLoopback(() => ({ "/acme.json": { body: current } }));
  const args = [`${server.origin}/acme.json`, "--out", "made", ...header];
  expect(await run(generate, ...args)).toMatchObject({ code: 0, error: "" });
  expect(await run(generate, ...args)).toMatchObject({ out: expect.stringContaining("0 files changed") });
  expect(await run(check, ...args)).toMatchObject({ code: 0 });
  current = document(undefined, "/bills");
  const { code, error } = await run(check, ...args);
  expect(code).toBe(1);
  expect(error.trim().split("\n").at(-1)).toBe(
    `npx latchkey diff ${server.origin}/acme.json --out made --header 'X-Login: …' --header 'Authorization: …'`,
  );
  // Options that diff does not take are not in its command.
  const strict = ["--quiet", "unused-flow", "--quiet=missing-info", "--strict-document"];
  expect((await run(check, ...args, ...strict)).error.trim().split("\n").at(-1)).toBe(error.trim().split("\n").at(-1));
  expect(await run(diff, ...args)).toMatchObject({ code: 1, out: expect.stringContaining("GET /bills") });
  expect(await run(diff, "made/acme", `${server.origin}/acme.json`, ...header)).toMatchObject({ code: 1 });
  for (const { headers } of server.heard)
    expect(headers).toMatchObject({ "x-login": secret, authorization: `Bearer ${secret}` });
});

it("sends the header to the document's own server alone: neither to what it refers to, nor to an overlay's, nor to where it redirects", async () => {
  await using other = await startLoopback({
    "/order.json": { body: '{ "type": "object" }' },
    "/overlay.yaml": { body: "overlay: 1.0.0\nactions: [{ target: $.info, update: { title: Ours } }]\n" },
    "/acme.json": { body: document() },
  });
  await using server = await startLoopback({
    "/acme.json": { body: document(`${other.origin}/order.json`) },
    "/away": { status: 302, headers: { location: `${other.origin}/acme.json` } },
  });
  const more = ["--remote", "--overlay", `${other.origin}/overlay.yaml`, ...header];
  expect(await run(generate, `${server.origin}/acme.json`, "--out", "made", ...more)).toMatchObject({ code: 0 });
  expect(other.requests).toEqual(expect.arrayContaining(["GET /order.json", "GET /overlay.yaml"]));
  expect(await run(generate, `${server.origin}/away`, "--out", "made", ...header)).toMatchObject({
    code: 1,
    error: expect.stringContaining(`it redirects to ${other.origin}/acme.json; give that address`),
  });
  expect(other.requests).not.toContain("GET /acme.json");
  for (const { headers } of other.heard) expect(Object.keys(headers)).not.toContain("x-login");
  for (const { headers } of other.heard) expect(headers.authorization).toBeUndefined();
});

it("says how to log in where the server wants it, and what a header looks like", async () => {
  await using server = await startLoopback({ "/acme.json": { status: 401 } });
  const address = `${server.origin}/acme.json`;
  expect((await run(generate, address, "--out", "made", ...header)).error).toContain(
    "the server requires a login (HTTP 401); add --header 'Name: value', or headers in latchkey.config.ts",
  );
  for (const [given, message] of [
    [secret, "--header takes 'Name: value'; write the header's name, a colon and its value"],
    [`Bad Name: ${secret}`, "--header takes 'Name: value'; write the header's name, a colon and its value"],
    [
      `X-Login: ${secret}\r\nX-Other: 1`,
      "--header X-Login: the value has characters that a header cannot contain; give printable ASCII",
    ],
    ["X-Login:", "--header X-Login: the value is empty; give printable ASCII"],
  ] as const)
    expect(await run(generate, address, "--out", "made", "--header", given)).toMatchObject({
      code: 2,
      error: expect.stringContaining(`generate: ${message}\n`),
    });
  await writeFile("acme.json", document());
  for (const [command, args, message] of [
    [
      generate,
      ["acme.json", "--out", "made", ...header],
      "--header is sent to a document's server, and the document is a file; leave it out",
    ],
    [
      generate,
      [address, `${address}?2`, "--out", "made", ...header],
      "--name, --overlay, --header and --allow-environment are for one document",
    ],
    [generate, header, "--header needs a document and --out; in a configuration, set it for each vendor"],
    [
      generate,
      [address, "--out", "made", `--headr=X-Login: ${secret}`],
      "there is no option --headr; did you mean --header?",
    ],
    [
      diff,
      [address, "https://acme.example/acme.json", ...header],
      "--header is sent to one server, and the documents are not on one",
    ],
  ] as const)
    expect(await run(command, ...args)).toMatchObject({ code: 2, error: expect.stringContaining(message) });
});

it("is read from an environment variable by configuration", async () => {
  await using server = await startLoopback({ "/acme.json": { body: document() } });
  const headers = { Authorization: { environment: "ACME_DOCUMENT_LOGIN" } };
  const vendors = {
    acme: { document: `${server.origin}/acme.json`, headers },
    shop: { document: `${server.origin}/acme.json` },
  };
  await writeFile("latchkey.config.json", JSON.stringify({ out: "made", vendors }));
  expect(await run(generate)).toMatchObject({
    code: 2,
    error: expect.stringContaining(
      "vendors.acme.headers.Authorization: the environment variable ACME_DOCUMENT_LOGIN is not set; set it to the header's value",
    ),
  });
  process.env.ACME_DOCUMENT_LOGIN = `Bearer ${secret}`;
  expect(await run(generate)).toMatchObject({ code: 0, error: "" });
  expect(await run(diff)).toMatchObject({ code: 0 });
  // Each vendor's document is read with its own headers, also where two have one address.
  expect(new Set(server.heard.map(({ headers }) => headers.authorization))).toEqual(
    new Set([`Bearer ${secret}`, undefined]),
  );
});

async function run(command: typeof generate | typeof diff, ...args: readonly string[]) {
  const { output, printed: texts } = recordOutput();
  const code = await command(args, output);
  const { out, error } = texts();
  printed.push(out, error);
  return { code, out, error };
}
