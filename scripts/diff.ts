/** `npm run diff`: the command by itself. */
import { diff } from "./diff/command.ts";
import { standardOutput } from "./shared/output.ts";

process.exitCode = await diff(
  process.argv.slice(2),
  standardOutput,
  process.stdout.isTTY && process.stdout.hasColors(),
);
