/** What a run of `latchkey sandbox` serves: vendors of the configuration, built-in vendors, or documents. */
import { existsSync } from "node:fs";
import { isUrl } from "../codegen/load/document-address.ts";
import { readText, withHeaders } from "../codegen/load/read-text.ts";
import { suggest } from "../shared/did-you-mean.ts";
import { parseHeaders } from "../shared/headers.ts";
import { parseOptions } from "../shared/parse-options.ts";
import { UsageError } from "../shared/usage-error.ts";
import { findConfigFile, hasConfigFile, readConfigFile } from "../generate/config-file.ts";
import { planConfig } from "../generate/plan.ts";
import { nameOf, toVendorName } from "../generate/vendor-name.ts";
import type { SandboxOptions } from "./start-sandbox.ts";
import { documentOf, sandboxVendors } from "./vendor-sandbox.ts";

export interface SandboxPlan {
  readonly help: boolean;
  /** The port of the first sandbox; the others take the ports after it. 0 chooses free ports. */
  readonly port: number;
  readonly switches: NonNullable<SandboxOptions["switches"]>;
  readonly served: readonly Served[];
}

export interface Served {
  /** For the name of the vendor's value. */
  readonly name: string;
  readonly options: SandboxOptions;
}

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean", default: false } as const;

/** @throws UsageError, DocumentError */
export async function planSandboxes(args: readonly string[]): Promise<SandboxPlan> {
  const { values, positionals } = parseOptions(args, {
    port: { ...text, default: "0" },
    variant: texts,
    "no-rate-limits": flag,
    config: text,
    name: text,
    overlay: text,
    remote: flag,
    header: texts,
    help: { ...flag, short: "h" },
  });
  const { help, variant = [], "no-rate-limits": noRateLimits } = values;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(["--port takes a number from 0 to 65535"]);
  const plan = { help, port, switches: { rateLimits: !noRateLimits, variant } };
  if (help) return { ...plan, served: [] };
  const documents = positionals.filter((given) => isUrl(given) || /[./\\]/u.test(given));
  const { name, overlay, remote, header = [] } = values;
  if ([name, overlay, header[0]].some((one) => one !== undefined) && (positionals.length !== 1 || !documents[0]))
    throw new UsageError(["--name, --overlay and --header are for one document; name its path or URL"]);
  const vendors = await planVendors(
    positionals.filter((given) => !documents.includes(given)),
    documents.length > 0,
    values.config,
  );
  const headers = parseHeaders(header);
  const ofDocuments = documents.map((document): Served => {
    if (name !== undefined && toVendorName(name) !== name)
      throw new UsageError([`${JSON.stringify(name)} is not a valid vendor name; --name ${toVendorName(name)}`]);
    const read = withHeaders(readText, document, headers);
    const options = { document, remote, read, ...(overlay === undefined ? {} : { overlay }) };
    return { name: name ?? nameOf(document), options: name === undefined ? options : { ...options, vendor: name } };
  });
  return { ...plan, served: inOrder(positionals, documents, ofDocuments, vendors) };
}

/** The vendors that are named, or all of the configuration, or else all built-in ones. */
async function planVendors(names: readonly string[], hasDocuments: boolean, config?: string): Promise<Served[]> {
  if (names.length === 0 && hasDocuments) return [];
  const file =
    config !== undefined || hasConfigFile() ? await readConfigFile(findConfigFile(config), readText) : undefined;
  const configured = Object.keys(file?.config.vendors ?? {});
  const known = [...new Set([...configured, ...sandboxVendors()])];
  for (const name of names)
    if (!known.includes(name))
      throw new UsageError([
        `${JSON.stringify(name)} is neither a vendor nor the path of a document; ${adviceFor(name, known)}`,
      ]);
  const wanted = names.length > 0 ? names : file === undefined ? known : configured;
  if (wanted.length === 0) throw new UsageError(["there is no vendor here; name the path of a document"]);
  const own = wanted.filter((name) => configured.includes(name));
  const plans = file === undefined || own.length === 0 ? [] : (await planConfig(file, own, readText)).vendors;
  return wanted.map((name): Served => {
    const input = plans.find((plan) => plan.input.name === name)?.input;
    if (input === undefined) return { name, options: { document: documentOf(name), vendor: name } };
    const { document, overlay, remote = false, filter, read } = input;
    const given = { ...(overlay === undefined ? {} : { overlay }), ...(filter === undefined ? {} : { filter }) };
    return { name, options: { document, vendor: name, remote, read, ...given } };
  });
}

const adviceFor = (name: string, known: readonly string[]): string =>
  existsSync(name) ? `for the file, write ./${name}` : suggest(name, known);

const inOrder = (
  positionals: readonly string[],
  documents: readonly string[],
  ofDocuments: readonly Served[],
  vendors: readonly Served[],
): Served[] =>
  positionals.length === 0
    ? [...vendors]
    : positionals.flatMap((given) => {
        const index = documents.indexOf(given);
        return (index === -1 ? vendors.find(({ name }) => name === given) : ofDocuments[index]) ?? [];
      });
