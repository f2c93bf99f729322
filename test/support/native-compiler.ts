/** TypeScript's native compiler on files of a folder. It starts faster than the other, which runs in the test's own process. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const compiler = fileURLToPath(new URL("../../node_modules/@typescript/native/bin/tsc", import.meta.url));

const options = [
  "--noEmit",
  "--ignoreConfig",
  "--strict",
  "--noUncheckedIndexedAccess",
  "--exactOptionalPropertyTypes",
];
const syntax = ["--verbatimModuleSyntax", "--erasableSyntaxOnly", "--isolatedModules", "--allowImportingTsExtensions"];
const modules = ["--module", "esnext", "--moduleResolution", "bundler", "--target", "es2024", "--types", ""];

/** The compiler's complaints, one a line; libraries are not checked. */
export const complaintsAbout = (folder: string, ...files: readonly string[]): Promise<string[]> =>
  new Promise((resolve) => {
    const args = [compiler, ...options, ...syntax, ...modules, "--skipLibCheck", "--pretty", "false", ...files];
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (_, output) => {
      resolve(output.split("\n").filter((line) => /error TS/u.test(line)));
    });
  });
