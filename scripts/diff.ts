/** `npm run diff`: the command by itself. */
import { diff } from "./diff/command.ts";

const output = {
  out: (text: string) => process.stdout.write(text),
  error: (text: string) => process.stderr.write(text),
};
process.exitCode = await diff(process.argv.slice(2), output, process.stdout.isTTY && process.stdout.hasColors());
