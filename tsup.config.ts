/** Builds both packages: `latchkey` into dist, `latchkey-cli` into scripts/dist. */
import { cpSync, globSync, rmSync } from "node:fs";
import { defineConfig, type Options } from "tsup";
import cli from "./scripts/package.json" with { type: "json" };
import runtime from "./package.json" with { type: "json" };

const shared = {
  format: "esm",
  target: "es2023",
  splitting: true,
  // node:sqlite has no name without the prefix.
  removeNodeProtocol: false,
  clean: true,
  silent: true,
  esbuildOptions(options) {
    options.chunkNames = "chunks/[name]-[hash]";
  },
} satisfies Options;

/** One entry for each export of package.json: `dist/vendors/acme.js` is built from the entry `vendors/acme`. */
const runtimeEntries = Object.fromEntries(
  Object.values(runtime.exports).flatMap((target) =>
    typeof target === "string" ? [] : [[target.default.replace(/^\.\/dist\/|\.js$/gu, ""), target["latchkey-source"]]],
  ),
);

export default defineConfig([
  {
    ...shared,
    name: "latchkey",
    entry: runtimeEntries,
    outDir: "dist",
    platform: "neutral",
    sourcemap: true,
    // A built vendor imports latchkey/zod by name: a package may import itself.
    external: [/^latchkey\//u, /^node:/u],
    dts: { banner: '/// <reference lib="esnext.disposable" />' },
  },
  {
    ...shared,
    name: "latchkey-cli",
    // Two folders deep, as scripts/sandbox is: the sandbox looks for its documents in ../../specs.
    entry: {
      "cli/latchkey": "scripts/cli.ts",
      "sandbox/index": "scripts/sandbox/index.ts",
      config: "scripts/generate/config.ts",
    },
    outDir: "scripts/dist/run",
    platform: "node",
    external: Object.keys(cli.dependencies).map((name) => new RegExp(`^${name}(/|$)`, "u")),
    dts: { entry: { "sandbox/index": "scripts/sandbox/index.ts", config: "scripts/generate/config.ts" } },
    async onSuccess() {
      rmSync("scripts/dist/specs", { recursive: true, force: true });
      for (const file of globSync("specs/*/{openapi,overlay,sandbox}.yaml")) cpSync(file, `scripts/dist/${file}`);
      return undefined;
    },
  },
]);
