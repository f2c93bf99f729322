/** Parses the command line of `latchkey diff`: two documents, or vendors whose documents are compared with their generated files. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { isUrl } from "../codegen/load/document-address.ts";
import { type Request as GenerateRequest, parseRequest } from "../generate/arguments.ts";
import { type Headers, parseHeaders } from "../shared/headers.ts";
import { pageUrl } from "../shared/pages.ts";
import { parseOptions } from "../shared/parse-options.ts";
import { suggest } from "../shared/did-you-mean.ts";
import { UsageError } from "../shared/usage-error.ts";

export const help = `Usage: latchkey diff <old> <new> [options]
       latchkey diff <document…> --out <folder> [options]
       latchkey diff [vendor…] [--config <file>] [options]

Shows what changed between two OpenAPI documents: sign-in first, then operations and schemas; which changes break callers (by what
they send) or readers (by what they receive); and the version it calls for. The rules: ${pageUrl("docs/regenerating.md")}
<old> and <new> are documents, as generate takes them, or what was generated from one: a vendor's folder, or the contract.jsonc in it.
With --out, or for the vendors of latchkey.config.ts: the documents as they are now, against what was generated from them.

Options:
  --format <format>   text, markdown or json; default: text
  --fail-on <what>    breaking, any or never: which changes make the exit code 1; default: breaking
  --overlay <file>    an OpenAPI Overlay to apply to the documents; default: overlay.yaml beside a document called openapi.*
  --remote            follow references to other servers
  --header 'Name: value'
                      sent to the server that the documents are on, and to no other; may be given several times
  -h, --help          this text

With --out also the options that generate was called with: --name, --include-tag and the like.

Exit codes: 0 no such change; 1 there is one; 2 wrong usage, or a document that cannot be read.
`;

export interface DiffRequest {
  readonly format: (typeof formats)[number];
  readonly failOn: (typeof failures)[number];
  readonly of: Sides | GenerateRequest;
}

export interface Sides {
  readonly before: string;
  readonly after: string;
  readonly overlay?: string;
  readonly remote: boolean;
  readonly headers: Headers;
}

const formats = ["text", "markdown", "json"] as const;
const failures = ["breaking", "any", "never"] as const;

const own = {
  format: { type: "string" },
  "fail-on": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Returns undefined for `--help`. @throws UsageError */
export function parseDiffRequest(args: readonly string[]): DiffRequest | undefined {
  const { values, rest, positionals, isGenerated } = split(args);
  if (values.help === true) return undefined;
  return {
    format: oneOf("--format", values.format ?? "text", formats),
    failOn: oneOf("--fail-on", values["fail-on"] ?? "breaking", failures),
    of: isGenerated || !positionals.some(isSide) ? parseGenerated(rest) : parseSides(rest),
  };
}

/** The options of `diff` itself, and the remaining arguments. */
function split(args: readonly string[]) {
  const { values, tokens, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: own,
  });
  const taken = new Set(
    tokens.flatMap((token) => {
      if (token.kind !== "option" || !Object.hasOwn(own, token.name)) return [];
      return token.value === undefined || token.inlineValue ? [token.index] : [token.index, token.index + 1];
    }),
  );
  const isGenerated = tokens.some((token) => token.kind === "option" && ["out", "config"].includes(token.name));
  return { values, positionals, isGenerated, rest: args.filter((_, index) => !taken.has(index)) };
}

/** Whether an argument is a document or a generated folder; otherwise it is a vendor's name. */
const isSide = (given: string): boolean => isUrl(given) || existsSync(given) || /[./\\]/u.test(given);

function parseSides(args: readonly string[]): Sides {
  const options = {
    overlay: { type: "string" },
    remote: { type: "boolean", default: false },
    header: { type: "string", multiple: true },
  } as const;
  const { values, positionals } = parseOptions(args, options, { others: Object.keys(own) });
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError([
      `two documents are needed, but ${positionals.length} were given; give the old one and the new one, or a document and --out`,
    ]);
  const { overlay, remote, header = [] } = values;
  const origins = new Set([before, after].filter(isUrl).map((address) => new URL(address).origin));
  if (header.length > 0 && origins.size !== 1)
    throw new UsageError([
      "--header is sent to one server, and the documents are not on one; save one as a file first",
    ]);
  return { before, after, remote, headers: parseHeaders(header), ...(overlay === undefined ? {} : { overlay }) };
}

const parseGenerated = (args: readonly string[]): GenerateRequest => parseRequest(args, "diff", Object.keys(own));

function oneOf<T extends string>(option: string, value: string | boolean, known: readonly T[]): T {
  if (typeof value !== "string") throw new UsageError([`${option} needs a value; use one of ${known.join(", ")}`]);
  const found = known.find((one) => one === value);
  if (found === undefined)
    throw new UsageError([`${option} does not accept ${JSON.stringify(value)}; ${suggest(value, known)}`]);
  return found;
}
