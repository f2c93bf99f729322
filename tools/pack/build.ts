/** The first step of `npm run build`: the runtime's code. Its declarations, and the command line, are tsup's. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bundleRuntime } from "./bundle-runtime.ts";

const folder = join(import.meta.dirname, "..", "..", "dist");
rmSync(folder, { recursive: true, force: true });
await bundleRuntime(folder);
