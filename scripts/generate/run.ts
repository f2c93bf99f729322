/** Runs a plan: generates the changed vendors and writes their files together, or generates all vendors and compares. */
import { basename, relative, resolve, sep } from "node:path";
import { contractFile } from "../codegen/contract/contract.ts";
import type { Address } from "../codegen/load/document-address.ts";
import { DocumentError, formatDiagnostic, type Diagnostic } from "../codegen/load/diagnostics.ts";
import { type Folder, findStale, WriteError, writeFolders } from "./write-files.ts";
import type { DocumentInput } from "../codegen/generate-vendor.ts";
import { kindsOfClients, type Warning } from "../codegen/load/warnings.ts";
import type { Output } from "../shared/output.ts";
import { type Plan, toPlan, type VendorPlan } from "./plan.ts";
import { toFolder } from "./plan-types.ts";
import { createProgress, type Progress } from "../shared/progress.ts";
import type { Reader } from "./caching-reader.ts";
import type { Request } from "./arguments.ts";
import { readUnchanged, addStamp } from "./stamp.ts";
import { toDiffCommand } from "./diff-command.ts";
import { withoutInterruption } from "../shared/without-interruption.ts";
import { UsageError } from "../shared/usage-error.ts";
import { printVariables, variablesRead } from "./variables-read.ts";

export interface Run {
  readonly command: "generate" | "check";
  /** The command's arguments as they were given, for the command that a message suggests. */
  readonly args: readonly string[];
  readonly request: Request;
}

/** Resolves with the exit code. */
export async function run(given: Run, output: Output, reader: Reader): Promise<0 | 1 | 2> {
  const { command, request } = given;
  const progress = createProgress(output, undefined, command);
  try {
    const plan = await toPlan(request, reader.read);
    const made = await makeVendors(given, plan, output, progress);
    const types = await makeTypes(request, plan, output, progress);
    progress.end();
    const folders = [...made.flatMap(({ folder }) => folder ?? []), ...types];
    const pruned = request.prune ? plan.gone : [];
    const code = await (command === "check"
      ? compare([...folders, ...pruned], given, output)
      : write([...folders, ...pruned], made, types.length, output));
    if (!request.prune) output.error(describeGone(command, plan.gone));
    return code;
  } catch (error) {
    progress.end();
    return tell(error, command, output);
  }
}

/** Another run may have made them from a document and --out, so nothing is removed until the user says so. */
const describeGone = (command: string, gone: readonly Folder[]): string =>
  gone
    .map(({ path }) => `${command}: ${display(path)} was generated for a vendor that the configuration does not have\n`)
    .concat(gone.length === 0 ? [] : [`${command}: kept; to remove it, run latchkey generate --prune\n`])
    .join("");

function tell(error: unknown, command: string, output: Output): 1 | 2 {
  if (error instanceof UsageError) {
    output.error(error.describe(command));
    return 2;
  }
  if (error instanceof DocumentError) {
    const count = error.problems.length;
    const outcome = command === "check" ? "nothing was compared" : "nothing was written";
    output.error(`${error.message}\n${command}: ${count} ${count === 1 ? "problem" : "problems"}; ${outcome}\n`);
  } else if (error instanceof WriteError) output.error(`${command}: ${error.message}\n`);
  else throw error;
  return 1;
}

interface Made {
  readonly name: string;
  /** The environment variables that the client reads. */
  readonly variables: readonly string[];
  /** Absent if nothing has changed. */
  readonly folder?: Folder;
}

