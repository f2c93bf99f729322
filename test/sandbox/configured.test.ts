import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sandbox } from "../../scripts/sandbox/command.ts";
import { recordOutput } from "../support/command.ts";
import { startLoopback } from "../support/loopback.ts";
import { openDocument } from "./support/vendor-client.ts";

const cli = fileURLToPath(new URL("../../scripts/cli.ts", import.meta.url));
const home = process.cwd();
const children: ChildProcess[] = [];
let folder: string;

/** As many vendors publish theirs: without a word about signing in. */
const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Acme", version: "1" },
  servers: [{ url: "https://api.acme.example" }],
  paths: Object.fromEntries(
    ["orders", "people"].map((name) => [
      `/${name}`,
      {
        get: {
          operationId: name,
          tags: [name],
          responses: { "204": { description: "None" }, "401": { description: "No" } },
        },
      },
    ]),
  ),
});
const overlay = `overlay: 1.0.0
info: { title: Sign-in, version: "1" }
actions:
  - target: $
    update:
      security: [{ oauth: [] }]
      components: { securitySchemes: { oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: "https://api.acme.example/token", scopes: {} } } } } }
`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-sandbox-"));
  process.chdir(folder);
  await writeFile("acme.json", document);
  await writeFile("sign-in.yaml", overlay);
});
afterEach(async () => {
  process.chdir(home);
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

it("serves the vendors of the configuration by name, with their overlays and filters, and prints a connect() to paste", async () => {
  await using server = await startLoopback({ "/openapi.json": { body: document } });
  const vendors = {
    acme: { document: "acme.json", overlay: "sign-in.yaml", include: { tags: ["orders"] } },
    "other-shop": { document: `${server.origin}/openapi.json` },
  };
  await writeFile("latchkey.config.json", JSON.stringify({ out: "made", vendors }));
  const all = start();
  const text = await all.says("Ctrl-C ends them");
  expect(text).toContain("2 sandboxes are running");
  expect(text).toMatch(
    /\nother-shop\n {2}url {2}\S+\n\n {2}connect\(otherShop, \{ server: \{ url: "http:\/\/127\.0\.0\.1:\d+" \} \}\)\n/u,
  );
  const [, call, url = ""] =
    /^ {2}(connect\(acme, \{ server: \{ url: "(\S+)" \}, credentials: \{ clientId: "\S+", clientSecret: "\S+" \} \}\))$/mu.exec(
      text,
    ) ?? [];
  expect(call).toBeDefined();
  expect((await fetch(`${url}/orders`)).status).toBe(401);
  expect((await fetch(`${url}/people`)).status).toBe(404);
  expect(await all.end("SIGINT")).toBe(0);
  const one = start("acme", "acme.json");
  expect(await one.says("Ctrl-C ends them")).toMatch(/^acme\n[\s\S]*\nAcme\n[\s\S]*2 sandboxes/u);
  expect(await one.end("SIGTERM")).toBe(0);
}, 60_000);

it("signs in by a scheme that only an overlay has, for a document of any name", async () => {
  await using client = await openDocument("acme.json", { overlay: "sign-in.yaml" });
  expect((await client.call("orders")).status).toBe(401);
  expect((await client.call("orders", { token: await client.token() })).status).toBe(204);
});

it("lets a page on this machine call it, and no other page", async () => {
  await using client = await openDocument("acme.json", { overlay: "sign-in.yaml" });
  const served = client.sandbox;
  const url = `${served.server.url}/orders`;
  const origin = "http://localhost:5173";
  const asked = {
    origin,
    "access-control-request-method": "GET",
    "access-control-request-headers": "authorization,x-shop",
  };
  const preflight = await fetch(url, { method: "OPTIONS", headers: asked });
  expect([preflight.status, Object.fromEntries(preflight.headers)]).toEqual([
    204,
    expect.objectContaining({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET",
      "access-control-allow-headers": "authorization,x-shop",
      vary: "Origin",
    }),
  ]);
  const refused = await fetch(url, { headers: { origin } });
  expect(refused.status).toBe(401);
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "*",
  });
  expect(served.requests).toHaveLength(1);
  for (const method of ["OPTIONS", "GET"]) {
    const foreign = await fetch(url, { method, headers: { ...asked, origin: "https://evil.example" } });
    expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  }
});

it.each([
  [["acme"], 'sandbox: "acme" is neither a vendor nor the path of a document; use one of'],
  [
    ["acme.json", "acme.json", "--name", "a"],
    "sandbox: --name, --overlay and --header are for one document; name its path or URL",
  ],
  [["acme.json", "--name", "Acme"], 'sandbox: "Acme" is not a valid vendor name; --name acme'],
  [["--config", "none.json"], "sandbox: none.json: there is no such file; check --config"],
])("answers %j with 2 and what to do", async (args, message) => {
  const { output, printed } = recordOutput();
  expect(await sandbox(args, output)).toBe(2);
  expect(printed().error.split("\n")[0]).toContain(message);
});

it.each(["SIGKILL", "SIGTERM"] as const)(
  "ends when the npx that started it is killed by %s",
  async (signal) => {
    const bin = join(folder, "node_modules", ".bin");
    await mkdir(bin, { recursive: true });
    await symlink(process.execPath, join(bin, "node"));
    await writeFile("package.json", "{}");
    const command = `#!/bin/sh\nexec "${process.execPath}" --conditions=latchkey-source "${cli}" "$@"\n`;
    await writeFile(join(bin, "latchkey"), command, { mode: 0o755 });
    const npx = watch(
      spawn("npx", ["--no-install", "latchkey", "sandbox", "acme.json"], { cwd: folder, detached: false }),
    );
    await npx.says("Ctrl-C ends them");
    const url = /(http:\/\/\S+)\n/u.exec(npx.text())?.[1] ?? "";
    expect((await fetch(`${url}/orders`)).status).toBe(204);
    npx.child.kill(signal);
    // Its streams are closed when the last process that writes to them has ended.
    await npx.ended;
    await expect(fetch(`${url}/orders`)).rejects.toThrow("fetch failed");
  },
  60_000,
);

const start = (...args: string[]) =>
  watch(spawn(process.execPath, ["--conditions=latchkey-source", cli, "sandbox", ...args], { cwd: folder }));

function watch(child: ChildProcess) {
  children.push(child);
  let text = "";
  const collect = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  const ended = once(child, "close").then(([code]): unknown => code);
  const says = async (part: string) => {
    while (!text.includes(part))
      await Promise.race([once(child.stdout ?? child, "data"), ended.then(() => Promise.reject(new Error(text)))]);
    return text;
  };
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { child, ended, says, end, text: () => text };
}
