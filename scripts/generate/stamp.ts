/**
 * The stamp in the first lines of index.ts: digests of a vendor's input and output. While both are unchanged, `generate` skips the vendor.
 * The digests have no key, so anyone who can edit the files can compute them: a stamp saves work and proves nothing. `check` ignores it.
 */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { type Address, isUrl, refusal, resolveAddress, toAddress } from "../codegen/load/document-address.ts";
import type { GeneratedFiles } from "../codegen/generate-vendor.ts";
import { stringLiteral } from "../codegen/util/ts-literal.ts";
import cli from "../package.json" with { type: "json" };
import { sha256 } from "../shared/sha256.ts";
import type { VendorPlan } from "./plan.ts";

const index = "index.ts";

/** Adds the stamp to index.ts. @param used the files that were read */
export async function addStamp(
  files: GeneratedFiles,
  { input }: VendorPlan,
  used: Iterable<Address>,
): Promise<GeneratedFiles> {
  const main = toAddress(input.document);
  const given = [main, ...(input.overlay === undefined ? [] : [toAddress(input.overlay)])];
  const parts = [...used].filter((address) => !given.includes(address)).map((address) => toPartName(main, address));
  const made = await digestInput(input, parts.sort());
  const [first = "", ...rest] = (files.get(index) ?? "").split("\n");
  const toIndex = (output: string): string =>
    [
      first,
      `// Version ${cli.version}, input ${made}${output}.`,
      ...parts.map((part) => `${partMark}${stringLiteral(part)}`),
      ...rest,
    ].join("\n");
  const output = digestFiles(new Map([...files, [index, toIndex("")]]));
  return new Map([...files, [index, toIndex(`, output ${output}`)]]);
}

/** Returns the vendor's files if their stamp is valid for the files, the input and the generator's version. */
export async function readUnchanged({ folder, input }: VendorPlan): Promise<GeneratedFiles | undefined> {
  const files = await readFolder(folder);
  const stamp = parseStamp(files?.get(index));
  if (files === undefined || stamp === undefined) return undefined;
  const unstamped = (files.get(index) ?? "").replace(`, output ${stamp.output}`, "");
  if (digestFiles(new Map([...files, [index, unstamped]])) !== stamp.output) return undefined;
  const made = await digestInput(input, stamp.parts).catch(() => undefined);
  return made === stamp.input ? files : undefined;
}

const partMark = "// With ";

interface Stamp {
  readonly input: string;
  readonly output: string;
  /** The files that the document refers to. */
  readonly parts: readonly string[];
}

function parseStamp(text = ""): Stamp | undefined {
  const [, line = "", ...rest] = text.split("\n");
  const [, input, output] = /, input ([\w-]{43}), output ([\w-]{43})\.$/u.exec(line) ?? [];
  if (input === undefined || output === undefined) return undefined;
  const lines = rest.slice(
    0,
    rest.findIndex((one) => !one.startsWith(partMark)),
  );
  return { input, output, parts: lines.map((one) => String(JSON.parse(one.slice(partMark.length)))) };
}

async function digestInput(input: VendorPlan["input"], parts: readonly string[]): Promise<string> {
  const main = toAddress(input.document);
  const { name, origin, extension, strict = false, remote = false, filter } = input;
  const { allowEnvironment = [], longerNames = [] } = input;
  const open = async (address: Address) => sha256(await input.read(address));
  const overlay = input.overlay === undefined ? undefined : await open(toAddress(input.overlay));
  const variables = { allowed: [...new Set(allowEnvironment)].sort(), longerNames };
  const settings = { version: cli.version, name, origin, extension, strict, remote, variables, filter, overlay };
  const opened = await Promise.all(
    parts.map(async (part) => {
      const address = resolveAddress(main, part);
      // The list comes from a file that may have been edited, so its addresses are checked.
      if (refusal(main, address, { remote }) !== undefined) throw new Error(part);
      return [part, await open(address)];
    }),
  );
  return sha256(JSON.stringify([settings, await open(main), opened]));
}

const toPartName = (main: Address, address: Address): string =>
  isUrl(address) ? address : encodeURI(relative(dirname(main), address).split(sep).join("/"));

const digestFiles = (files: GeneratedFiles): string =>
  sha256(JSON.stringify([...files].sort(([a], [b]) => (a < b ? -1 : 1))));

/** All files of the folder; undefined if it does not exist or has subfolders. */
async function readFolder(folder: string): Promise<GeneratedFiles | undefined> {
  try {
    const names = await readdir(folder);
    return new Map(
      await Promise.all(
        names.map(async (name): Promise<[string, string]> => [name, await readFile(join(folder, name), "utf8")]),
      ),
    );
  } catch {
    return undefined;
  }
}
