/** Installs what only some commands need, on their first use, so that `npm install` stays light. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const tools = join(import.meta.dirname, "..");
const installations = new Map<string, Promise<string>>();

/**
 * Installs the packages of `tools/<name>/package.json`, unless that was done for the same file already. npm prints its progress.
 *
 * @returns the folder of the installed packages: `tools/<name>/node_modules`
 */
export function installTool(name: string): Promise<string> {
  const installation = installations.get(name) ?? install(name);
  installations.set(name, installation);
  return installation;
}

async function install(name: string): Promise<string> {
  const folder = join(tools, name);
  const packages = join(folder, "node_modules");
  const manifest = readFileSync(join(folder, "package.json"), "utf8");
  // Written last: an installation that was ended half-way is repeated.
  const done = join(packages, ".installed.json");
  if (existsSync(done) && readFileSync(done, "utf8") === manifest) return packages;
  process.stderr.write(`tools/${name}: installing on first use …\n`);
  const options = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"];
  const npm = spawn("npm", ["install", ...options], { cwd: folder, stdio: ["ignore", 2, 2] });
  const [code] = await once(npm, "close");
  if (code !== 0)
    throw new Error(
      `tools/${name}: the packages could not be installed (npm, code ${code}). Check that the registry answers, then run the command again.`,
    );
  writeFileSync(done, manifest);
  return packages;
}
