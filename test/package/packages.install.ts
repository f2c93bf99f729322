import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import runtime from "../../package.json" with { type: "json" };
import { type AcmeServer, startAcme } from "./acme-server.ts";
import { completionsIn } from "./completions.ts";
import { run } from "./run.ts";
import { packTarballs, type Tarballs } from "./tarballs.ts";
import { createUserProject, installTools, type UserProject } from "./user-project.ts";

const peers = Object.keys(runtime.peerDependencies);
const specs = join(import.meta.dirname, "..", "..", "specs");
let tarballs: Tarballs;
let tools: Awaited<ReturnType<typeof installTools>>;
let acme: AcmeServer;

beforeAll(async () => {
  [tarballs, tools, acme] = await Promise.all([packTarballs(), installTools(), startAcme()]);
});
afterAll(async () => {
  await acme.close();
  await tarballs.remove();
  await tools.remove();
});

const nodes = ["22", "24"] as const;
const nodePath = (version: (typeof nodes)[number]): string => (version === "22" ? tools.node22 : process.execPath);

describe.for([
  { manager: "npm", typescript: "5.9", node: "22" },
  { manager: "npm", typescript: "7", node: "24" },
  { manager: "pnpm", typescript: "5.9", node: "24" },
  { manager: "pnpm", typescript: "7", node: "22" },
] as const)("installed with $manager beside TypeScript $typescript on Node $node", ({ manager, typescript, node }) => {
  let project: UserProject;

  beforeAll(async () => {
    const packages = [tarballs.latchkey, tarballs.cli, `typescript@${typescript}`, "@types/node@22", ...peers];
    project = await createUserProject({ manager, packages, node: nodePath(node), pnpm: tools.pnpm });
  });
  afterAll(() => project.remove());

  test("the user's own compiler and this Node are the ones in use", async () => {
    expect(await project.exec("tsc", "--version")).toContain(`Version ${typescript}.`);
    expect(await run(nodePath(node), ["--version"], { cwd: project.folder })).toContain(`v${node}.`);
  });

  test("a vendor of the user's own is generated from a plain document", async () => {
    await project.exec("latchkey", "generate", "acme.yaml", "--out", "compiled/src/vendors");
    await project.exec("latchkey", "generate", "acme.yaml", "--out", "stripped/vendors");
    expect(await project.exec("latchkey", "check", "acme.yaml", "--out", "stripped/vendors")).toContain("up to date");
  });

  test("several vendors come from a configuration in TypeScript, typed by the package", async () => {
    const config = (key: string) =>
      `import { defineConfig } from "latchkey-cli";\nexport default defineConfig({ out: "configured", vendors: { acme: { ${key}: "acme.yaml" } } });\n`;
    await writeFile(join(project.folder, "latchkey.config.ts"), config("document"));
    expect(await project.exec("latchkey", "generate")).toContain("wrote configured/acme/index.ts");
    expect(await project.exec("latchkey", "check")).toContain("up to date");
    await writeFile(join(project.folder, "declared", "index.ts"), config("document"));
    await project.exec("tsc", "-p", "declared");
    await writeFile(join(project.folder, "declared", "index.ts"), config("documnt"));
    await expect(project.exec("tsc", "-p", "declared")).rejects.toThrow(/'documnt' does not exist|documnt/u);
  });

  test("diff reports that nothing changed, and every command has its own help", async () => {
    expect(await project.exec("latchkey", "diff", "acme.yaml", "--out", "stripped/vendors")).toContain(
      "Nothing changed.",
    );
    for (const command of ["init", "generate", "check", "diff", "sandbox"])
      expect(await project.exec("latchkey", command, "--help")).toMatch(/^Usage: latchkey /u);
  });

  test("all that both packages declare type-checks with skipLibCheck off", async () => {
    const paths = Object.keys(runtime.exports).filter((path) => path !== "./package.json");
    const names = [...paths.map((path) => path.replace(/^\./u, "latchkey")), "latchkey-cli", "latchkey-cli/sandbox"];
    const text = names.map((name, index) => `export * as m${index} from "${name}";\n`).join("");
    await writeFile(join(project.folder, "declared", "index.ts"), text);
    await project.exec("tsc", "-p", "declared");
  });

  test.for(["compiled", "stripped"])("the %s program type-checks with skipLibCheck off", async (kind) => {
    await project.exec("tsc", "-p", kind);
  });

  test.for(
    nodes.flatMap((version) => ["compiled/dist/main.js", "stripped/main.ts"].map((file) => ({ version, file }))),
  )("$file runs on Node $version", async ({ version, file }) => {
    const before = acme.requests.length;
    const output = await run(nodePath(version), [file, acme.url, acme.clientSecret], { cwd: project.folder });
    expect(JSON.parse(output)).toEqual({
      names: ["gear", "nut"],
      size: "small",
      status: 404,
      message: "no widget at /widgets/none",
      kind: "not_found",
    });
    expect(acme.requests.slice(before)).toEqual([
      "POST /oauth/token",
      "GET /widgets?limit=2",
      "POST /widgets",
      "GET /widgets/none",
    ]);
  });

  test("a bundle of the program runs, its schemas in it", async () => {
    const outfile = join(project.folder, "bundled", "main.mjs");
    const entryPoints = [join(project.folder, "stripped", "main.ts")];
    await build({ entryPoints, outfile, bundle: true, format: "esm", platform: "node", logLevel: "silent" });
    const output = await run(nodePath(node), [outfile, acme.url, acme.clientSecret], { cwd: tmpdir() });
    expect(JSON.parse(output)).toMatchObject({ names: ["gear", "nut"], status: 404, kind: "not_found" });
  });

  test("every built-in vendor signs in to its sandbox", async () => {
    const output = await run(nodePath(node), ["sandbox.mjs"], { cwd: project.folder });
    expect(JSON.parse(output)).toEqual(await vendorNames());
  });

  // TypeScript 7 has no language service for JavaScript programs to ask.
  if (typescript === "5.9") {
    test("an editor offers the document's paths and fields, and nothing else", () => {
      const complete = completionsIn(join(project.folder, "compiled"), "src/main.ts");
      expect(complete('unwrap(api.GET("')).toEqual(["/widgets", "/widgets/{id}"]);
      expect(complete('unwrap(api.POST("')).toEqual(["/widgets"]);
      expect(complete('api.paths["')).toEqual(["/widgets", "/widgets/{id}"]);
      expect(complete("missing.error.")).toEqual(["message"]);
      expect(complete('name: "cog", size: "')).toEqual(["large", "small"]);
      expect(complete("(widget) => widget.")).toEqual(["id", "name", "size"]);
      expect(complete("connect(acme, { credentials: { ")).toEqual(["clientId", "scope"]);
    });
  }
});

