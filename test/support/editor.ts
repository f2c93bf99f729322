/** TypeScript as an editor drives it: completions at a place, and what it says of a file. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));
const options: ts.CompilerOptions = readOptions();

export interface Editor {
  /** Names offered where the text holds `|`. */
  complete(text: string): string[];
  /** Complaints about a file, each with all its lines. */
  check(text: string): string[];
}

/** Its one file lies beside the type tests. */
export function openEditor(): Editor {
  const file = join(root, "test", "types", "~editor.ts");
  let text = "";
  let version = 0;
  const service = ts.createLanguageService(
    {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [file],
      getScriptVersion: (name) => (name === file ? String(version) : "0"),
      getScriptSnapshot(name) {
        const content = name === file ? text : ts.sys.readFile(name);
        return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (name) => name === file || ts.sys.fileExists(name),
      readFile: (name) => (name === file ? text : ts.sys.readFile(name)),
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    },
    ts.createDocumentRegistry(),
  );
  const type = (next: string) => {
    text = `${next}\nexport {};\n`;
    version += 1;
  };
  return {
    complete(given) {
      const at = given.indexOf("|");
      type(given.slice(0, at) + given.slice(at + 1));
      return service.getCompletionsAtPosition(file, at, {})?.entries.map(({ name }) => name) ?? [];
    },
    check(given) {
      type(given);
      return service
        .getSemanticDiagnostics(file)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    },
  };
}

/** Every complaint about these files and what they import, with file and line. */
export function checkFiles(files: readonly string[]): string[] {
  const program = ts.createProgram([...files], options);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName.replace(root, "") ?? ""}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

function readOptions(): ts.CompilerOptions {
  const path = join(root, "tsconfig.json");
  const read = ts.readConfigFile(path, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(read.config, ts.sys, dirname(path)).options;
}
