/** What an editor offers: TypeScript's language service over a project on the disk. */
import { join } from "node:path";
import ts from "typescript";

/** A function that gives the completions directly after `marker`, all that follows on its line being gone. */
export function completionsIn(folder: string, file: string): (marker: string) => string[] {
  const path = join(folder, file);
  const { config } = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  let text = "";
  let version = 0;
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (name) => (name === path ? String(version) : "0"),
    getScriptSnapshot: (name) => {
      const found = name === path ? text : ts.sys.readFile(name);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  return (marker) => {
    const original = ts.sys.readFile(path) ?? "";
    const at = original.indexOf(marker);
    if (at < 0) throw new Error(`${file} does not contain ${marker}`);
    const end = at + marker.length;
    const line = original.indexOf("\n", end);
    text = original.slice(0, end) + original.slice(line);
    version += 1;
    return (service.getCompletionsAtPosition(path, end, {})?.entries ?? []).map(({ name }) => name).sort();
  };
}
