/** Plans a run: which vendors are generated, from which documents, into which folders. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { isUrl } from "../codegen/load/document-address.ts";
import { suggest } from "../shared/did-you-mean.ts";
import type { VendorInput } from "../codegen/generate-vendor.ts";
import { generatedMark } from "../codegen/util/file-header.ts";
import { importExtension } from "../codegen/util/import-extension.ts";
import { type ReadText, withHeaders } from "../codegen/load/read-text.ts";
import type { Folder } from "./write-files.ts";
import type { Config, VendorConfig } from "./config.ts";
import { overlayBeside } from "./overlay-beside.ts";
import { nameOf, toVendorName } from "./vendor-name.ts";
import { type ConfigFile, readConfigFile } from "./config-file.ts";
import { type Conventions, planConfiguredTypes, planTypes, type TypesPlan } from "./plan-types.ts";
import type { FromDocuments, Request } from "./arguments.ts";
import { readHeaders } from "../shared/headers.ts";
import { UsageError } from "../shared/usage-error.ts";

export interface Plan {
  readonly vendors: readonly VendorPlan[];
  readonly types: readonly TypesPlan[];
  /** Folders below the configuration's `out` that were generated for vendors which it does not have. */
  readonly gone: readonly Folder[];
}

export interface VendorPlan {
  readonly folder: string;
  /** Its reader sends the headers that the user gave for the document. */
  readonly input: VendorInput & Required<Pick<VendorInput, "read">>;
}

/** @throws UsageError */
export async function toPlan({ from }: Request, read: ReadText): Promise<Plan> {
  if ("document" in from) return { vendors: [], types: [await planTypes(from, read, conventions)], gone: [] };
  if ("documents" in from) {
    const names = from.documents.map((document) => from.name ?? nameOf(document));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      throw new UsageError([`two documents would be called ${twice}; run the command once for each, with --name`]);
    return {
      vendors: await Promise.all(from.documents.map((document) => planDocument(document, from, names, read))),
      types: [],
      gone: [],
    };
  }
  return planConfig(await readConfigFile(from.config, read), from.names, read);
}

async function planDocument(
  document: string,
  from: FromDocuments,
  names: readonly string[],
  read: ReadText,
): Promise<VendorPlan> {
  const name = from.name ?? nameOf(document);
  const better = toVendorName(name);
  if (better !== name) throw new UsageError([`${JSON.stringify(name)} ${noName}: --name ${better}`]);
  const origin = isUrl(document) ? withoutSecrets(document) : basename(document);
  const { strict, remote, allowEnvironment, filter, headers } = from;
  return toVendorPlan(document, {
    name,
    origin,
    folder: join(from.out, name),
    overlay: from.overlay,
    extension: from.importExtension,
    strict,
    remote,
    allowEnvironment,
    longerNames: longerNames(name, names),
    filter,
    read: withHeaders(read, document, headers),
  });
}

/** @throws UsageError */
export async function planConfig(file: ConfigFile, names: readonly string[], read: ReadText): Promise<Plan> {
  const { config, folder } = file;
  const { out, vendors: configured = {}, types = {} } = config;
  const known = [...Object.keys(configured), ...Object.keys(types)];
  const configName = basename(file.path);
  for (const name of names) {
    if (known.includes(name)) continue;
    const fix = existsSync(name) ? "to generate from a document, add --out" : suggest(name, known);
    throw new UsageError([`no vendor of ${configName} is called ${JSON.stringify(name)}; ${fix}`]);
  }
  const wrong = Object.keys(configured).filter((name) => toVendorName(name) !== name);
  if (wrong.length > 0)
    throw new UsageError(
      wrong.map((name) => `${configName}: ${JSON.stringify(name)} ${noName}: ${toVendorName(name)}`),
    );
  const vendors = Object.entries(configured)
    .filter(([name]) => names.length === 0 || names.includes(name))
    .map(([name, vendor]) => planVendor(name, vendor, config, folder, read));
  return {
    vendors: await Promise.all(vendors),
    types: await planConfiguredTypes(config, folder, names, read, conventions),
    gone: names.length === 0 && out !== undefined ? await findGone(resolve(folder, out), Object.keys(configured)) : [],
  };
}

function planVendor(
  name: string,
  vendor: VendorConfig,
  config: Config,
  base: string,
  read: ReadText,
): Promise<VendorPlan> {
  const at = (given: string): string => (isUrl(given) ? given : resolve(base, given));
  const {
    document,
    overlay,
    include = {},
    exclude = {},
    strict = false,
    remote = false,
    allowEnvironment = [],
    headers = {},
    quiet = [],
    strictDocument = false,
  } = vendor;
  const sent = readHeaders(headers, `vendors.${name}.headers`);
  return toVendorPlan(at(document), {
    name,
    origin: isUrl(document) ? withoutSecrets(document) : relative(base, at(document)).split(sep).join("/"),
    folder: resolve(base, config.out ?? "", name),
    overlay: overlay === undefined ? undefined : at(overlay),
    extension: config.importExtension,
    strict,
    remote,
    allowEnvironment,
    longerNames: longerNames(name, Object.keys(config.vendors ?? {})),
    filter: { include, exclude },
    quiet,
    strictDocument,
    read: withHeaders(read, document, sent),
  });
}

/** Vendors of the same run whose variables have this vendor's prefix too. */
const longerNames = (name: string, all: readonly string[]): string[] =>
  all.filter((one) => one.startsWith(`${name}-`)).sort();

interface Chosen
  extends Pick<VendorInput, "quiet" | "strictDocument">,
    Required<
      Pick<VendorInput, "name" | "origin" | "strict" | "remote" | "allowEnvironment" | "longerNames" | "filter">
    > {
  readonly folder: string;
  readonly overlay: string | undefined;
  readonly extension: VendorInput["extension"] | undefined;
  readonly read: ReadText;
}

async function toVendorPlan(
  document: string,
  { folder, overlay, extension, filter, read, ...rest }: Chosen,
): Promise<VendorPlan> {
  const applied = overlay ?? (await overlayBeside(document, read));
  const isFiltered = [filter.include, filter.exclude].some((one) => Object.values(one ?? {}).flat().length > 0);
  const input = {
    document,
    read,
    ...(applied === undefined ? {} : { overlay: applied }),
    ...rest,
    ...(isFiltered ? { filter } : {}),
    extension: extension ?? importExtension(folder),
  };
  return { folder, input };
}

const noName = "is not a valid vendor name; use lower-case letters, digits and hyphens";

/** Removes user names and keys from an address: generated files are committed. */
function withoutSecrets(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

const conventions: Conventions = { overlayBeside, originOf: withoutSecrets };

/** Folders that an earlier run generated for other vendors. */
async function findGone(out: string, known: readonly string[]): Promise<Folder[]> {
  if (!existsSync(out)) return [];
  const entries = await readdir(out, { withFileTypes: true });
  const others = entries
    .filter((entry) => entry.isDirectory() && !known.includes(entry.name))
    .map(({ name }) => join(out, name));
  const ours = await Promise.all(others.map(isGenerated));
  return others.sort().flatMap((path, index) => (ours[index] ? [{ path, files: new Map() }] : []));
}

const isGenerated = (folder: string): Promise<boolean> =>
  readFile(join(folder, "index.ts"), "utf8").then(
    (text) => text.startsWith(`// ${generatedMark}`),
    () => false,
  );
