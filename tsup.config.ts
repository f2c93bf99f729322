/** Both packages: the runtime with its vendors, and the command line with the sandbox. What is built is what each package.json exports. */
import { cpSync, globSync, rmSync } from "node:fs";
import { defineConfig, type Options } from "tsup";
import runtime from "./package.json" with { type: "json" };
import cli from "./scripts/package.json" with { type: "json" };

const shared = {
  format: "esm",
  target: "es2023",
  splitting: true,
  // node:sqlite has no name without it.
  removeNodeProtocol: false,
  clean: true,
  silent: true,
} satisfies Options;

/** `dist/vendors/acme.js` is built from the entry `vendors/acme`. */
const entry = Object.fromEntries(
  Object.values(runtime.exports).flatMap((target) =>
    typeof target === "string" ? [] : [[target.default.replace(/^\.\/dist\/|\.js$/gu, ""), target["latchkey-source"]]],
  ),
);

export default defineConfig([
  {
    ...shared,
    name: "latchkey",
    entry,
    outDir: "dist",
    platform: "neutral",
    sourcemap: true,
    // Built vendors import latchkey/vendor and latchkey/zod as they stand: a package may import itself by name.
    external: [/^latchkey\//u, /^node:/u],
    dts: { banner: '/// <reference lib="esnext.disposable" />' },
    esbuildOptions(options) {
      options.chunkNames = "chunks/[name]-[hash]";
      options.sourcesContent = false;
    },
  },
  {
    ...shared,
    name: "latchkey-cli",
    // The commands are entries too, so that one bundled beside another does not take itself for the program.
    entry: {
      "cli/latchkey": "scripts/cli.ts",
      "cli/sandbox": "scripts/sandbox.ts",
      "sandbox/index": "scripts/sandbox/index.ts",
      config: "scripts/generate/config.ts",
    },
    outDir: "scripts/dist/run",
    platform: "node",
    external: Object.keys(cli.dependencies).map((name) => new RegExp(`^${name}(/|$)`, "u")),
    dts: { entry: { "sandbox/index": "scripts/sandbox/index.ts", config: "scripts/generate/config.ts" } },
    esbuildOptions(options) {
      // As deep as scripts/sandbox is in the repository: the sandbox looks for its documents two folders up, in specs/.
      options.chunkNames = "chunks/[name]-[hash]";
    },
    async onSuccess() {
      rmSync("scripts/dist/specs", { recursive: true, force: true });
      for (const file of globSync("specs/*/{openapi,overlay,sandbox}.yaml")) cpSync(file, `scripts/dist/${file}`);
      return undefined;
    },
  },
]);
