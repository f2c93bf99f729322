/** One run: generates every vendor of the plan that has changed and writes them together, or generates all of them and compares. */
import { relative, resolve, sep } from "node:path";
import type { Address } from "../codegen/address.ts";
import { DocumentError, formatProblem, type Problem } from "../codegen/problem.ts";
import { type Folder, findStale, WriteError, writeFolders } from "../codegen/write-files.ts";
import type { Output } from "./output.ts";
import { type Plan, toPlan, type VendorPlan } from "./plan.ts";
import { createProgress, type Progress } from "./progress.ts";
import type { Reader } from "./reader.ts";
import type { Request } from "./request.ts";
import { readUnchanged, stampFiles } from "./stamp.ts";
import { UsageError } from "./usage-error.ts";
import { printVariables, variablesRead } from "./variables-read.ts";

/** Resolves with the exit code. @param also folders that are generated beside the vendors' */
export async function run(
  request: Request,
  output: Output,
  reader: Reader,
  also: readonly Folder[],
): Promise<0 | 1 | 2> {
  const progress = createProgress(output);
  try {
    const plan = await toPlan(request, reader.read);
    const made = await makeVendors(request, plan, output, reader, progress);
    progress.end();
    const all = [...made.flatMap(({ folder }) => folder ?? []), ...plan.gone, ...also];
    return request.check ? await compare(all, output) : await write(all, made, output);
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
  /** Environment variables that the client reads. */
  readonly variables: readonly string[];
  /** Absent where nothing has changed. */
  readonly folder?: Folder;
}

/** @throws DocumentError with what is wrong with any of the documents */
async function makeVendors(
  { check, force }: Request,
  { vendors }: Plan,
  output: Output,
  { read }: Reader,
  progress: Progress,
): Promise<Made[]> {
  const made: Made[] = [];
  const problems: Problem[] = [];
  for (const [index, vendor] of vendors.entries()) {
    const { name } = vendor.input;
    const count = vendors.length === 1 ? "" : `, ${index + 1} of ${vendors.length}`;
    progress.at(`${name}: reading${count}`);
    // A stamp vouches for the files that it stands in, so that a check cannot rely on it.
    const unchanged = check || force ? undefined : await readUnchanged(vendor, read);
    const variables = unchanged && variablesRead(unchanged);
    if (variables !== undefined) {
      made.push({ name, variables });
      continue;
    }
    try {
      const folder = await makeFolder(vendor, {
        read,
        onStage: (stage) => progress.at(`${name}: ${stage}${count}`),
        onWarning: (problem) => {
          progress.clear();
          output.error(`warning: ${formatProblem(problem)}\n`);
        },
      });
      made.push({ name, variables: variablesRead(folder.files) ?? [], folder });
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new DocumentError(problems);
  return made;
}

type Listeners = Required<Pick<VendorPlan["input"], "read" | "onStage" | "onWarning">>;

async function makeFolder(vendor: VendorPlan, listeners: Listeners): Promise<Folder> {
  const { read } = listeners;
  const used = new Set<Address>();
  const noted = (address: Address): Promise<string> => {
    used.add(address);
    return read(address);
  };
  // Loaded where something has changed: it is most of what the command is.
  const { generateVendor } = await import("../codegen/generate-vendor.ts");
  const files = await generateVendor({ ...vendor.input, ...listeners, read: noted });
  return { path: vendor.folder, files: await stampFiles(files, vendor, used, read) };
}

async function write(folders: readonly Folder[], vendors: readonly Made[], { out }: Output): Promise<0> {
  const changed = await writeFolders(folders);
  const count = vendors.length;
  for (const { path, state } of changed)
    out(`${state === "does not belong here" ? "removed" : "wrote"} ${display(path)}\n`);
  for (const { name, variables } of vendors) out(printVariables(name, variables));
  out(`${count} ${count === 1 ? "vendor" : "vendors"}, ${changed.length} files changed\n`);
  return 0;
}

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
