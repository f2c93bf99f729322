/** A release step: publishes each package whose version the registry does not have, with provenance. Runs in release.yml. */
import { spawnSync } from "node:child_process";
import { packageFolders, readManifest, root } from "./packages.ts";

/** Asks the registry; it answers E404 for a package or a version that it does not have. */
function isPublished(name: string, version: string): boolean {
  const { status, stdout, stderr } = spawnSync("npm", ["view", `${name}@${version}`, "version"], { encoding: "utf8" });
  if (status === 0) return stdout.trim() === version;
  if (stderr.includes("E404")) return false;
  throw new Error(`release: npm view ${name}@${version} failed. Run the release again.\n${stderr}`);
}

for (const folder of packageFolders) {
  const { name, version } = readManifest(folder);
  if (isPublished(name, version)) {
    process.stdout.write(`${name}@${version} is published already\n`);
    continue;
  }
  const target = folder === "." ? "." : `./${folder}`;
  const { status } = spawnSync("npm", ["publish", target, "--provenance", "--access", "public"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`release: npm publish ${target} failed. Read its output above.`);
}
