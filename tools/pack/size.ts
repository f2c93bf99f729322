/** `npm run size`: bundles each vendor's smallest application with the built package; size-limit then compares each with its limit. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installTool } from "../lib/install-tool.ts";
import { measureBundle } from "./measure-bundle.ts";
import { sampleApplication, vendors } from "./sample-applications.ts";

const folder = join(import.meta.dirname, "..", "..", ".size", "applications");

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const vendor of vendors) {
  const { code } = await measureBundle(sampleApplication(vendor), { from: "dist" });
  writeFileSync(join(folder, `${vendor}.js`), code);
}
// size-limit reads its limits and finds its plugin in the folder that it runs in.
const program = join(await installTool("size-limit"), ".bin", "size-limit");
const { status } = spawnSync(program, { cwd: join(import.meta.dirname, "..", "size-limit"), stdio: "inherit" });
process.exitCode = status ?? 1;
