/** How relative imports between generated files end: `.ts` where the user's compiler takes it, else `.js`. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ParseConfigHost } from "typescript";

export type ImportExtension = ".ts" | ".js";

export async function importExtension(folder: string): Promise<ImportExtension> {
  const config = nearestConfig(resolve(folder));
  if (config === undefined) return ".ts";
  // A compiler takes longer to load than everything else that a run without changes does.
  const { default: ts } = await import("typescript");
  const { config: raw } = ts.readConfigFile(config, ts.sys.readFile);
  // No files are looked for: only the options, with what they extend, are of interest.
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
