/** The programs of a page: each of its TypeScript blocks is one, type-checked as it is printed. */
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { installTool } from "../../../tools/lib/install-tool.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface PagePrograms extends AsyncDisposable {
  readonly folder: string;
  /** The programs, by the headings above them. */
  readonly programs: ReadonlyMap<string, string>;
  /** What the type checker says of all programs. @param ambient declarations of what the page takes as given */
  check(ambient: string): Promise<string[]>;
  /** Writes a program where it finds its packages. Returns its path. */
  write(name: string, code: string): Promise<string>;
}

/**
 * Why the packages of the pages cannot be installed; `undefined` where they are. Where all is required (`LATCHKEY_REQUIRE_ALL`), that is a
 * failure; elsewhere the tests that need them are left out, with a warning.
 */
export async function findMissingPackages(): Promise<string | undefined> {
  try {
    await installTool("network");
    return undefined;
  } catch (error) {
    if (process.env.LATCHKEY_REQUIRE_ALL === "1") throw error;
    console.warn(`${String(error)} The programs of the page that need them are left out here.`);
    return String(error);
  }
}

export async function openPage(page: string): Promise<PagePrograms> {
  const text = await readFile(join(root, page), "utf8");
  const programs = new Map<string, string>();
  for (const section of text.split(/^## /mu).slice(1)) {
    const [, code] = /^```ts\n(.*?)^```$/msu.exec(section) ?? [];
    if (code !== undefined) programs.set(section.slice(0, section.indexOf("\n")), code);
  }
  if (programs.size !== text.split("```ts\n").length - 1)
    throw new Error(`${page}: a section has more than one program`);
  const folder = join(root, "test/docs/.run", page.replace(/\W+/gu, "-"));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await symlink(join(root, "tools/network/node_modules"), join(folder, "node_modules"));
  const write = async (name: string, code: string) => {
    const file = join(folder, `${name.replace(/\W+/gu, "-")}.ts`);
    await writeFile(file, code);
    return file;
  };
  return {
    folder,
    programs,
    write,
    async check(ambient) {
      const files = await Promise.all(
        [...programs].map(([name, code]) => write(`${name} check`, `${ambient}\n${code}\nexport {};\n`)),
      );
      const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
      const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
      const program = ts.createProgram(files, options);
      const messages = ts
        .getPreEmitDiagnostics(program)
        .filter(({ file }) => file !== undefined && files.includes(file.fileName))
        .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
      await Promise.all(files.map((file) => rm(file)));
      return messages;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
