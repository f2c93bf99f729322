/** Writes the published JSON Schema of the `x-latchkey-…` extensions, which editors complete from. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publishedSchema } from "../scripts/codegen/extensions/published-schema.ts";

const file = join(import.meta.dirname, "..", "scripts", "schema", "latchkey-extensions.schema.json");

await writeFile(file, publishedSchema());
