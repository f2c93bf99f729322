/** The help texts of `latchkey generate` and `latchkey check`. */
import { typesHelp } from "./types-flags.ts";

const ofDocuments = `With a document and --out:
  --out <folder>         where the vendors' folders go: <folder>/<name>
  --name <name>          the vendor's name; default: the document's file name, or its host (one document only)
  --overlay <file>       an OpenAPI Overlay to apply; default: overlay.yaml beside a document called openapi.* (one document only)
  --header 'Name: value' a request header for a document behind a login, sent only to the server of the document;
                         may be given several times (one document only)
  --import-extension <x> the extension of relative imports, ".ts" or ".js"; default: what the nearest tsconfig.json allows
  --strict               closed schemas: they refuse enum values and members that the document does not name
  --remote               follow references to other servers
  --allow-environment <name>
                         allow the client to read an environment variable whose name does not begin with the vendor's;
                         may be given several times (one document only)
  --include-tag, --include-path, --include-operation <pattern>
  --exclude-tag, --exclude-path, --exclude-operation <pattern>
                         generate only these operations, or all but these; may be given several times.
                         In tags and operationIds, * matches any text; in paths, * matches one segment and /** all further ones

With --types-only: one file of types in the shapes of openapi-typescript 7, and no client. It takes openapi-typescript's options
${typesHelp}
and, of those above, --overlay, --header, --remote, and what chooses operations.
`;

const ofWarnings = `  --quiet <kind>         leave out warnings of this kind; each warning ends with its kind; may be given several times
  --strict-document      warnings are errors
`;

const generate = `Usage: latchkey generate [vendor…] [--config <file>] [options]
       latchkey generate <document…> --out <folder> [options]
       latchkey generate --types-only <document> --out <file.ts> [options]

Makes a typed client for connect() from each OpenAPI document (3.0, 3.1, 3.2 or Swagger 2.0; YAML or JSON; a path or a URL).
Without --out: the vendors of latchkey.config.ts (or .mts, .js, .mjs, .json) in this folder, or those named.

Options:
  --config <file>        the configuration, where it is not latchkey.config.* in this folder
  --watch                keep running, and generate again when a document, a file it refers to, an overlay or the configuration changes
  --force                generate unchanged vendors too, and write every file that differs
  --prune                remove what was generated under "out" for vendors that the configuration does not have
${ofWarnings}  -h, --help             this text

${ofDocuments}
Exit codes: 0 done; 1 a broken document, or files that cannot be written; 2 wrong usage or configuration.
`;

const check = `Usage: latchkey check [vendor…] [--config <file>] [options]
       latchkey check <document…> --out <folder> [options]
       latchkey check --types-only <document> --out <file.ts> [options]

Generates as "latchkey generate" does and writes nothing: compares every file, and lists those that differ, are missing or do not
belong there. Its last line is the "latchkey diff" command that shows what changed in the documents.
Without --out: the vendors of latchkey.config.ts (or .mts, .js, .mjs, .json) in this folder, or those named.

Options:
  --config <file>        the configuration, where it is not latchkey.config.* in this folder
  --prune                what was generated under "out" for vendors that the configuration does not have is stale, too
${ofWarnings}  -h, --help             this text

${ofDocuments}
Exit codes: 0 nothing is stale; 1 something is, or a document is broken; 2 wrong usage or configuration.
`;

export const help = { generate, check };
