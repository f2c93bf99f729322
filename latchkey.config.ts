/** This repository's vendors: one for each document under specs/. */
import { globSync } from "node:fs";
import { basename, dirname } from "node:path";
import { defineConfig } from "latchkey-cli";

const documents = globSync("specs/*/openapi.yaml", { cwd: import.meta.dirname }).sort();

export default defineConfig({
  out: "generated",
  vendors: Object.fromEntries(documents.map((document) => [basename(dirname(document)), { document }])),
});
