/** A project as a user would begin it: an empty folder, both packages, a compiler, one OpenAPI document and one program. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run.ts";

export type PackageManager = "npm" | "pnpm";

export interface UserProject {
  readonly folder: string;
  /** Runs a command that a package brought: `npx` or `pnpm exec`. */
  exec(command: string, ...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

export interface UserProjectOptions {
  readonly manager: PackageManager;
  readonly packages: readonly string[];
  /** Path of the `node` all of it runs under. */
  readonly node: string;
  /** Path of pnpm's command. */
  readonly pnpm: string;
}

const template = join(import.meta.dirname, "project");

export async function createUserProject({ manager, packages, node, pnpm }: UserProjectOptions): Promise<UserProject> {
  const folder = await mkdtemp(join(tmpdir(), `latchkey-${manager}-`));
  const options = { cwd: folder, node };
  await cp(template, folder, { recursive: true });
  const program = await readFile(join(folder, "main.ts"), "utf8");
  await writeFile(join(folder, "stripped", "main.ts"), program);
  await mkdir(join(folder, "compiled", "src"));
  await writeFile(join(folder, "compiled", "src", "main.ts"), program.replace("index.ts", "index.js"));
  await rm(join(folder, "main.ts"));
  await writeFile(join(folder, "package.json"), `${JSON.stringify({ private: true, type: "module" })}\n`);
  if (manager === "npm") await run("npm", ["install", "--no-audit", "--no-fund", ...packages], options);
  else await run(pnpm, ["add", ...packages], options);
  return {
    folder,
    exec: (command, ...args) =>
      manager === "npm"
        ? run("npx", ["--no-install", command, ...args], options)
        : run(pnpm, ["exec", command, ...args], options),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Node 22 and pnpm, from the registry. */
export async function installTools(): Promise<{ node22: string; pnpm: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-tools-"));
  await writeFile(join(folder, "package.json"), `${JSON.stringify({ private: true, allowScripts: { node: true } })}\n`);
  await run("npm", ["install", "--no-audit", "--no-fund", "node@22", "pnpm@11"], { cwd: folder });
  return {
    node22: join(folder, "node_modules", "node", "bin", "node"),
    pnpm: join(folder, "node_modules", ".bin", "pnpm"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
