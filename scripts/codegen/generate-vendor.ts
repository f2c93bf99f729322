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
import { refuseVariable, type VariableRule, variablesOf } from "./environment-variables.ts";
import { fillEmptySchemas } from "./fill-empty-schemas.ts";
import { toHeader } from "./header.ts";
import type { ImportExtension } from "./import-extension.ts";
import { copyJson, type JsonObject, objectEntries, toObject } from "./json.ts";
import { type LoadInput, loadDocument } from "./load.ts";
import { toModel, type VendorModel } from "./model.ts";
import { toCamelCase } from "./names.ts";
import { createReport, DocumentError, type Problem } from "./problem.ts";
import { resolveReferences } from "./resolve-references.ts";
import { settleSecurity } from "./settle-security.ts";
import type { Source } from "./source.ts";
import { toContract } from "./to-contract.ts";
import { toTypeModel } from "./type-model.ts";

export type Stage = "reading" | "checking" | "resolving" | "modelling" | "emitting";

export interface DocumentInput extends LoadInput, Partial<VariableRule> {
  /** Some of its operations. @default all */
  readonly filter?: Filter;
  /** Told of what is wrong and can be lived with; the client does without it. */
  readonly onWarning?: (problem: Problem) => void;
  /** Told of each stage as it begins. */
  readonly onStage?: (stage: Stage) => void;
}

export interface VendorInput extends DocumentInput {
  /** The vendor's name, as in `latchkey/vendors/<name>`. Its environment variables begin with it. */
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
    return emitVendorFiles(await prepareVendor(input), input);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The stack is full, or a string as long as one can be: a document may be one chain of references, each within another.
    const place = { file: toDisplayName(toAddress(input.document)), line: 1, column: 1, pointer: "" };
    const message = "its parts lead into one another too deeply, or grow too large";
    throw new DocumentError([{ ...place, message, mend: "make the chains of references shorter" }]);
  }
}

function emitVendorFiles({ document, model }: PreparedVendor, input: VendorInput): GeneratedFiles {
  const constant = toCamelCase(input.name);
  const header = toHeader(input.origin);
  const { extension } = input;
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

export interface PreparedVendor {
  readonly document: JsonObject;
  readonly model: VendorModel;
}

/**
 * The document as it is emitted, and the vendor value made of it.
 *
 * @param name the vendor's, where the input has none: a client that is not generated may name any environment variable
 * @throws DocumentError
 */
export async function prepareVendor(input: DocumentInput, name = input.name ?? ""): Promise<PreparedVendor> {
  const { document, locate } = await readSource(input);
  prepare(document, input);
  input.onStage?.("modelling");
  const model = toModel(document, name);
  checkModel(model, input, locate);
  return { document, model };
}

/** As it is emitted: whole, every reference to a component, nothing asked for that is not there. */
export async function prepareDocument(input: DocumentInput): Promise<JsonObject> {
  const document = await readDocument(input);
  prepare(document, input);
  return document;
}

/** Changes the document in place. */
function prepare(document: JsonObject, { onStage, filter }: DocumentInput): void {
  onStage?.("resolving");
  fillEmptySchemas(document);
  resolveReferences(document);
  if (filter !== undefined) filterDocument(document, filter);
  settleSecurity(document);
}

/** Refuses what the extensions alone do not show: names that the generator derives, and parts that only a reference brings in. */
function checkModel({ value }: VendorModel, { name, ...rule }: DocumentInput, locate: Source["locate"]): void {
  if (name === undefined) return;
  const problems: Problem[] = [];
  const report = createReport(problems, locate);
  for (const [index, [, server]] of objectEntries(value.servers).entries()) {
    for (const variable of new Set(variablesOf(server))) {
      const refused = refuseVariable(variable, { ...rule, name });
      if (refused !== undefined) report(["servers", index], refused.message, refused.mend);
    }
  }
  if (problems.length > 0) throw new DocumentError(problems);
}

/** A document that holds no mistakes we know of but those that were told, ours to change. */
export const readDocument = async (input: DocumentInput): Promise<JsonObject> => (await readSource(input)).document;

/** The same, and where its parts stand. */
async function readSource({ onWarning, onStage, filter, ...input }: DocumentInput): Promise<CheckedSource> {
  onStage?.("reading");
  const source = await loadDocument(input);
  onStage?.("checking");
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const report = createReport(problems, source.locate);
  const warn = onWarning === undefined ? () => {} : createReport(warnings, source.locate);
  checkDocument(source.value, report, warn);
  const { name } = input;
  checkExtensions(source.value, report, name === undefined ? undefined : { ...input, name });
  if (filter !== undefined) checkFilter(source.value, filter, report);
  if (problems.length > 0) throw new DocumentError(problems.sort(byPlace));
  for (const warning of warnings.sort(byPlace)) onWarning?.(warning);
  return { document: copyJson(toObject(source.value)), locate: (path) => source.locate(path) };
}

interface CheckedSource extends Pick<Source, "locate"> {
  readonly document: JsonObject;
}

const byPlace = (a: Problem, b: Problem): number =>
  (a.file === b.file ? 0 : a.file < b.file ? -1 : 1) || a.line - b.line || a.column - b.column;
