/** The extension of relative imports between generated files: `.ts` if the user's compiler allows it, else `.js`. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ParseConfigHost } from "typescript";

export type ImportExtension = ".ts" | ".js";

export async function importExtension(folder: string): Promise<ImportExtension> {
  const config = nearestConfig(resolve(folder));
  if (config === undefined) return ".ts";
  // The compiler is loaded on demand: it takes longer than everything else in a run without changes.
  const { default: ts } = await import("typescript");
  const { config: raw } = ts.readConfigFile(config, ts.sys.readFile);
  // Only the options are read, with those that they extend; no files are searched.
  const host: ParseConfigHost = { ...ts.sys, readDirectory: () => [] };
  const { options } = ts.parseJsonConfigFileContent(raw ?? {}, host, dirname(config));
  return options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true
    ? ".ts"
    : ".js";
}

function nearestConfig(folder: string): string | undefined {
  const path = join(folder, "tsconfig.json");
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestConfig(parent);
}
