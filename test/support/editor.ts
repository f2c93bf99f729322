/** TypeScript as an editor drives it: completions at a place, and what it says of a file. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));
const options: ts.CompilerOptions = readOptions();

export interface Editor {
  /** Names offered where the text holds `|`. */
  complete(text: string): string[];
  /** What is shown beside one of them. */
  explain(text: string, name: string): Explanation;
  /** Complaints about a file, each with all its lines. */
  check(text: string): string[];
}

export interface Explanation {
  readonly documentation: string;
  /** Struck through in a list. */
  readonly isDeprecated: boolean;
}

/** Its one file lies beside the type tests. @param beside files that are there for it alone, by their paths from it */
export function openEditor(beside: ReadonlyMap<string, string> = new Map()): Editor {
  const folder = join(root, "test", "types");
  const file = join(folder, "~editor.ts");
  const files = new Map([...beside].map(([path, content]) => [join(folder, path), content]));
  const read = (name: string) => (name === file ? text : (files.get(name) ?? ts.sys.readFile(name)));
  let text = "";
  let version = 0;
  const service = ts.createLanguageService(
    {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [file],
      getScriptVersion: (name) => (name === file ? String(version) : "0"),
      getScriptSnapshot(name) {
        const content = read(name);
        return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (name) => name === file || files.has(name) || ts.sys.fileExists(name),
      readFile: read,
      readDirectory: ts.sys.readDirectory,
      directoryExists: (name) =>
        [...files.keys()].some((path) => dirname(path) === name) || ts.sys.directoryExists(name),
      getDirectories: ts.sys.getDirectories,
    },
    ts.createDocumentRegistry(),
  );
  const type = (next: string) => {
    text = `${next}\nexport {};\n`;
    version += 1;
  };
  const typeAt = (given: string): number => {
    const at = given.indexOf("|");
    type(given.slice(0, at) + given.slice(at + 1));
    return at;
  };
  return {
    complete(given) {
      return service.getCompletionsAtPosition(file, typeAt(given), {})?.entries.map(({ name }) => name) ?? [];
    },
    explain(given, name) {
      const at = typeAt(given);
      const details = service.getCompletionEntryDetails(file, at, name, undefined, undefined, undefined, undefined);
      return {
        documentation: ts.displayPartsToString(details?.documentation),
        isDeprecated: /\bdeprecated\b/u.test(details?.kindModifiers ?? ""),
      };
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
