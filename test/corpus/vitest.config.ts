/** The sample of public documents: `npm run check` runs it, `npm test` does not (it installs 400 MB of documents). */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { include: ["test/corpus/*.check.ts"], reporters: ["verbose"] },
});
