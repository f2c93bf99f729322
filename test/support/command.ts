import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Records the output of a command that runs in this process. */
export function recordOutput() {
  const [out, error]: [string[], string[]] = [[], []];
  return {
    output: { out: (text: string) => out.push(text), error: (text: string) => error.push(text) },
    printed: () => ({ out: out.join(""), error: error.join("") }),
  };
}

export interface Ended {
  readonly code: number | string;
  readonly out: string;
  readonly error: string;
}

/** Starts a program of the repository in its own process. @param script its path from the root, such as `tools/check.ts` */
export const spawnScript = (script: string, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const command = ["--conditions=latchkey-source", join(root, script), ...args];
    execFile(process.execPath, command, (failure, out, error) => resolve({ code: failure?.code ?? 0, out, error }));
  });
