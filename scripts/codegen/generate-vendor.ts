/** The pipeline: load, apply the overlay, check, resolve, filter, model, emit. It returns the files' texts and writes nothing. */
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
import { refuseVariable, type VariableRule, variablesOf } from "./util/environment-variables.ts";
import { fillEmptySchemas } from "./resolve/fill-empty-schemas.ts";
import { toHeader } from "./util/file-header.ts";
import type { ImportExtension } from "./util/import-extension.ts";
import { copyJson, type JsonObject, objectEntries, toObject } from "./util/json.ts";
import { dropIgnoredBodies } from "./openapi/ignored-bodies.ts";
import { type LoadOptions, loadDocument } from "./load/load-document.ts";
import { toVendorModel, type VendorModel } from "./vendor/vendor-model.ts";
import { toCamelCase } from "./util/identifiers.ts";
import { createReporter, DocumentError, type Diagnostic } from "./load/diagnostics.ts";
import { refuseTooDeep } from "./load/refuse-too-deep.ts";
import { repairDocument } from "./load/repair-document.ts";
import { createWarner, type Repair, type Warning, type WarningKind } from "./load/warnings.ts";
import { resolveReferences } from "./resolve/resolve-references.ts";
import { pruneSecurity } from "./resolve/prune-security.ts";
import type { Source } from "./load/parse-source.ts";
import { toContract } from "./contract/build-contract.ts";
import { toTypeModel } from "./types/type-model.ts";

export type Stage = "reading" | "checking" | "resolving" | "modelling" | "emitting";

export interface DocumentInput extends LoadOptions, Partial<VariableRule> {
  /** Some of its operations. @default all */
  readonly filter?: Filter;
  /** Called once for each kind of flaw that does not prevent a client, and of what the client does not honour. */
  readonly onWarning?: (warning: Warning) => void;
  /** Kinds of warnings that are left out. @default none */
  readonly quiet?: readonly WarningKind[];
  /** Whether warnings are errors. @default false */
  readonly strictDocument?: boolean;
  /** Called at the beginning of each stage. */
  readonly onStage?: (stage: Stage) => void;
}

export interface VendorInput extends DocumentInput {
  /** The vendor's name, as in `latchkey/vendors/<name>`. Its environment variables begin with it. */
  readonly name: string;
  /** The document's name in the files' headers, the same on every machine. */
  readonly origin: string;
  readonly extension: ImportExtension;
  /** Closed enums, and no members but those the document names. @default false */
  readonly strict?: boolean;
}

/** Returns texts by file name. Rejects with a `DocumentError` that lists all mistakes of the document. */
export type GeneratedFiles = ReadonlyMap<string, string>;

export const generateVendor = (input: VendorInput): Promise<GeneratedFiles> =>
  refuseTooDeep(input.document, async () => emitVendorFiles(await prepareVendor(input), input));

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
 * Returns the resolved document and its vendor value.
 *
 * @param name the vendor's, where the input has none: a client that is not generated may name any environment variable
 * @throws DocumentError
 */
export async function prepareVendor(input: DocumentInput, name = input.name ?? ""): Promise<PreparedVendor> {
  const { document, locate } = await readSource(input);
  prepare(document, input);
  input.onStage?.("modelling");
  const model = toVendorModel(document, name);
  checkModel(model, input, locate);
  return { document, model };
}

/** Resolves a document: references only to components, and no security requirement of an undeclared scheme. */
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
  dropIgnoredBodies(document);
  if (filter !== undefined) filterDocument(document, filter);
  pruneSecurity(document);
}

/** Checks environment variables that only the model shows: derived names, and parts that a reference brings in. */
function checkModel({ value }: VendorModel, { name, ...rule }: DocumentInput, locate: Source["locate"]): void {
  if (name === undefined) return;
  const problems: Diagnostic[] = [];
  const report = createReporter(problems, locate);
  for (const [index, [, server]] of objectEntries(value.servers).entries()) {
    for (const variable of new Set(variablesOf(server))) {
      const refused = refuseVariable(variable, { ...rule, name });
      if (refused !== undefined) report(["servers", index], refused.message, refused.fix);
    }
  }
  if (problems.length > 0) throw new DocumentError(problems);
}

/** Loads and checks a document. The result is a copy that may be changed. */
export const readDocument = async (input: DocumentInput): Promise<JsonObject> => (await readSource(input)).document;

/** Loads, checks and repairs a document, and returns the places of its parts too. */
async function readSource({ onWarning, onStage, filter, ...input }: DocumentInput): Promise<CheckedSource> {
  onStage?.("reading");
  const { source, hasTrailingComma } = await loadDocument(input);
  onStage?.("checking");
  const problems: Diagnostic[] = [];
  const repairs: Repair[] = [];
  const report = createReporter(problems, source.locate);
  const warner = createWarner(source.locate, input.quiet);
  if (hasTrailingComma) {
    const message = "a comma stands before the end of a list or an object, which JSON does not allow";
    warner.warn("trailing-comma", [], message, "remove it: other tools refuse the document");
  }
  checkDocument(source.value, { report, warn: warner.warn, repair: (one) => repairs.push(one) });
  const { name } = input;
  checkExtensions(source.value, report, name === undefined ? undefined : { ...input, name });
  if (filter !== undefined) checkFilter(source.value, filter, report);
  if (input.strictDocument === true) problems.push(...warner.all());
  if (problems.length > 0) throw new DocumentError(problems.sort(byPlace));
  if (onWarning !== undefined) for (const warning of warner.summaries().sort(byPlace)) onWarning(warning);
  const document = copyJson(toObject(source.value));
  repairDocument(document, repairs);
  return { document, locate: (path) => source.locate(path) };
}

interface CheckedSource extends Pick<Source, "locate"> {
  readonly document: JsonObject;
}

const byPlace = (a: Diagnostic, b: Diagnostic): number =>
  (a.file === b.file ? 0 : a.file < b.file ? -1 : 1) || a.line - b.line || a.column - b.column;
