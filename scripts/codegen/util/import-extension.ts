/** The extension of relative imports between generated files: `.ts` if the user's compiler allows it, else `.js`. */
import { relative, resolve } from "node:path";
import { findTsconfig, parseTsconfig } from "get-tsconfig";
import { UsageError } from "../../shared/usage-error.ts";

export type ImportExtension = ".ts" | ".js";

/** @throws UsageError for a tsconfig.json that cannot be read, or one that it extends */
export function importExtension(folder: string): ImportExtension {
  const path = findTsconfig(resolve(folder));
  if (path === undefined) return ".ts";
  const { allowImportingTsExtensions, rewriteRelativeImportExtensions } = optionsOf(path);
  return allowImportingTsExtensions === true || rewriteRelativeImportExtensions === true ? ".ts" : ".js";
}

/** The compiler's options, with those of the files that it extends. */
function optionsOf(path: string) {
  try {
    return parseTsconfig(path).compilerOptions ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError([
      `${relative(process.cwd(), path)}: it cannot be read (${reason}); fix it, or set the extension of imports (--import-extension, importExtension)`,
    ]);
  }
}
