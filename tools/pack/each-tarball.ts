/** `node each-tarball.ts <folder> <command…>`: runs publint or attw, installed on first use, for every packed tarball of a folder, its path as the last argument. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { installTool } from "../lib/install-tool.ts";

const [folder = "", command = "", ...args] = process.argv.slice(2);
const tarballs = globSync("*.tgz", { cwd: folder });
if (tarballs.length === 0) {
  console.error(`${command}: there is no tarball in ${folder}; run the step "pack" first`);
  process.exitCode = 1;
}
const program = join(await installTool("package-checks"), ".bin", command);
for (const tarball of tarballs) {
  const { status } = spawnSync(program, [...args, join(folder, tarball)], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
