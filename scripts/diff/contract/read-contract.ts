/** Reads the contract of one side of a comparison: of a document or of generated files. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { isUrl, toDisplayName } from "../../codegen/load/document-address.ts";
import {
  type Contract,
  contract,
  contractFile,
  contractFormat,
  parseContractFile,
} from "../../codegen/contract/contract.ts";
import { type DocumentInput, prepareVendor } from "../../codegen/generate-vendor.ts";
import { toObject } from "../../codegen/util/json.ts";
import { DocumentError } from "../../codegen/load/diagnostics.ts";
import { readText } from "../../codegen/load/read-text.ts";
import { toContract } from "../../codegen/contract/build-contract.ts";

/** @param name the vendor's: names of environment variables are made of it */
export async function contractOfDocument(input: DocumentInput, name: string): Promise<Contract> {
  const { document, model } = await prepareVendor(input, name);
  return toContract(document, model);
}

/** The path of the generated contract, if the argument is a vendor's folder or the file in it. */
export function generatedContract(path: string): string | undefined {
  if (isUrl(path)) return undefined;
  if (path.endsWith(".jsonc")) return path;
  if (!existsSync(path) || !statSync(path).isDirectory()) return undefined;
  return join(path, contractFile);
}

/** @throws DocumentError saying what to do */
export async function readGenerated(path: string): Promise<Contract> {
  const file = toDisplayName(path);
  const fail = (message: string, fix: string) =>
    new DocumentError([{ file, line: 1, column: 1, pointer: "", message, fix }]);
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw fail(`what was generated cannot be read (${reason})`, "generate first, or check the path");
  }
  const value = parseContractFile(text);
  const { format } = toObject(value);
  if (typeof format === "number" && format !== contractFormat)
    throw fail(
      `it was written by another version of the generator (format ${format})`,
      "generate it again from the old document",
    );
  const parsed = contract.safeParse(value);
  if (!parsed.success) throw fail("this is not what the generator wrote", "generate it again from the old document");
  return parsed.data;
}
