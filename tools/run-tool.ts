/**
 * `node tools/run-tool.ts <tool> <command> [argument…]`: runs a command of the packages of `tools/<tool>`, which are installed on first use.
 * The command runs in the project's folder and ends with its own exit code.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installTool } from "./lib/install-tool.ts";

const [tool = "", command = "", ...args] = process.argv.slice(2);
const program = join(await installTool(tool), ".bin", command);
const { status, error } = spawnSync(program, args, { cwd: join(import.meta.dirname, ".."), stdio: "inherit" });
if (error) process.stderr.write(`${tool}: ${command} could not be started (${error.message}).\n`);
process.exitCode = status ?? 1;
