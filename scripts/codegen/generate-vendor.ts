/** The pipeline: load → overlay → check and read the extensions → resolve → filter → model → emit. What it makes is written elsewhere, all or nothing. */
import { toAddress, toDisplayName } from "./load/document-address.ts";
import { checkDocument } from "./load/check-document.ts";
import { checkExtensions } from "./extensions/check-extensions.ts";
import { contractFile } from "./contract/contract.ts";
import { emitCalls } from "./types/emit-calls.ts";
import { emitContract } from "./contract/emit-contract.ts";
import { emitIndex } from "./vendor/emit-index.ts";
import { emitSchemas } from "./schemas/emit-schemas.ts";
import { emitTypes } from "./types/emit-types.ts";
import { emitVendor } from "./vendor/emit-vendor.ts";
import { checkFilter, type Filter, filterDocument } from "./resolve/filter-document.ts";
import { fillEmptySchemas } from "./resolve/fill-empty-schemas.ts";
import { toHeader } from "./util/file-header.ts";
import type { ImportExtension } from "./util/import-extension.ts";
import { copyJson, type JsonObject, toObject } from "./util/json.ts";
import { type LoadOptions, loadDocument } from "./load/load-document.ts";
import { toVendorModel } from "./vendor/vendor-model.ts";
import { toCamelCase } from "./util/identifiers.ts";
import { createReporter, DocumentError, type Diagnostic } from "./load/diagnostics.ts";
import { resolveReferences } from "./resolve/resolve-references.ts";
import { pruneSecurity } from "./resolve/prune-security.ts";
import { toContract } from "./contract/build-contract.ts";
import { toTypeModel } from "./types/type-model.ts";

export type Stage = "reading" | "checking" | "resolving" | "modelling" | "emitting";

export interface DocumentInput extends LoadOptions {
  /** Some of its operations. @default all */
  readonly filter?: Filter;
  /** Told of what is wrong and can be lived with; the client does without it. */
  readonly onWarning?: (problem: Diagnostic) => void;
  /** Told of each stage as it begins. */
  readonly onStage?: (stage: Stage) => void;
}

export interface VendorInput extends DocumentInput {
  /** The vendor's name, as in `latchkey/vendors/<name>`. */
  readonly name: string;
  /** How the files' headers name the document: the same on every machine. */
  readonly origin: string;
  readonly extension: ImportExtension;
  /** Closed enums, and no members but those the document names. @default false */
  readonly strict?: boolean;
}

/** File name → text. Rejects with a `DocumentError` that holds everything wrong with the document. */
export type GeneratedFiles = ReadonlyMap<string, string>;

export async function generateVendor(input: VendorInput): Promise<GeneratedFiles> {
  try {
    return emitVendorFiles(await prepareDocument(input), input);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The stack is full, or a string as long as one can be: a document may be one chain of references, each within another.
    const place = { file: toDisplayName(toAddress(input.document)), line: 1, column: 1, pointer: "" };
    const message = "its parts lead into one another too deeply, or grow too large";
    throw new DocumentError([{ ...place, message, fix: "make the chains of references shorter" }]);
  }
}

function emitVendorFiles(document: JsonObject, input: VendorInput): GeneratedFiles {
  const constant = toCamelCase(input.name);
  const header = toHeader(input.origin);
  const { extension } = input;
  input.onStage?.("modelling");
  const model = toVendorModel(document, input.name);
  const strict = input.strict === true;
  const types = toTypeModel(document, { strict });
  const sent = new Set(types.sent.map(({ component }) => component));
  input.onStage?.("emitting");
  return new Map([
    ["calls.ts", header + emitCalls(types, extension)],
    [contractFile, header + emitContract(toContract(document, model))],
    ["index.ts", header + emitIndex(constant, model.title, extension)],
    ["schemas.ts", header + emitSchemas(document, { extension, strict, sent })],
    ["types.ts", header + emitTypes(types)],
    ["vendor.ts", header + emitVendor(model, constant, extension)],
  ]);
}

/** As it is emitted: whole, every reference to a component, nothing asked for that is not there. */
export async function prepareDocument(input: DocumentInput): Promise<JsonObject> {
  const document = await readDocument(input);
  input.onStage?.("resolving");
  fillEmptySchemas(document);
  resolveReferences(document);
  if (input.filter !== undefined) filterDocument(document, input.filter);
  pruneSecurity(document);
  return document;
}

/** A document that holds no mistakes we know of but those that were told, ours to change. */
export async function readDocument({ onWarning, onStage, filter, ...input }: DocumentInput): Promise<JsonObject> {
  onStage?.("reading");
  const source = await loadDocument(input);
  onStage?.("checking");
  const problems: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const report = createReporter(problems, source.locate);
  const warn = onWarning === undefined ? () => {} : createReporter(warnings, source.locate);
  checkDocument(source.value, report, warn);
  checkExtensions(source.value, report);
  if (filter !== undefined) checkFilter(source.value, filter, report);
  if (problems.length > 0) throw new DocumentError(problems.sort(byPlace));
  for (const warning of warnings.sort(byPlace)) onWarning?.(warning);
  return copyJson(toObject(source.value));
}

const byPlace = (a: Diagnostic, b: Diagnostic): number =>
  (a.file === b.file ? 0 : a.file < b.file ? -1 : 1) || a.line - b.line || a.column - b.column;
