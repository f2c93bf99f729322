/** Parses the command line of `latchkey diff`: two documents, or vendors whose documents are compared with their generated files. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { isUrl } from "../codegen/load/document-address.ts";
import { type Request as GenerateRequest, parseRequest } from "../generate/arguments.ts";
import { UsageError } from "../shared/usage-error.ts";

export const help = `Usage: latchkey diff <old> <new> [options]
       latchkey diff <document…> --out <folder> [options]
       latchkey diff [vendor…] [--config <file>] [options]

Shows what changed between two OpenAPI documents: sign-in first, then operations and schemas; which changes break callers (by what
they send) or readers (by what they receive); and the version it calls for (docs/regenerating.md has the rules).
<old> and <new> are documents, as generate takes them, or what was generated from one: a vendor's folder, or the contract.jsonc in it.
With --out, or for the vendors of latchkey.config.ts: the documents as they are now, against what was generated from them.

Options:
  --format <format>   text, markdown or json; default: text
  --fail-on <what>    breaking, any or never: which changes make the exit code 1; default: breaking
  --overlay <file>    an OpenAPI Overlay to apply to the documents; default: overlay.yaml beside a document called openapi.*
  --remote            follow references to other servers
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
  const { values, tokens, positionals } = tell(() =>
    parseArgs({ args: [...args], allowPositionals: true, strict: false, tokens: true, options: own }),
  );
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
  const { values, positionals } = tell(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { overlay: { type: "string" }, remote: { type: "boolean", default: false } },
    }),
  );
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError([
      `two sides are compared, and ${positionals.length} given; name the old one and the new one, or give a document and --out`,
    ]);
  const { overlay, remote } = values;
  return { before, after, remote, ...(overlay === undefined ? {} : { overlay }) };
}

function parseGenerated(args: readonly string[]): GenerateRequest {
  const request = parseRequest(args);
  for (const option of ["check", "watch", "force"] as const)
    if (request[option]) throw new UsageError([`--${option} is an option of generate; leave it out`]);
  return request;
}

function oneOf<T extends string>(option: string, value: string | boolean, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined)
    throw new UsageError([`${option} takes no ${JSON.stringify(value)}; choose of ${known.join(", ")}`]);
  return found;
}

function tell<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError([error instanceof Error ? error.message : String(error)]);
  }
}
