/** What an application ships to a browser: a program bundled by esbuild, minified and gzipped. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..", "..");

export interface Bundle {
  readonly code: string;
  readonly gzippedInBytes: number;
}

export interface BundleOptions {
  /** `source` bundles src/ and generated/, `dist` the package as it is built. @default "source" */
  readonly from?: "source" | "dist";
  /** Where the program's imports are resolved. @default the repository's root */
  readonly folder?: string;
  /**
   * Whether to count what `import()` loads by name as well: validation, pagination, bulk, bodies other than JSON.
   * @default false: the static imports, which are everything that a call may need
   */
  readonly withDynamicImports?: boolean;
}

/** @param program TypeScript */
export async function measureBundle(program: string, options: BundleOptions = {}): Promise<Bundle> {
  const { from = "source", folder = root, withDynamicImports = false } = options;
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: folder, loader: "ts", sourcefile: "program.ts" },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    conditions: from === "source" ? ["latchkey-source"] : [],
    logLevel: "error",
    plugins: withDynamicImports ? [] : [leaveDynamicImports],
  });
  const code = outputFiles[0]?.text ?? "";
  return { code, gzippedInBytes: gzipSync(code, { level: 9 }).byteLength };
}

const leaveDynamicImports: Plugin = {
  name: "leave-dynamic-imports",
  setup({ onResolve }) {
    // esbuild reads the filter as a Go expression, which has no flag `u`.
    onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === "dynamic-import" ? { path, external: true } : undefined));
  },
};
