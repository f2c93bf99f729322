/** `npm run lint:documents [-- <file>…]`: lints the named OpenAPI documents, or every vendor's. */
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lintDocuments } from "./lint-documents.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const named = process.argv.slice(2);
const files = named.length > 0 ? named : globSync(`${root}specs/*/openapi.yaml`).sort();
const { exitCode } = await lintDocuments(files, { stdio: "inherit" });
process.exitCode = exitCode;
