/** `latchkey init`: writes a configuration for a document, and a first program that runs against its sandbox. */
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { isUrl } from "../../codegen/load/document-address.ts";
import { DocumentError } from "../../codegen/load/diagnostics.ts";
import { readText } from "../../codegen/load/read-text.ts";
import { importExtension } from "../../codegen/util/import-extension.ts";
import type { Output } from "../../shared/output.ts";
import { parseOptions } from "../../shared/parse-options.ts";
import { UsageError } from "../../shared/usage-error.ts";
import { configFileNames } from "../config-file.ts";
import { overlayBeside } from "../overlay-beside.ts";
import { nameOf, toVendorName } from "../vendor-name.ts";
import { toFirstConfig } from "./first-config.ts";
import { toFirstProgram } from "./first-program.ts";

const configFile = "latchkey.config.ts";
const programFile = "first-call.ts";

const help = `Usage: latchkey init <document> [options]

Writes two files to this folder: ${configFile}, which "latchkey generate" reads, and ${programFile}, which makes one call
of the document (a path or a URL) against its sandbox. Neither is written over a file that is there.

Options:
  --name <name>     the vendor's name; default: the document's file name, or its host
  --out <folder>    where the vendors' folders go; default: src/vendors
  --overlay <file>  an OpenAPI Overlay to apply; default: overlay.yaml beside a document called openapi.*
  --remote          follow references to other servers
  -h, --help        this text

Exit codes: 0 done; 1 a broken document, or files that cannot be written; 2 wrong usage.
`;

/** Runs the command and resolves with its exit code. */
export async function init(args: readonly string[], output: Output): Promise<0 | 1 | 2> {
  try {
    const plan = parseInit(args);
    if (plan === undefined) output.out(help);
    else await perform(plan, output);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      output.error(error.describe("init"));
      return 2;
    }
    if (error instanceof DocumentError) output.error(`${error.message}\ninit: nothing was written\n`);
    else if (error instanceof Error && "code" in error)
      output.error(`init: the files cannot be written (${String(error.code)}); make the folder writable\n`);
    else throw error;
    return 1;
  }
}

interface InitPlan {
  readonly document: string;
  readonly name: string;
  readonly out: string;
  readonly overlay: string | undefined;
  readonly remote: boolean;
}

function parseInit(args: readonly string[]): InitPlan | undefined {
  const { values, positionals } = parseOptions(args, {
    name: { type: "string" },
    out: { type: "string", default: "src/vendors" },
    overlay: { type: "string" },
    remote: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  });
  if (values.help) return undefined;
  const [document, ...more] = positionals;
  if (document === undefined || more.length > 0)
    throw new UsageError([`init takes one document, and ${positionals.length} are given; name its path or URL`]);
  const { out, overlay, remote } = values;
  const name = values.name ?? nameOf(document);
  if (toVendorName(name) !== name)
    throw new UsageError([`${JSON.stringify(name)} is not a valid vendor name; --name ${toVendorName(name)}`]);
  const taken = [...configFileNames, programFile].filter((file) => existsSync(file));
  if (taken.length > 0) {
    const verb = taken.length === 1 ? "is" : "are";
    const entry = `vendors: { ${JSON.stringify(name)}: { document: ${JSON.stringify(toPath(document))} } }`;
    throw new UsageError([
      `${taken.join(" and ")} ${verb} here already; add to the configuration what is new: ${entry}`,
    ]);
  }
  return { document, name, out, overlay, remote };
}

async function perform({ document, name, out, overlay, remote }: InitPlan, output: Output): Promise<void> {
  const applied = overlay ?? (await overlayBeside(document, readText));
  const input = { document, remote, ...(applied === undefined ? {} : { overlay: applied }) };
  const { prepareVendor } = await import("../../codegen/generate-vendor.ts");
  const prepared = await prepareVendor(input, name);
  const saysExtension = importExtension(join(out, name)) !== ".ts";
  const program = toFirstProgram({
    ...prepared,
    name,
    documentPath: toPath(document),
    overlayPath: overlay === undefined ? undefined : toPath(overlay),
    index: `./${toPath(join(out, name, "index.ts"))}`,
    file: programFile,
  });
  const config = {
    name,
    document: toPath(document),
    overlay: overlay && toPath(overlay),
    out: toPath(out),
    remote,
    saysExtension,
  };
  await writeNew(configFile, toFirstConfig(config));
  try {
    await writeNew(programFile, program);
  } catch (error) {
    await rm(configFile);
    throw error;
  }
  output.out(`wrote ${configFile}\nwrote ${programFile}\n\nNext:\n`);
  for (const step of await nextSteps(saysExtension)) output.out(`  ${step}\n`);
}

/** Exclusive: a file or link at this name is neither followed nor replaced. */
const writeNew = (file: string, text: string): Promise<void> => writeFile(file, text, { flag: "wx" });

async function nextSteps(saysExtension: boolean): Promise<string[]> {
  const missing = ["latchkey", "latchkey-cli"].filter((name) => !isInstalled(name));
  return [
    ...(missing.includes("latchkey") ? ["npm install latchkey"] : []),
    ...(missing.includes("latchkey-cli") ? ["npm install --save-dev latchkey-cli"] : []),
    ...((await isModule()) ? [] : ["npm pkg set type=module      # the files are ES modules"]),
    "npx latchkey generate",
    `node ${programFile}`,
    ...(saysExtension
      ? ['set "rewriteRelativeImportExtensions": true in tsconfig.json      # tsc then takes imports that end in .ts']
      : []),
  ];
}

function isInstalled(name: string): boolean {
  try {
    createRequire(join(process.cwd(), "package.json")).resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** Whether the nearest package.json says that its files are ES modules. */
async function isModule(folder = process.cwd()): Promise<boolean> {
  const path = join(folder, "package.json");
  if (existsSync(path)) return /"type"\s*:\s*"module"/u.test(await readFile(path, "utf8"));
  return dirname(folder) !== folder && isModule(dirname(folder));
}

/** As the files write it: from this folder, with forward slashes. */
const toPath = (given: string): string =>
  isUrl(given) ? given : relative(process.cwd(), resolve(given)).split(sep).join("/");