/** @throws DocumentError with the mistakes of all documents */
async function makeVendors(
  { command, request }: Run,
  { vendors }: Plan,
  output: Output,
  progress: Progress,
): Promise<Made[]> {
  const made: Made[] = [];
  const problems: Diagnostic[] = [];
  for (const [index, vendor] of vendors.entries()) {
    const { name } = vendor.input;
    const count = vendors.length === 1 ? "" : `, ${index + 1} of ${vendors.length}`;
    progress.at(`${name}: reading${count}`);
    const strictness = strictnessOf(vendor.input, request);
    // A check ignores the stamp, which is part of the files that are checked. A stamp does not say how strict the run was that made it.
    const mayBeUnchanged = command !== "check" && !request.force && !strictness.strictDocument;
    const unchanged = mayBeUnchanged ? await readUnchanged(vendor) : undefined;
    const variables = unchanged && variablesRead(unchanged);
    if (variables !== undefined) {
      made.push({ name, variables });
      continue;
    }
    try {
      const folder = await makeFolder(vendor, { ...listenersOf(name, output, progress, count), ...strictness });
      made.push({ name, variables: variablesRead(folder.files) ?? [], folder });
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new DocumentError(problems);
  return made;
}

/** Types have no stamp: they are made in each run, and written where they differ. */
async function makeTypes(request: Request, { types }: Plan, output: Output, progress: Progress): Promise<Folder[]> {
  if (types.length === 0) return [];
  const { generateTypes } = await import("../codegen/generate-types.ts");
  const folders: Folder[] = [];
  for (const plan of types) {
    progress.at(`${plan.name}: reading`);
    const { quiet, strictDocument } = strictnessOf(plan.input, request);
    const rules = { quiet: [...quiet, ...kindsOfClients], strictDocument };
    folders.push(
      toFolder(plan, await generateTypes({ ...plan.input, ...listenersOf(plan.name, output, progress), ...rules })),
    );
  }
  return folders;
}

const listenersOf = (name: string, output: Output, progress: Progress, count = ""): Listeners => ({
  onStage: (stage) => progress.at(`${name}: ${stage}${count}`),
  onWarning: (warning) => {
    progress.clear();
    output.error(formatWarning(warning));
  },
});

/** What the command line says of warnings, beside what the configuration does. */
const strictnessOf = (
  { quiet = [], strictDocument = false }: Pick<DocumentInput, "quiet" | "strictDocument">,
  request: Request,
) => ({ quiet: [...quiet, ...request.quiet], strictDocument: strictDocument || request.strictDocument });

/** A kind is printed once, with its name: that is what --quiet takes. */
const formatWarning = ({ kind, count, ...place }: Warning): string =>
  `warning: ${formatDiagnostic(place)} (${kind}${count === 1 ? "" : `, and ${count - 1} more`})\n`;

type Listeners = Required<Pick<DocumentInput, "onStage" | "onWarning">>;

async function makeFolder(
  vendor: VendorPlan,
  options: Listeners & Required<Pick<DocumentInput, "quiet" | "strictDocument">>,
): Promise<Folder> {
  const { read } = vendor.input;
  const used = new Set<Address>();
  const noted = (address: Address): Promise<string> => {
    used.add(address);
    return read(address);
  };
  // The generator is imported on demand: it is most of the command's code.
  const { generateVendor } = await import("../codegen/generate-vendor.ts");
  const files = await generateVendor({ ...vendor.input, ...options, read: noted });
  return { path: vendor.folder, files: await addStamp(files, vendor, used) };
}

async function write(folders: readonly Folder[], vendors: readonly Made[], types: number, { out }: Output): Promise<0> {
  const changed = await withoutInterruption(() => writeFolders(folders));
  const counts = [
    ...(vendors.length > 0 || types === 0 ? [countOf(vendors.length, "vendor", "vendors")] : []),
    ...(types > 0 ? [countOf(types, "file of types", "files of types")] : []),
  ];
  for (const { path, state } of changed)
    out(`${state === "does not belong here" ? "removed" : "wrote"} ${display(path)}\n`);
  for (const { name, variables } of vendors) out(printVariables(name, variables));
  out(`${counts.join(", ")}, ${changed.length} files changed\n`);
  return 0;
}

const countOf = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;

async function compare(folders: readonly Folder[], { args }: Run, { out, error }: Output): Promise<0 | 1> {
  const found = await Promise.all(folders.map(findStale));
  const stale = found.flat();
  for (const { path, state } of stale) error(`${display(path)}: ${state}\n`);
  if (stale.length === 0) {
    out("generated files are up to date\n");
    return 0;
  }
  error(
    `check: ${stale.length} stale ${stale.length === 1 ? "file" : "files"}; run latchkey generate again, which keeps what is not its own\n`,
  );
  // Without a contract from an earlier run there is nothing to compare the document with.
  const ofVendors = found.filter((_, index) => folders[index]?.isShared !== true).flat();
  const isNew = ofVendors.some(({ path, state }) => state === "missing" && basename(path) === contractFile);
  if (!isNew && ofVendors.some(({ state }) => state !== "does not belong here"))
    error(`check: what changed in the documents:\n${toDiffCommand(args)}\n`);
  return 1;
}

const display = (path: string): string => (relative(process.cwd(), resolve(path)) || ".").split(sep).join("/");
