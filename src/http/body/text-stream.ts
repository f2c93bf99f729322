/** Decodes a response's body as text, chunk by chunk, until it ends, the caller's signal aborts, or the reading loop is left. */
import { onAbort } from "../../util/abortable.ts";
import { TransportError } from "../../errors/transport-error.ts";

export interface StreamSource {
  readonly vendor: string;
  readonly operation: string;
  readonly status: number;
  readonly stream: ReadableStream<Uint8Array>;
  readonly signal: AbortSignal | undefined;
}

export async function* textOf(source: StreamSource): AsyncGenerator<string, void, undefined> {
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
