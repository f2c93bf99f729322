/**
 * The runtime as it is published: what `connect` needs for a call in one file, and each part that is loaded ahead of need, or when it is
 * asked for (src/util/lazy-module.ts), in a file of its own. An application's bundler keeps these borders, so that what it ships first is small.
 */
import { dirname, join, relative, sep } from "node:path";
import { type PluginContext, rolldown } from "rolldown";
import runtime from "../../package.json" with { type: "json" };

const root = join(import.meta.dirname, "..", "..");
const entrance = join(root, "src", "connect.ts");
const signIn = join(root, "src", "token", "sign-in.ts");

/** `dist/vendors/acme.js` is built from the entry `vendors/acme`: what is built is what package.json exports. */
export const entries = Object.fromEntries(
  Object.values(runtime.exports).flatMap((target) =>
    typeof target === "string" ? [] : [[target.default.replace(/^\.\/dist\/|\.js$/gu, ""), target["latchkey-source"]]],
  ),
);

export async function bundleRuntime(folder: string): Promise<void> {
  const core = new Set<string>();
  const ahead = new Set<string>();
  const bundle = await rolldown({
    cwd: root,
    input: entries,
    platform: "neutral",
    // Built vendors import latchkey/vendor and latchkey/zod as they stand: a package may import itself by name.
    external: [
      /^latchkey\//u,
      /^node:/u,
      ...Object.keys({ ...runtime.dependencies, ...runtime.peerDependencies }).map(toPattern),
    ],
    treeshake: { moduleSideEffects: false },
    preserveEntrySignatures: "allow-extension",
    plugins: [
      {
        name: "core",
        buildEnd() {
          for (const file of staticImports(this, entrance)) core.add(file);
          // A file costs a start as much as what is in it: what is loaded together is one, but for what a first call waits for.
          const waitedFor = staticImports(this, signIn);
          for (const part of [...core].flatMap((file) => partsAhead(this, file))) {
            for (const file of staticImports(this, part)) if (!waitedFor.has(file)) ahead.add(file);
          }
        },
      },
    ],
  });
  await bundle.write({
    dir: folder,
    format: "esm",
    sourcemap: true,
    chunkFileNames: "chunks/[name].js",
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: "core", test: (file) => core.has(file), priority: 2 },
        // Else the public names would share a file with what a part reads a refusal with. With them what is too small for a file of its own.
        { name: "errors", test: /[/\\]src[/\\](?:errors[/\\]|store[/\\]store-error|token[/\\]encoding)/u, priority: 1 },
        { name: "ahead", test: (file) => ahead.has(file) },
      ],
    },
  });
  await bundle.close();
}

/** A module and all that comes with it at once. */
function staticImports(context: Pick<PluginContext, "getModuleInfo">, entry: string): Set<string> {
  const found = new Set([entry]);
  for (const file of found) {
    for (const one of context.getModuleInfo(file)?.importedIds ?? []) {
      if (!relative(root, one).startsWith(`..${sep}`)) found.add(one);
    }
  }
  return found;
}

/** What a module loads ahead of need, in its own words: `ahead(() => import("./retry.ts"))`. */
function partsAhead(context: Pick<PluginContext, "getModuleInfo">, file: string): string[] {
  const code = context.getModuleInfo(file)?.code ?? "";
  return [...code.matchAll(/\bahead\(\(\) => import\("([^"]+)"\)/gu)].map(([, path = ""]) => join(dirname(file), path));
}

function toPattern(name: string): RegExp {
  return new RegExp(`^${name}(?:/|$)`, "u");
}
