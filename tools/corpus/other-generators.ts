/** Finds other generators that accept a document that ours rejects. Each runs in its own process, since some do not end. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type CorpusDocument, repository, workFolder } from "./documents.ts";

const heyApi = new URL("../hey-api/node_modules/@hey-api/openapi-ts/dist/index.mjs", import.meta.url).href;

const programs = {
  "openapi-typescript": (document: string) =>
    `const { default: make } = await import("openapi-typescript");
await make(new URL(${JSON.stringify(`file://${document}`)}), { silent: true });`,
  "hey-api": (document: string, output: string) =>
    `const { createClient } = await import(${JSON.stringify(heyApi)});
await createClient({ input: ${JSON.stringify(document)}, output: ${JSON.stringify(output)}, plugins: ["@hey-api/typescript", "zod"], logs: { level: "silent", file: false } });`,
};

/** The names of the generators. */
export async function takenBy({ path }: CorpusDocument, timeoutInMs: number): Promise<string[]> {
  const output = join(workFolder, "peers");
  await mkdir(output, { recursive: true });
  const takers: string[] = [];
  for (const [name, program] of Object.entries(programs))
    if (await succeeds(program(path, output), timeoutInMs)) takers.push(name);
  return takers;
}

function succeeds(program: string, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--input-type=module", "-e", program],
      { cwd: repository, timeout, maxBuffer: 2 ** 26 },
      (error) => resolve(error === null),
    );
  });
}
