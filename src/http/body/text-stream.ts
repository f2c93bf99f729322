/** Decodes a response's body as lines of text, until it ends, the caller's signal aborts, or the reading loop is left. */
import { onAbort } from "../../util/abortable.ts";
import { TransportError } from "../../errors/transport-error.ts";

export interface StreamSource {
  readonly vendor: string;
  readonly operation: string;
  readonly status: number;
  readonly stream: ReadableStream<Uint8Array>;
  /** The longest line or event, in characters: a stream that never ends its line must not fill the memory. */
  readonly maxItemLength: number;
  readonly signal: AbortSignal | undefined;
}

/** A CR at the end of a chunk may be half of a CR LF. */
const newline = /\r\n|\n|\r/u;

/**
 * Splits a stream into lines: at a separator, or at CR LF, LF and CR. The last line may lack its separator. Each character is looked at
 * once, in however many chunks a line comes.
 */
export async function* linesOf(
  source: StreamSource,
  separator: string | RegExp = newline,
): AsyncGenerator<string, void, undefined> {
  let pieces: string[] = [];
  let length = 0;
  let heldCr = "";
  for await (const text of textOf(source)) {
    const chunk = heldCr + text;
    heldCr = separator === newline && chunk.endsWith("\r") ? "\r" : "";
    const [first = "", ...others] = (heldCr ? chunk.slice(0, -1) : chunk).split(separator);
    length += first.length;
    pieces.push(first);
    checkLength(source, length);
    for (const line of others) {
      yield pieces.join("");
      pieces = [line];
      length = line.length;
      checkLength(source, length);
    }
  }
  const rest = pieces.join("");
  if (heldCr || rest !== "") yield rest;
}

/** @throws TransportError for an item that is too long */
export function checkLength({ vendor, operation, maxItemLength }: StreamSource, length: number): void {
  if (length <= maxItemLength) return;
  const message = `one item of the stream of ${operation} is longer than ${maxItemLength} characters (maxBodyInBytes); raise it`;
  throw new TransportError(vendor, "too_large", message);
}

async function* textOf(source: StreamSource): AsyncGenerator<string, void, undefined> {
  const { vendor, operation, stream, signal } = source;
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const stopListening = onAbort(signal, () => {
    reader.cancel(signal?.reason).catch(() => {});
  });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) break;
      yield decoder.decode(value, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    signal?.throwIfAborted();
    throw TransportError.interrupted(vendor, `the stream of ${operation}`, error);
  } finally {
    stopListening();
    await reader.cancel().catch(() => {});
  }
}
