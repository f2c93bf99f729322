/** Runs a command to its end; rejects with its output when it fails. */
import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";

export interface RunOptions {
  readonly cwd: string;
  /** Path of the `node` that scripts with `#!/usr/bin/env node` get. @default this one */
  readonly node?: string;
}

export function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { cwd, node = process.execPath } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment(node), stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let log = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(" ")} (in ${cwd}) ended with ${code}:\n${output}${log}`));
    });
  });
}

/** A user's shell: npm's variables of the run that started this one would lead it back to this repository. */
function environment(node: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|config_local_prefix|command|execpath|node_execpath)|INIT_CWD|NODE_ENV|VITEST)/u.test(
        name,
      ),
  );
  return { ...Object.fromEntries(kept), PATH: [dirname(node), process.env.PATH].join(delimiter) };
}
