/** Generates a client for one document and compares its schemas with Ajv. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { VendorSchemas } from "../../src/vendor.ts";
import { generateVendor, prepareDocument } from "../../scripts/codegen/generate-vendor.ts";
import { DocumentError, type Diagnostic } from "../../scripts/codegen/load/diagnostics.ts";
import { type Agreement, type AgreementOptions, compare } from "./compare-with-ajv.ts";
import { type CorpusDocument, folderOf } from "./documents.ts";
import { createRandom, seedOf } from "../lib/random.ts";

export type Examined = { readonly id: string; readonly bytes: number; readonly cpuInMs: number } & (
  | { readonly outcome: "made"; readonly agreement: Agreement }
  | { readonly outcome: "refused"; readonly problems: readonly Diagnostic[] }
  | { readonly outcome: "failed"; readonly error: string }
);

export async function checkDocument(
  { id, path, bytes }: CorpusDocument,
  seed: number,
  options: AgreementOptions,
): Promise<Examined> {
  const start = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(start);
    return Math.round((user + system) / 1000);
  };
  try {
    const files = await generateVendor({ document: path, name: "acme", origin: basename(path), extension: ".ts" });
    const cpuInMs = spent();
    const folder = folderOf(id);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const [name, text] of files) await writeFile(join(folder, name), text);
    const document = await prepareDocument({ document: path });
    const module: unknown = await import(`${pathToFileURL(join(folder, "schemas.ts")).href}?${seed}`);
    const agreement = compare(
      document,
      isSchemas(module) ? module.operations : {},
      createRandom(seedOf(seed, id)),
      options,
    );
    return { id, bytes, cpuInMs, outcome: "made", agreement };
  } catch (error) {
    if (error instanceof DocumentError)
      return { id, bytes, cpuInMs: spent(), outcome: "refused", problems: error.problems };
    return {
      id,
      bytes,
      cpuInMs: spent(),
      outcome: "failed",
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

const isSchemas = (module: unknown): module is VendorSchemas =>
  typeof module === "object" && module !== null && "operations" in module && typeof module.operations === "object";
