/** Runs a plan: generates the changed vendors and writes their files together, or generates all vendors and compares. */
import { relative, resolve, sep } from "node:path";
import type { Address } from "../codegen/load/document-address.ts";
import { DocumentError, formatDiagnostic, type Diagnostic } from "../codegen/load/diagnostics.ts";
import { type Folder, findStale, WriteError, writeFolders } from "./write-files.ts";
import type { Output } from "../shared/output.ts";
import { type Plan, toPlan, type VendorPlan } from "./plan.ts";
import { toFolder } from "./plan-types.ts";
import { createProgress, type Progress } from "../shared/progress.ts";
import type { Reader } from "./caching-reader.ts";
import type { Request } from "./arguments.ts";
import { readUnchanged, addStamp } from "./stamp.ts";
import { UsageError } from "../shared/usage-error.ts";
import { printVariables, variablesRead } from "./variables-read.ts";

/** Resolves with the exit code. */
export async function run(request: Request, output: Output, reader: Reader): Promise<0 | 1 | 2> {
  const progress = createProgress(output);
  try {
    const plan = await toPlan(request, reader.read);
    const made = await makeVendors(request, plan, output, reader, progress);
    const types = await makeTypes(plan, output, reader, progress);
    progress.end();
    const all = [...made.flatMap(({ folder }) => folder ?? []), ...types, ...plan.gone];
    return request.check ? await compare(all, output) : await write(all, made, types.length, output);
  } catch (error) {
    progress.end();
    return tell(error, output);
  }
}

function tell(error: unknown, output: Output): 1 | 2 {
  if (error instanceof UsageError) {
    output.error(`${error.messages.map((message) => `generate: ${message}\n`).join("")}Try --help.\n`);
    return 2;
  }
  if (error instanceof DocumentError) {
    const count = error.problems.length;
    output.error(`${error.message}\ngenerate: ${count} ${count === 1 ? "problem" : "problems"}; nothing was written\n`);
  } else if (error instanceof WriteError) output.error(`generate: ${error.message}\n`);
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
  { check, force }: Request,
  { vendors }: Plan,
  output: Output,
  { read }: Reader,
  progress: Progress,
): Promise<Made[]> {
  const made: Made[] = [];
  const problems: Diagnostic[] = [];
  for (const [index, vendor] of vendors.entries()) {
    const { name } = vendor.input;
    const count = vendors.length === 1 ? "" : `, ${index + 1} of ${vendors.length}`;
    progress.at(`${name}: reading${count}`);
    // A check ignores the stamp: it is part of the files that are checked.
    const unchanged = check || force ? undefined : await readUnchanged(vendor, read);
    const variables = unchanged && variablesRead(unchanged);
    if (variables !== undefined) {
      made.push({ name, variables });
      continue;
    }
    try {
      const folder = await makeFolder(vendor, { read, ...listenersOf(name, output, progress, count) });
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
async function makeTypes({ types }: Plan, output: Output, { read }: Reader, progress: Progress): Promise<Folder[]> {
  if (types.length === 0) return [];
  const { generateTypes } = await import("../codegen/generate-types.ts");
  const folders: Folder[] = [];
  for (const plan of types) {
    progress.at(`${plan.name}: reading`);
    const text = await generateTypes({ ...plan.input, ...listenersOf(plan.name, output, progress), read });
    folders.push(toFolder(plan, text));
  }
  return folders;
}

const listenersOf = (name: string, output: Output, progress: Progress, count = ""): Omit<Listeners, "read"> => ({
  onStage: (stage) => progress.at(`${name}: ${stage}${count}`),
  onWarning: (problem) => {
    progress.clear();
    output.error(`warning: ${formatDiagnostic(problem)}\n`);
  },
});

type Listeners = Required<Pick<VendorPlan["input"], "read" | "onStage" | "onWarning">>;

async function makeFolder(vendor: VendorPlan, listeners: Listeners): Promise<Folder> {
  const { read } = listeners;
  const used = new Set<Address>();
  const noted = (address: Address): Promise<string> => {
    used.add(address);
    return read(address);
  };
  // The generator is imported on demand: it is most of the command's code.
  const { generateVendor } = await import("../codegen/generate-vendor.ts");
  const files = await generateVendor({ ...vendor.input, ...listeners, read: noted });
  return { path: vendor.folder, files: await addStamp(files, vendor, used, read) };
}

async function write(folders: readonly Folder[], vendors: readonly Made[], types: number, { out }: Output): Promise<0> {
  const changed = await writeFolders(folders);
  const counts = [countOf(vendors.length, "vendor", "vendors"), countOf(types, "file of types", "files of types")];
  const made = counts.filter((_, index) => [vendors.length, types][index] !== 0).join(", ") || counts[0];
  for (const { path, state } of changed)
    out(`${state === "does not belong here" ? "removed" : "wrote"} ${display(path)}\n`);
  for (const { name, variables } of vendors) out(printVariables(name, variables));
  out(`${made}, ${changed.length} files changed\n`);
  return 0;
}

const countOf = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;

async function compare(folders: readonly Folder[], { out, error }: Output): Promise<0 | 1> {
  const stale = (await Promise.all(folders.map(findStale))).flat();
  for (const { path, state } of stale) error(`${display(path)}: ${state}\n`);
  if (stale.length === 0) out("generated files are up to date\n");
  else
    error(
      `generate: ${stale.length} stale ${stale.length === 1 ? "file" : "files"}; run generate again, which leaves alone what is not its own\n`,
    );
  return stale.length === 0 ? 0 : 1;
}

const display = (path: string): string => (relative(process.cwd(), resolve(path)) || ".").split(sep).join("/");
