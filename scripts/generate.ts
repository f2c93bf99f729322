/** `npm run generate`: this repository's own vendors (latchkey.config.ts), and the published JSON Schema of the extensions. */
import { join } from "node:path";
import { publishedSchema } from "./codegen/extensions/published-schema.ts";
import { generate } from "./generate/command.ts";
import { standardOutput } from "./shared/output.ts";

const schema = new Map([["latchkey-extensions.schema.json", publishedSchema()]]);

process.exitCode = await generate(process.argv.slice(2), standardOutput, [
  { path: join(import.meta.dirname, "schema"), files: schema },
]);
