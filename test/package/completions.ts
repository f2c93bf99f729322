/** What an editor offers: TypeScript's language service over a project on the disk. */
import { join } from "node:path";
import ts from "typescript";

/** A function that gives the completions right after `marker`, at its first place in the file. */
export function completionsIn(folder: string, file: string): (marker: string) => string[] {
  const path = join(folder, file);
  const text = ts.sys.readFile(path) ?? "";
  const { config } = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: () => "0",
    getScriptSnapshot: (name) => {
      const found = ts.sys.readFile(name);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    ...(ts.sys.realpath === undefined ? {} : { realpath: ts.sys.realpath }),
  });
  return (marker) => {
    const at = text.indexOf(marker);
    if (at < 0) throw new Error(`${file} does not contain ${marker}`);
    const completions = service.getCompletionsAtPosition(path, at + marker.length, {});
    return (completions?.entries ?? []).map(({ name }) => name).sort();
  };
}
