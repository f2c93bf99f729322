/** `generate --types-only`: a document's types in one file, in the shapes of openapi-typescript. It returns the text and writes nothing. */
import { type DocumentInput, readDocument } from "./generate-vendor.ts";
import { filterDocument } from "./resolve/filter-document.ts";
import { fillEmptySchemas } from "./resolve/fill-empty-schemas.ts";
import { refuseTooDeep } from "./load/refuse-too-deep.ts";
import { resolveReferences } from "./resolve/resolve-references.ts";
import { emitTypesOnly } from "./types-only/emit-types-only.ts";
import type { TypesOptions } from "./types-only/options.ts";
import { toHeader } from "./util/file-header.ts";

export interface TypesInput extends Omit<DocumentInput, "name" | "allowEnvironment" | "longerNames"> {
  /** The document's name in the file's header, the same on every machine. */
  readonly origin: string;
  readonly options?: TypesOptions;
}

/** Rejects with a `DocumentError` that lists all mistakes of the document. */
export const generateTypes = (input: TypesInput): Promise<string> =>
  refuseTooDeep(input.document, () => generate(input));

async function generate({ origin, options, ...input }: TypesInput): Promise<string> {
  const document = await readDocument(input);
  input.onStage?.("resolving");
  fillEmptySchemas(document);
  if (input.filter !== undefined) {
    // A filter removes parts that references into paths may lead to.
    resolveReferences(document);
    filterDocument(document, input.filter);
  }
  input.onStage?.("emitting");
  return toHeader(origin) + emitTypesOnly(document, options);
}
