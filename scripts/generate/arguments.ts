/** Parses the command lines of `latchkey generate` and `latchkey check`, and of `latchkey diff` where it compares with what was generated. */
import { isUrl } from "../codegen/load/document-address.ts";
import { variableName } from "../codegen/util/environment-variables.ts";
import type { Filter, Selection } from "../codegen/resolve/filter-document.ts";
import type { ImportExtension } from "../codegen/util/import-extension.ts";
import { isWarningKind, type WarningKind, warningKinds } from "../codegen/load/warnings.ts";
import { suggest } from "../shared/did-you-mean.ts";
import { type Headers, parseHeaders } from "../shared/headers.ts";
import { parseOptions } from "../shared/parse-options.ts";
import { shellQuote } from "../shared/shell-quote.ts";
import { UsageError } from "../shared/usage-error.ts";
import type { TypesOptions } from "../codegen/types-only/options.ts";
import { toTypesOptions, typesFlags } from "./types-flags.ts";

/** `diff` takes what says which documents and folders are meant. */
export type Command = "generate" | "check" | "diff";

export interface Request {
  readonly help: boolean;
  readonly watch: boolean;
  readonly force: boolean;
  readonly prune: boolean;
  /** Kinds of warnings that are left out. */
  readonly quiet: readonly WarningKind[];
  /** Whether warnings are errors. */
  readonly strictDocument: boolean;
  readonly from: FromConfig | FromDocuments | FromTypes;
}

export interface FromConfig {
  readonly config?: string;
  /** Names of vendors. @default all */
  readonly names: readonly string[];
}

export interface FromDocuments {
  readonly documents: readonly string[];
  readonly out: string;
  readonly name?: string;
  readonly overlay?: string;
  readonly importExtension?: ImportExtension;
  readonly strict: boolean;
  readonly remote: boolean;
  readonly allowEnvironment: readonly string[];
  readonly headers: Headers;
  readonly filter: Filter;
}

/** One file of types. */
export interface FromTypes extends Pick<FromDocuments, "overlay" | "remote" | "headers" | "filter"> {
  readonly document: string;
  /** The file. */
  readonly out: string;
  readonly options: TypesOptions;
}

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean", default: false } as const;

const ofRun = {
  config: text,
  quiet: texts,
  "strict-document": flag,
  watch: flag,
  force: flag,
  prune: flag,
  help: { ...flag, short: "h" },
} as const;
/** The options of a run that a command does not take. */
const except = {
  generate: [],
  check: ["watch", "force"],
  diff: ["watch", "force", "prune", "types-only", ...Object.keys(typesFlags)],
} as const;
/** The options of clients that types alone do not take. */
const ofClients = ["name", "import-extension", "strict", "allow-environment"];
const ofDocuments = {
  name: text,
  overlay: text,
  "import-extension": text,
  strict: flag,
  remote: flag,
  "allow-environment": texts,
  header: texts,
  "include-tag": texts,
  "include-path": texts,
  "include-operation": texts,
  "exclude-tag": texts,
  "exclude-path": texts,
  "exclude-operation": texts,
} as const;

