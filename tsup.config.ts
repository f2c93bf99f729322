/** Declarations of the runtime (its code: tools/pack/bundle-runtime.ts), and the command line with the sandbox. */
import { cpSync, globSync, rmSync } from "node:fs";
import { defineConfig, type Options } from "tsup";
import { entries } from "./tools/pack/bundle-runtime.ts";
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

export default defineConfig([
  {
    ...shared,
    name: "latchkey",
    entry: entries,
    outDir: "dist",
    // The code is there already.
    clean: false,
    external: [/^latchkey\//u, /^node:/u],
    dts: { only: true, banner: '/// <reference lib="esnext.disposable" />' },
  },
  {
    ...shared,
    name: "latchkey-cli",
    entry: {
      "cli/latchkey": "scripts/cli.ts",
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
