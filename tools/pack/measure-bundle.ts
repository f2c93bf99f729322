/** What an application ships for a browser: the package as it is published, bundled as Vite bundles it, minified and gzipped. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type OutputChunk, rolldown } from "rolldown";

const root = join(import.meta.dirname, "..", "..");

/** Bytes, gzipped. */
export interface Size {
  /** What is there before the program runs: a call by a token in hand needs no more. */
  readonly first: number;
  /** With what signs in: all that a first call waits for. */
  readonly signedIn: number;
  /** With all that is loaded ahead of need, in the background. */
  readonly ahead: number;
  /** With what is loaded when it is asked for: pages, batches, other bodies than JSON, validation. */
  readonly all: number;
  /** The files that `first` counts, by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** @param folder of the package, as `bundleRuntime` leaves it. @param program TypeScript */
export async function measure(folder: string, program: string): Promise<Size> {
  const bundle = await rolldown({
    cwd: root,
    input: "program",
    platform: "browser",
    resolve: { modules: [join(root, "node_modules")] },
    onLog(_, { code, message }) {
      if (code === "UNRESOLVED_IMPORT") throw new Error(`measure: ${message}`);
    },
    plugins: [
      {
        name: "program",
        resolveId(id) {
          if (id === "program") return join(root, "program.ts");
          if (!/^latchkey(?:\/|$)/u.test(id)) return undefined;
          return {
            id: join(folder, id === "latchkey" ? "index.js" : `${id.slice("latchkey/".length)}.js`),
            moduleSideEffects: false,
          };
        },
        load: (id) => (id === join(root, "program.ts") ? program : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const chunks = new Map(output.flatMap((one) => (one.type === "chunk" ? [[one.fileName, one]] : [])));
  const parts = partsLoadedAhead(folder);
  const isPart = ({ facadeModuleId }: OutputChunk, names: readonly string[]) =>
    names.some((name) => facadeModuleId?.endsWith(`/${name}`));
  const entries = (names: readonly string[]) =>
    [...chunks.values()].filter((one) => one.isEntry || isPart(one, names)).map(({ fileName }) => fileName);
  const first = withImports(chunks, entries([]));
  const gzipped = (names: Iterable<string>) =>
    [...names].reduce((sum, name) => sum + gzip(chunks.get(name)?.code ?? ""), 0);
  return {
    first: gzipped(first),
    signedIn: gzipped(withImports(chunks, entries(parts.filter((name) => name.startsWith("sign-in"))))),
    ahead: gzipped(withImports(chunks, entries(parts))),
    all: gzipped(chunks.keys()),
    files: new Map([...first].map((name) => [name, chunks.get(name)?.code ?? ""])),
  };
}

export const gzip = (text: string): number => gzipSync(text, { level: 9 }).byteLength;

/** Chunks, and those that come with them at once. */
function withImports(chunks: ReadonlyMap<string, OutputChunk>, names: readonly string[]): Set<string> {
  const found = new Set(names);
  for (const name of found) for (const one of chunks.get(name)?.imports ?? []) if (chunks.has(one)) found.add(one);
  return found;
}

/** By the package's own words: `ahead(() => import("./ahead.js"))`. */
function partsLoadedAhead(folder: string): string[] {
  const index = readFileSync(join(folder, "index.js"), "utf8");
  const core = /"\.\/(chunks\/core[^"]*)"/u.exec(index)?.[1] ?? "";
  const text = readFileSync(join(folder, core), "utf8");
  return [...text.matchAll(/ahead\(\(\) => import\("\.\/([^"]+)"\)/gu)].flatMap(([, name]) => name ?? []);
}