/** @param others options that the command takes besides, for suggestions @throws UsageError */
export function parseRequest(args: readonly string[], command: Command, others: readonly string[] = []): Request {
  const options = { out: text, "types-only": flag, ...ofRun, ...ofDocuments, ...typesFlags };
  const { values, positionals } = parseOptions(args, options, { except: except[command], others });
  const { help, watch, force, prune, config, out, name, overlay, strict, remote } = values;
  const quiet = (values.quiet ?? []).map(parseKind);
  const run = { help, watch, force, prune, quiet, strictDocument: values["strict-document"] };
  const isGiven = (option: string): boolean => ![undefined, false].includes(Reflect.get(values, option));
  const isTypesOnly = isGiven("types-only");
  const ofTypes = Object.keys(typesFlags).find(isGiven);
  if (!isTypesOnly && !help && ofTypes !== undefined)
    throw new UsageError([`--${ofTypes} is an option of --types-only; add that, or leave it out`]);
  if (out === undefined || help) {
    if (!help && isTypesOnly)
      throw new UsageError(["--types-only needs a document and --out, the file to write: --out src/acme.ts"]);
    const given = Object.keys(ofDocuments).find(isGiven);
    const [document] = positionals.filter(isDocument);
    if (!help && document !== undefined) throw new UsageError([withoutOut(document, command)]);
    if (!help && given !== undefined)
      throw new UsageError([`--${given} needs a document and --out; in a configuration, set it for each vendor`]);
    return { ...run, from: { ...(config === undefined ? {} : { config }), names: positionals } };
  }
  if (config !== undefined)
    throw new UsageError(["--config and --out exclude each other; the configuration says where files go"]);
  if (prune) throw new UsageError(["--prune is for the vendors of a configuration; leave it out, or leave out --out"]);
  if (positionals.length === 0) throw new UsageError(["--out needs a document; give one before it"]);
  const { "allow-environment": allowEnvironment = [], header = [] } = values;
  const ofOne = [name, overlay, allowEnvironment[0], header[0]];
  if (positionals.length > 1 && ofOne.some((one) => one !== undefined))
    throw new UsageError([
      "--name, --overlay, --header and --allow-environment are for one document; run the command once for each",
    ]);
  const wrong = allowEnvironment.filter((one) => !variableName.test(one));
  if (wrong.length > 0)
    throw new UsageError(wrong.map((one) => `--allow-environment ${JSON.stringify(one)}: ${noVariableName}`));
  if (header.length > 0 && !positionals.every(isUrl))
    throw new UsageError(["--header is sent to a document's server, and the document is a file; leave it out"]);
  const filter = {
    include: toSelection(values["include-tag"], values["include-path"], values["include-operation"]),
    exclude: toSelection(values["exclude-tag"], values["exclude-path"], values["exclude-operation"]),
  };
  const shared = { out, ...(overlay === undefined ? {} : { overlay }), remote, headers: parseHeaders(header), filter };
  if (isTypesOnly) {
    const [document = "", second] = positionals;
    const foreign = ofClients.find(isGiven);
    if (second !== undefined) throw new UsageError(["--types-only is for one document; run the command once for each"]);
    if (foreign !== undefined)
      throw new UsageError([`--${foreign} is an option of clients; leave it out with --types-only`]);
    return { ...run, from: { ...shared, document, options: toTypesOptions(values) } };
  }
  const importExtension = parseExtension(values["import-extension"]);
  return {
    ...run,
    from: {
      ...shared,
      documents: positionals,
      ...(name === undefined ? {} : { name }),
      ...(importExtension === undefined ? {} : { importExtension }),
      strict,
      allowEnvironment,
    },
  };
}

/** The message for a name that cannot be an environment variable's. */
export const noVariableName = "this is not a variable name; use upper-case letters, digits and _, as in ACME_CLIENT_ID";

/** Whether an argument can only be a document: names of vendors are lower case letters, digits and hyphens. */
const isDocument = (given: string): boolean => isUrl(given) || /[./\\]/u.test(given);

const withoutOut = (document: string, command: Command): string =>
  `${document} is a document, and --out is missing. Add it: latchkey ${command} ${shellQuote(document)} --out src/vendors`;

function parseKind(given: string): WarningKind {
  const kinds = Object.keys(warningKinds);
  if (isWarningKind(given)) return given;
  throw new UsageError([
    `--quiet ${JSON.stringify(given)}: there is no such kind of warning; ${suggest(given, kinds)}`,
  ]);
}

function parseExtension(given: string | undefined): ImportExtension | undefined {
  if (given === undefined || given === ".ts" || given === ".js") return given;
  throw new UsageError(["--import-extension is .ts or .js"]);
}

const toSelection = (tags: string[] = [], paths: string[] = [], operations: string[] = []): Selection => ({
  tags,
  paths,
  operations,
});