describe("installed alone", () => {
  let project: UserProject;

  beforeAll(async () => {
    const options = { packages: [tarballs.latchkey], node: process.execPath, pnpm: tools.pnpm };
    project = await createUserProject({ manager: "npm", ...options });
  });
  afterAll(() => project.remove());

  test("the runtime brings openapi-fetch and zod, and nothing more", async () => {
    const lock = JSON.parse(await readFile(join(project.folder, "package-lock.json"), "utf8"));
    const packages = ["latchkey", "openapi-fetch", "openapi-typescript-helpers", "zod"];
    expect(Object.keys(lock.packages).sort()).toEqual(["", ...packages.map((name) => `node_modules/${name}`)]);
  });

  test("a browser's bundle holds the vendor that is used; its schemas and zod are loaded when something is validated", async () => {
    const [used = "", ...others] = await vendorNames();
    const contents = `export { connect } from "latchkey"; export * from "latchkey/vendors/${used}";`;
    const { metafile } = await build({
      stdin: { contents, resolveDir: project.folder },
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      outdir: join(project.folder, "bundle"),
      metafile: true,
      logLevel: "silent",
    });
    const outputs = Object.values(metafile.outputs).map(({ entryPoint, inputs }) => ({
      entryPoint,
      inputs: Object.keys(inputs),
    }));
    const first = outputs.find(({ entryPoint }) => entryPoint === "<stdin>")?.inputs ?? [];
    const later = outputs.filter(({ entryPoint }) => entryPoint !== "<stdin>").flatMap(({ inputs }) => inputs);
    const holds = (inputs: readonly string[], part: string): boolean => inputs.some((input) => input.includes(part));
    expect(holds(first, `latchkey/dist/vendors/${used}.js`)).toBe(true);
    expect(others.filter((name) => holds([...first, ...later], `/${name}.js`))).toEqual([]);
    expect(first.filter((input) => /\/zod\/|\/schemas-/u.test(input))).toEqual([]);
    expect(holds(later, "/zod/")).toBe(true);
  });
});

async function vendorNames(): Promise<string[]> {
  return (await readdir(specs)).filter((name) => existsSync(join(specs, name, "openapi.yaml"))).sort();
}
