/**
 * `npm run generate`: every `specs/<vendor>/openapi.yaml`, with its `overlay.yaml`, to `generated/<vendor>/`.
 * As `latchkey generate <document…> --out <folder>`: any document.
 */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { isUrl } from "./codegen/address.ts";
import { suggest } from "./codegen/did-you-mean.ts";
import { publishedSchema } from "./codegen/extensions-schema.ts";
import { generateVendor, type VendorInput } from "./codegen/generate-vendor.ts";
import { type ImportExtension, importExtension } from "./codegen/import-extension.ts";
import { DocumentError, formatProblem, type Problem } from "./codegen/problem.ts";
import { type Folder, findStale, writeFolders } from "./codegen/write-files.ts";

const help = `Usage: latchkey generate <document…> --out <folder> [options]
       npm run generate -- [vendor…] [options]

Makes a typed client for connect() from each OpenAPI document (3.0, 3.1, 3.2 or Swagger 2.0; YAML or JSON; a path or a URL).
Without a document: every specs/<vendor>/openapi.yaml (or those named) to generated/<vendor>.

Options:
  --out <folder>         where the vendors' folders go: <folder>/<name>
  --name <name>          the vendor's name; default: the document's file name (one document only)
  --overlay <file>       an OpenAPI Overlay to apply; default: overlay.yaml beside a document called openapi.*
  --import-extension <x> how relative imports end, ".ts" or ".js"; default: what the nearest tsconfig.json takes
  --strict               schemas that take no value of an enum and no member but those the document names
  --remote               follow references to other servers
  --check                write nothing; list every file that is stale, missing or does not belong; exit 1 if there is one
  -h, --help             this text

Exit codes: 0 done, or nothing stale; 1 a broken document, or something stale; 2 wrong usage.
`;

interface Output {
  out(text: string): void;
  error(text: string): void;
}

/** Runs the command and resolves with its exit code. */
export async function generate(args: readonly string[], { out, error }: Output): Promise<0 | 1 | 2> {
  let plan: Plan;
  try {
    plan = await parsePlan(args);
  } catch (cause) {
    error(`generate: ${cause instanceof Error ? cause.message : String(cause)}\nTry --help.\n`);
    return 2;
  }
  if (plan.help) {
    out(help);
    return 0;
  }
  const folders: Folder[] = [];
  const broken: DocumentError[] = [];
  const onWarning = (problem: Problem) => error(`warning: ${formatProblem(problem)}\n`);
  for (const { folder, ...input } of plan.vendors) {
    try {
      folders.push({ path: folder, files: await generateVendor({ ...input, onWarning }) });
    } catch (cause) {
      if (!(cause instanceof DocumentError)) throw cause;
      broken.push(cause);
    }
  }
  if (broken.length > 0) {
    const count = broken.flatMap(({ problems }) => problems).length;
    error(`${broken.map(({ message }) => message).join("\n")}\n`);
    error(`generate: ${count} ${count === 1 ? "problem" : "problems"}; nothing was written\n`);
    return 1;
  }
  folders.push(...plan.others);
  if (!plan.check) {
    const changed = await writeFolders(folders);
    for (const stale of changed)
      out(`${stale.state === "does not belong here" ? "removed" : "wrote"} ${display(stale.path)}\n`);
    out(
      `${plan.vendors.length} ${plan.vendors.length === 1 ? "vendor" : "vendors"}, ${changed.length} files changed\n`,
    );
    return 0;
  }
  const stale = (await Promise.all(folders.map(findStale))).flat();
  for (const file of stale) error(`${display(file.path)}: ${file.state}\n`);
  if (stale.length === 0) out("generated files are up to date\n");
  else
    error(
      `generate: ${stale.length} stale ${stale.length === 1 ? "file" : "files"}; run generate again, which leaves alone what is not its own\n`,
    );
  return stale.length === 0 ? 0 : 1;
}

interface Plan {
  readonly help: boolean;
  readonly check: boolean;
  readonly vendors: readonly (VendorInput & { readonly folder: string })[];
  /** What else is generated: the published JSON Schema, and nothing for vendors whose documents are gone. */
  readonly others: readonly Folder[];
}

