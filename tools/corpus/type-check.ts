/** TypeScript's native compiler over many documents' output at once, strict, with libraries checked. */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { folderOf, repository, workFolder } from "./documents.ts";

/** Complaints by document; a document that is not in the answer type-checks. */
export async function typeCheck(
  ids: readonly string[],
  timeoutInMs: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const config = join(workFolder, `tsconfig.${process.pid}.json`);
  const folders = new Map(ids.map((id) => [relative(workFolder, folderOf(id)).split(sep).join("/"), id]));
  const options = { types: [], skipLibCheck: true, noUnusedLocals: true, noUnusedParameters: true };
  const include = [...folders.keys()].map((folder) => `${folder}/*.ts`);
  await writeFile(
    config,
    JSON.stringify({ extends: "../tsconfig.json", compilerOptions: options, include, exclude: [] }),
  );
  const output = await run(
    join(repository, "node_modules/@typescript/native/bin/tsc"),
    ["-p", config, "--pretty", "false"],
    timeoutInMs,
  );
  await rm(config);
  const complaints = new Map<string, string[]>();
  for (const line of output.split("\n")) {
    const [, file = "", rest = ""] = /^(?:\.corpus\/)?(out\/[^(]+)\/([^/(]+\(.*)$/u.exec(line) ?? [];
    const id = folders.get(file);
    if (id === undefined) {
      if (/^error|^\S.*error TS/u.test(line)) complaints.set("", [...(complaints.get("") ?? []), line]);
    } else complaints.set(id, [...(complaints.get(id) ?? []), rest]);
  }
  return complaints;
}

function run(program: string, args: readonly string[], timeout: number): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: repository, timeout, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        resolve(error?.killed === true ? `error: the type check took longer than ${timeout} ms` : `${stdout}${stderr}`);
      },
    );
  });
}
