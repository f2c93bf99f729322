/** Parses the command lines of `latchkey generate` and `latchkey check`. */
import { parseArgs } from "node:util";
import { variableName } from "../codegen/util/environment-variables.ts";
import type { Filter, Selection } from "../codegen/resolve/filter-document.ts";
import type { ImportExtension } from "../codegen/util/import-extension.ts";
import type { TypesOptions } from "../codegen/types-only/options.ts";
import { UsageError } from "../shared/usage-error.ts";
import { toTypesOptions, typesFlags, typesHelp } from "./types-flags.ts";

export const help = `Usage: latchkey generate [vendor…] [--config <file>]
       latchkey generate <document…> --out <folder> [options]
       latchkey generate --types-only <document> --out <file.ts> [options]

Makes a typed client for connect() from each OpenAPI document (3.0, 3.1, 3.2 or Swagger 2.0; YAML or JSON; a path or a URL).
Without --out: the vendors of latchkey.config.ts (or .mts, .js, .mjs, .json) in this folder, or those named.

Options:
  --config <file>        the configuration, where it is not latchkey.config.* in this folder
  --check                write nothing; generate, compare, and list every file that is stale, missing or does not belong;
                         exit 1 if there is one
  --watch                stay, and generate again when a document, a file it refers to, an overlay or the configuration changes
  --force                generate what has not changed, too, and write every file that differs
  -h, --help             this text

With a document and --out:
  --out <folder>         where the vendors' folders go: <folder>/<name>
  --name <name>          the vendor's name; default: the document's file name (one document only)
  --overlay <file>       an OpenAPI Overlay to apply; default: overlay.yaml beside a document called openapi.* (one document only)
  --import-extension <x> how relative imports end, ".ts" or ".js"; default: what the nearest tsconfig.json takes
  --strict               schemas that take no value of an enum and no member but those the document names
  --remote               follow references to other servers
  --allow-environment <name>
                         an environment variable that the client may read although its name does not begin with the vendor's;
                         may be given several times (one document only)
  --include-tag, --include-path, --include-operation <pattern>
  --exclude-tag, --exclude-path, --exclude-operation <pattern>
                         only these operations, or all but these, with what they need; may be given several times.
                         In tags and operationIds * stands for any text; in paths for one segment, /** for any further ones
${typesHelp}
Exit codes: 0 done, or nothing stale; 1 a broken document, something stale, or files that cannot be written; 2 wrong usage or configuration.
`;

export interface Request {
  readonly help: boolean;
  readonly check: boolean;
  readonly watch: boolean;
  readonly force: boolean;
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
  readonly filter: Filter;
}

/** One file of types. */
export interface FromTypes {
  readonly document: string;
  /** The file. */
  readonly out: string;
  readonly overlay?: string;
  readonly remote: boolean;
  readonly filter: Filter;
  readonly options: TypesOptions;
}

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean", default: false } as const;

const ofRun = {
  "types-only": flag,
  config: text,
  check: flag,
  watch: flag,
  force: flag,
  help: { ...flag, short: "h" },
} as const;
const ofDocuments = {
  name: text,
  overlay: text,
  "import-extension": text,
  strict: flag,
  remote: flag,
  "allow-environment": texts,
  "include-tag": texts,
  "include-path": texts,
  "include-operation": texts,
  "exclude-tag": texts,
  "exclude-path": texts,
  "exclude-operation": texts,
} as const;

/** @throws UsageError */
export function parseRequest(args: readonly string[]): Request {
  const { values, positionals } = parse(args);
  const { help, check, watch, force, config, out, name, overlay, strict, remote } = values;
  if (check && watch) throw new UsageError(["--check writes nothing and --watch stays; use one of them"]);
  const run = { help, check, watch, force };
  const typesOnly = values["types-only"];
  if (typesOnly && out === undefined && !help)
    throw new UsageError(["--types-only needs --out, the file to write, as in --out src/acme.ts"]);
  if (out === undefined || help) {
    const [stray] = [...Object.keys(ofDocuments), ...Object.keys(typesFlags)].filter(
      (option) => !help && isGiven(values, option),
    );
    if (stray !== undefined)
      throw new UsageError([`--${stray} needs a document and --out; a configuration says it for each vendor itself`]);
    return { ...run, from: { ...(config === undefined ? {} : { config }), names: positionals } };
  }
  if (config !== undefined)
    throw new UsageError(["--config and --out exclude each other; the configuration says where files go"]);
  if (positionals.length === 0) throw new UsageError(["--out needs a document; give one before it"]);
  const { "allow-environment": allowEnvironment = [] } = values;
  if (positionals.length > 1 && (name ?? overlay ?? allowEnvironment[0]) !== undefined)
    throw new UsageError([
      "--name, --overlay and --allow-environment are for one document; run the command once for each",
    ]);
  const wrong = allowEnvironment.filter((one) => !variableName.test(one));
  if (wrong.length > 0)
    throw new UsageError(wrong.map((one) => `--allow-environment ${JSON.stringify(one)}: ${noVariableName}`));
  const filter = {
    include: toSelection(values["include-tag"], values["include-path"], values["include-operation"]),
    exclude: toSelection(values["exclude-tag"], values["exclude-path"], values["exclude-operation"]),
  };
  if (typesOnly) {
    const [document = "", second] = positionals;
    if (second !== undefined) throw new UsageError(["--types-only is for one document; run the command once for each"]);
    const [alien] = ["name", "import-extension", "strict", "allow-environment"].filter((option) =>
      isGiven(values, option),
    );
    if (alien !== undefined)
      throw new UsageError([`--${alien} is an option of clients; leave it out with --types-only`]);
    const shared = { document, out, remote, filter, options: toTypesOptions(values) };
    return { ...run, from: overlay === undefined ? shared : { ...shared, overlay } };
  }
  const [alien] = Object.keys(typesFlags).filter((option) => isGiven(values, option));
  if (alien !== undefined) throw new UsageError([`--${alien} is an option of --types-only; add that, or leave it out`]);
  const importExtension = parseExtension(values["import-extension"]);
  return {
    ...run,
    from: {
      documents: positionals,
      out,
      ...(name === undefined ? {} : { name }),
      ...(overlay === undefined ? {} : { overlay }),
      ...(importExtension === undefined ? {} : { importExtension }),
      strict,
      remote,
      allowEnvironment,
      filter,
    },
  };
}

/** The message for a name that cannot be an environment variable's. */
export const noVariableName =
  "this is not a variable's name; write upper case letters, digits and _, as in ACME_CLIENT_ID";

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: text, ...ofRun, ...ofDocuments, ...typesFlags },
    });
  } catch (error) {
    throw new UsageError([error instanceof Error ? error.message : String(error)]);
  }
}

const isGiven = (values: object, option: string): boolean => {
  const value: unknown = Reflect.get(values, option);
  return value !== undefined && value !== false;
};

function parseExtension(given: string | undefined): ImportExtension | undefined {
  if (given === undefined || given === ".ts" || given === ".js") return given;
  throw new UsageError(["--import-extension is .ts or .js"]);
}

const toSelection = (tags: string[] = [], paths: string[] = [], operations: string[] = []): Selection => ({
  tags,
  paths,
  operations,
});
