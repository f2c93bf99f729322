/** `npm run size`, before size-limit weighs the files: bundles each vendor's smallest application with the built package. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measureBundle } from "./measure-bundle.ts";
import { sampleApplication, vendors } from "./sample-applications.ts";

const folder = join(import.meta.dirname, "..", "..", ".size", "applications");

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const vendor of vendors) {
  const { code } = await measureBundle(sampleApplication(vendor), { from: "dist" });
  writeFileSync(join(folder, `${vendor}.js`), code);
}
