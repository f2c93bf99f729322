/**
 * Makes both generators' files of one document, in a process of its own: `node make-pair.ts <document> <folder> [<options as JSON>]`. Prints what is to be
 * compared, as JSON.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { generateTypes } from "../../scripts/codegen/generate-types.ts";
import { readDocument } from "../../scripts/codegen/generate-vendor.ts";
import type { TypesOptions } from "../../scripts/codegen/types-only/options.ts";
import { itemsOf } from "./items.ts";
import { makeTheirs } from "./make-theirs.ts";

const [path = "", folder = "", given = "{}"] = process.argv.slice(2);
const options: TypesOptions = JSON.parse(given);

mkdirSync(folder, { recursive: true });
const outcome = { theirs: "", ours: "" };
try {
  writeFileSync(join(folder, "theirs.ts"), await makeTheirs(pathToFileURL(path), options));
} catch (error) {
  outcome.theirs = String(error).slice(0, 300);
}
try {
  const text = await generateTypes({ document: path, origin: "it", options });
  writeFileSync(join(folder, "ours.ts"), text);
} catch (error) {
  outcome.ours = String(error).slice(0, 300);
}
const items = outcome.ours === "" && outcome.theirs === "" ? itemsOf(await readDocument({ document: path })) : [];
process.stdout.write(JSON.stringify({ ...outcome, items }));
