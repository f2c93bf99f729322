/** `latchkey generate` and `latchkey check`. */
import type { Output } from "../shared/output.ts";
import { createCachingReader, type Reader } from "./caching-reader.ts";
import { help, parseRequest, type Request } from "./arguments.ts";
import { run } from "./run.ts";
import { UsageError } from "../shared/usage-error.ts";
import { watch } from "./watch.ts";

/** Runs the command and resolves with its exit code. */
export async function generate(args: readonly string[], output: Output): Promise<0 | 1 | 2> {
  let request: Request;
  try {
    request = parseRequest(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.error(`generate: ${error.message}\nTry --help.\n`);
    return 2;
  }
  if (request.help) {
    output.out(help);
    return 0;
  }
  const once = (reader: Reader) => run(request, output, reader);
  return request.watch ? watch(once, output, untilInterrupted()) : once(createCachingReader());
}

/** Handles the first signal only: a second one ends the process as usual. */
function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
