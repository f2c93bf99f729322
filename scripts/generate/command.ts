/** `latchkey generate` and `latchkey check`. */
import type { Output } from "../shared/output.ts";
import { untilStopped } from "../shared/until-stopped.ts";
import { createCachingReader, type Reader } from "./caching-reader.ts";
import { parseRequest, type Request } from "./arguments.ts";
import { help } from "./help.ts";
import { run } from "./run.ts";
import { UsageError } from "../shared/usage-error.ts";
import { watch } from "./watch.ts";

/** Runs `latchkey generate` and resolves with its exit code. */
export const generate = (args: readonly string[], output: Output): Promise<0 | 1 | 2> =>
  perform("generate", args, output);

/** Runs `latchkey check` and resolves with its exit code. */
export const check = (args: readonly string[], output: Output): Promise<0 | 1 | 2> => perform("check", args, output);

async function perform(command: "generate" | "check", args: readonly string[], output: Output): Promise<0 | 1 | 2> {
  let request: Request;
  try {
    request = parseRequest(args, command);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.error(error.describe(command));
    return 2;
  }
  if (request.help) {
    output.out(help[command]);
    return 0;
  }
  const once = (reader: Reader) => run({ command, args, request }, output, reader);
  if (!request.watch) return once(createCachingReader());
  const stopping = untilStopped();
  try {
    return await watch(once, output, stopping.signal);
  } finally {
    stopping.forget();
  }
}
