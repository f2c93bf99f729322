/** `latchkey diff`: what changed between two documents, or since a vendor was generated; whom it breaks; and the version it calls for. */
import { parseArgs } from "node:util";
import { toAddress } from "../codegen/address.ts";
import { DocumentError } from "../codegen/problem.ts";
import { isBreaking } from "./change.ts";
import { compareContracts, type VendorDiff } from "./compare-contracts.ts";
import { printJson } from "./print-json.ts";
import { printMarkdown } from "./print-markdown.ts";
import { printText } from "./print-text.ts";
import { contractOfDocument, generatedContract, nameOf, overlayBeside, readGenerated } from "./read-contract.ts";

const help = `Usage: latchkey diff <old> <new> [options]

Says what changed between two OpenAPI documents: sign-in first, then operations and schemas; which changes break callers (by what
they send) or readers (by what they receive); and the version it calls for (docs/regenerating.md has the rules).
<old> and <new> are documents, as generate takes them, or what was generated from one: a vendor's folder, or the contract.jsonc in it.

Options:
  --format <format>   text, markdown or json; default: text
  --fail-on <what>    breaking, any or never: which changes make the exit code 1; default: breaking
  --overlay <file>    an OpenAPI Overlay to apply to the documents; default: overlay.yaml beside a document called openapi.*
  --remote            follow references to other servers
  -h, --help          this text

Exit codes: 0 no such change; 1 there is one; 2 wrong usage, or a document that cannot be read.
`;

interface Output {
  out(text: string): void;
  error(text: string): void;
}

/** Runs the command and resolves with its exit code. @param isColoured whether the text goes to a terminal that has colours */
export async function diff(args: readonly string[], { out, error }: Output, isColoured = false): Promise<0 | 1 | 2> {
  let plan: Plan | undefined;
  try {
    plan = parsePlan(args);
  } catch (cause) {
    error(`diff: ${cause instanceof Error ? cause.message : String(cause)}\nTry --help.\n`);
    return 2;
  }
  if (plan === undefined) {
    out(help);
    return 0;
  }
  let diffs: readonly VendorDiff[];
  try {
    diffs = [await compare(plan)];
  } catch (cause) {
    if (!(cause instanceof DocumentError)) throw cause;
    error(`${cause.message}\n`);
    return 2;
  }
  out(printers[plan.format](diffs, isColoured));
  const changes = diffs.flatMap((one) => one.changes);
  return (plan.failOn === "breaking" ? changes.some(isBreaking) : plan.failOn === "any" && changes.length > 0) ? 1 : 0;
}

const printers = { text: printText, markdown: printMarkdown, json: printJson };

interface Plan {
  readonly before: string;
  readonly after: string;
  readonly overlay: string | undefined;
  readonly remote: boolean;
  readonly format: keyof typeof printers;
  readonly failOn: (typeof failures)[number];
}

const formats = ["text", "markdown", "json"] as const;
const failures = ["breaking", "any", "never"] as const;

/** `undefined`: help is wanted. */
function parsePlan(args: readonly string[]): Plan | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: "string", default: "text" },
      "fail-on": { type: "string", default: "breaking" },
      overlay: { type: "string" },
      remote: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`two documents are compared, ${positionals.length} were given; name the old one and the new one`);
  return {
    before,
    after,
    overlay: values.overlay,
    remote: values.remote,
    format: oneOf("--format", values.format, formats),
    failOn: oneOf("--fail-on", values["fail-on"], failures),
  };
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined)
    throw new Error(`${option} takes no ${JSON.stringify(value)}; choose of ${known.join(", ")}`);
  return found;
}

async function compare({ before, after, overlay, remote }: Plan): Promise<VendorDiff> {
  const generated = [before, after].map(generatedContract);
  const read = await Promise.all(
    generated.map((path) => (path === undefined ? undefined : readGenerated(toAddress(path)))),
  );
  const name = read.find((one) => one !== undefined)?.name ?? nameOf(after);
  const [older, newer] = await Promise.all(
    [before, after].map((document, index) => {
      const applied = overlay ?? overlayBeside(document);
      const input = { document, remote, ...(applied === undefined ? {} : { overlay: applied }) };
      return read[index] ?? contractOfDocument(input, name);
    }),
  );
  if (older === undefined || newer === undefined) throw new Error("diff: two contracts are compared");
  return compareContracts(older, newer);
}
