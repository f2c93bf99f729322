/** `npm run size`, before size-limit weighs them: what each vendor's smallest application loads first, from the built package. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applications } from "./sample-applications.ts";
import { measure } from "./measure-bundle.ts";

const root = join(import.meta.dirname, "..", "..");

for (const [vendor, program] of Object.entries(applications)) {
  const folder = join(root, ".size", vendor);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { files } = await measure(join(root, "dist"), program);
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}