async function parsePlan(args: readonly string[]): Promise<Plan> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: "string" },
      name: { type: "string" },
      overlay: { type: "string" },
      strict: { type: "boolean", default: false },
      remote: { type: "boolean", default: false },
      "import-extension": { type: "string" },
      check: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { help: wantsHelp, check, strict, remote } = values;
  const chosen = values["import-extension"];
  if (chosen !== undefined && chosen !== ".ts" && chosen !== ".js") throw new Error("--import-extension is .ts or .js");
  if (wantsHelp) return { help: true, check, vendors: [], others: [] };
  if (values.out === undefined) {
    if (values.name !== undefined || values.overlay !== undefined)
      throw new Error("--name and --overlay need a document and --out");
    const plan = await planProject(positionals, chosen);
    return { help: false, check, ...plan, vendors: plan.vendors.map((vendor) => ({ ...vendor, strict, remote })) };
  }
  if (positionals.length === 0) throw new Error("--out needs a document");
  if (positionals.length > 1 && (values.name ?? values.overlay) !== undefined)
    throw new Error("--name and --overlay are for one document");
  const { out } = values;
  const vendors = positionals.map((document) => planDocument(document, out, values.name, values.overlay, chosen));
  return { help: false, check, vendors: vendors.map((vendor) => ({ ...vendor, strict, remote })), others: [] };
}

function planDocument(
  document: string,
  out: string,
  name: string | undefined,
  overlay: string | undefined,
  extension: ImportExtension | undefined,
) {
  const path = isUrl(document) ? new URL(document).pathname : document;
  const isGeneric = basename(path, extname(path)) === "openapi";
  const chosen = name ?? basename(isGeneric ? dirname(resolve(path)) : path, isGeneric ? "" : extname(path));
  const folder = join(out, parseName(chosen));
  const beside = join(dirname(document), "overlay.yaml");
  const applied = overlay ?? (isGeneric && !isUrl(document) && existsSync(beside) ? beside : undefined);
  return {
    document,
    ...(applied === undefined ? {} : { overlay: applied }),
    name: chosen,
    origin: isUrl(document) ? document : basename(document),
    extension: extension ?? importExtension(folder),
    folder,
  };
}

function parseName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/u.test(name)) return name;
  const better = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "-")
    .replace(/^-+|-+$/gu, "");
  throw new Error(
    `${JSON.stringify(name)} is no name for a vendor; use lower case and hyphens: --name ${better || "acme"}`,
  );
}

async function planProject(names: readonly string[], extension: ImportExtension | undefined) {
  const known = (await folders("specs")).filter((name) => existsSync(join("specs", name, "openapi.yaml")));
  if (known.length === 0) throw new Error("no specs/<vendor>/openapi.yaml here; give a document and --out");
  for (const name of names) {
    if (!known.includes(name)) throw new Error(`no vendor is called ${JSON.stringify(name)}; ${suggest(name, known)}`);
  }
  const vendors = (names.length === 0 ? known : names).map((name) => {
    const folder = join("generated", parseName(name));
    const document = join("specs", name, "openapi.yaml");
    const overlay = join("specs", name, "overlay.yaml");
    const origin = document.split(sep).join("/");
    const overlaid = existsSync(overlay) ? { overlay } : {};
    return { document, ...overlaid, name, origin, extension: extension ?? importExtension(folder), folder };
  });
  if (names.length > 0) return { vendors, others: [] };
  const gone = (await folders("generated")).filter((name) => !known.includes(name));
  const schemaFolder = join("scripts", "schema");
  const schemaFiles = new Map([["latchkey-extensions.schema.json", publishedSchema()]]);
  return {
    vendors,
    others: [
      ...gone.map((name): Folder => ({ path: join("generated", name), files: new Map() })),
      ...(existsSync(schemaFolder) ? [{ path: schemaFolder, files: schemaFiles }] : []),
    ],
  };
}

async function folders(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

const display = (path: string): string => (relative(process.cwd(), resolve(path)) || ".").split(sep).join("/");

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await generate(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
  });
}
