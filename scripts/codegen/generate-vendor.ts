/** The pipeline: load → overlay → check and read the extensions → resolve → filter → model → emit. What it makes is written elsewhere, all or nothing. */
import { toAddress, toDisplayName } from "./address.ts";
import { checkDocument } from "./check-document.ts";
import { checkExtensions } from "./check-extensions.ts";
import { contractFile } from "./contract.ts";
import { emitCalls } from "./emit-calls.ts";
import { emitContract } from "./emit-contract.ts";
import { emitIndex } from "./emit-index.ts";
import { emitSchemas } from "./emit-schemas.ts";
import { emitTypes } from "./emit-types.ts";
import { emitVendor } from "./emit-vendor.ts";
import { checkFilter, type Filter, filterDocument } from "./filter-document.ts";
import { fillEmptySchemas } from "./fill-empty-schemas.ts";
import { toHeader } from "./header.ts";
import type { ImportExtension } from "./import-extension.ts";
import { copyJson, type JsonObject, toObject } from "./json.ts";
import { type LoadInput, loadDocument } from "./load.ts";
import { toModel } from "./model.ts";
import { toCamelCase } from "./names.ts";
import { createReport, DocumentError, type Problem } from "./problem.ts";
import { resolveReferences } from "./resolve-references.ts";
import { settleSecurity } from "./settle-security.ts";
import { toContract } from "./to-contract.ts";
import { toTypeModel } from "./type-model.ts";

export type Stage = "reading" | "checking" | "resolving" | "modelling" | "emitting";

export interface DocumentInput extends LoadInput {
  /** Some of its operations. @default all */
  readonly filter?: Filter;
  /** Told of what is wrong and can be lived with; the client does without it. */
  readonly onWarning?: (problem: Problem) => void;
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
    throw new DocumentError([{ ...place, message, mend: "make the chains of references shorter" }]);
  }
}

function emitVendorFiles(document: JsonObject, input: VendorInput): GeneratedFiles {
  const constant = toCamelCase(input.name);
  const header = toHeader(input.origin);
  const { extension } = input;
  input.onStage?.("modelling");
  const model = toModel(document, input.name);
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
  settleSecurity(document);
  return document;
}

/** A document that holds no mistakes we know of but those that were told, ours to change. */
export async function readDocument({ onWarning, onStage, filter, ...input }: DocumentInput): Promise<JsonObject> {
  onStage?.("reading");
  const source = await loadDocument(input);
  onStage?.("checking");
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const report = createReport(problems, source.locate);
  const warn = onWarning === undefined ? () => {} : createReport(warnings, source.locate);
  checkDocument(source.value, report, warn);
  checkExtensions(source.value, report);
  if (filter !== undefined) checkFilter(source.value, filter, report);
  if (problems.length > 0) throw new DocumentError(problems.sort(byPlace));
  for (const warning of warnings.sort(byPlace)) onWarning?.(warning);
  return copyJson(toObject(source.value));
}

const byPlace = (a: Problem, b: Problem): number =>
  (a.file === b.file ? 0 : a.file < b.file ? -1 : 1) || a.line - b.line || a.column - b.column;
