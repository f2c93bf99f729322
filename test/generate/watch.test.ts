import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const cli = fileURLToPath(new URL("../../scripts/cli.ts", import.meta.url));
const document = (path: string) => `openapi: 3.1.0
info: { title: Acme, version: "1" }
paths:
  ${path}: { get: { responses: { "200": { description: One, content: { application/json: { schema: { $ref: parts/order.yaml } } } } } } }
`;
const config = (name: string) =>
  `export default { out: "made", vendors: { ${name}: { document: "openapi.yaml" } } };\n`;
const children: ChildProcessWithoutNullStreams[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-watch-"));
  await write("openapi.yaml", document("/orders"));
  await write("parts/order.yaml", "type: object\nproperties: { size: { type: string } }\n");
  await write("latchkey.config.mjs", config("acme"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

it("generates again when a document, a file it refers to, its overlay or the configuration changes", async () => {
  const run = watch();
  await run.says("wrote made/acme/index.ts");
  await run.says("watching 4 files");
  await write("openapi.yaml", document("/bills"));
  await run.says("openapi.yaml changed");
  await run.says("watching");
  expect(await read("made/acme/calls.ts")).toContain("/bills");
  await write("parts/order.yaml", "type: object\nproperties: { colour: { type: string } }\n");
  await run.says("parts/order.yaml changed");
  await run.says("watching");
  expect(await read("made/acme/types.ts")).toContain("colour");
  await write("overlay.yaml", 'overlay: 1.0.0\nactions: [{ target: $.info, update: { title: "Ours" } }]\n');
  await run.says("overlay.yaml changed");
  await run.says("watching");
  expect(await read("made/acme/vendor.ts")).toContain('title: "Ours"');
  await write("latchkey.config.mjs", config("shop"));
  await run.says("latchkey.config.mjs changed");
  await run.complains("made/acme was generated for a vendor that the configuration does not have");
  await run.says("watching");
  expect(await read("made/shop/calls.ts")).toContain("/bills");
  expect(await run.end("SIGINT")).toEqual([0, null]);
});

it("survives a broken document and a broken configuration, and keeps the files meanwhile", async () => {
  const run = watch();
  await run.says("watching");
  const before = await read("made/acme/calls.ts");
  await write("openapi.yaml", "openapi: 3.1.0\npaths: []\n");
  await run.complains("openapi.yaml:2:1: #/paths: paths is not an object");
  await run.says("watching 4 files");
  await write("latchkey.config.mjs", "export default {");
  await run.complains("latchkey.config.mjs: the file cannot be loaded");
  await run.says("watching 4 files");
  await rm(join(folder, "openapi.yaml"));
  await write("latchkey.config.mjs", config("acme"));
  await run.complains("openapi.yaml:1:1: #: there is no such file (ENOENT)");
  await run.says("watching");
  expect(await read("made/acme/calls.ts")).toBe(before);
  await write("openapi.yaml", document("/bills"));
  await run.says("wrote made/acme/calls.ts");
  await run.says("watching");
  expect(await run.end("SIGTERM")).toEqual([0, null]);
});

it("does nothing for a file that was only touched or is not its own", async () => {
  const run = watch();
  await run.says("watching");
  await utimes(join(folder, "openapi.yaml"), 1, 1);
  await write("notes.txt", "none of its business");
  await write("parts/order.yaml", "type: object\n");
  await run.says("watching");
  expect(run.lines().filter((line) => /[a-z] changed$/u.test(line) && !line.includes("files changed"))).toEqual([
    "parts/order.yaml changed",
  ]);
  expect(await run.end("SIGTERM")).toEqual([0, null]);
});

it("does not stay where there is nothing to watch", async () => {
  await rm(join(folder, "latchkey.config.mjs"));
  const run = watch();
  expect(await once(run.child, "close")).toEqual([2, null]);
});

/** The command as a process of its own; what it says is waited for, line by line. */
function watch(...args: string[]) {
  const command = ["--conditions=latchkey-source", cli, "generate", "--watch", ...args];
  const child = spawn(process.execPath, command, { cwd: folder });
  children.push(child);
  const follow = (stream: NodeJS.ReadableStream) => {
    let text = "";
    let position = 0;
    const closed = once(child, "close").then(() => true);
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    const says = async (wanted: string): Promise<void> => {
      for (;;) {
        const at = text.indexOf(wanted, position);
        if (at >= 0) {
          position = at + wanted.length;
          return;
        }
        const ended = await Promise.race([closed, once(stream, "data").then(() => false)]);
        if (ended) throw new Error(`it ended without ${JSON.stringify(wanted)}:\n${text}`);
      }
    };
    return { says, lines: () => text.split("\n") };
  };
  const output = follow(child.stdout);
  const errors = follow(child.stderr);
  return {
    child,
    says: output.says,
    lines: output.lines,
    complains: errors.says,
    end(signal: NodeJS.Signals): Promise<unknown[]> {
      child.kill(signal);
      return once(child, "close");
    },
  };
}

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
