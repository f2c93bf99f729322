import { onAbort } from "./abortable.ts";

/**
 * Reads a body as text; `undefined` where it is longer than `maxInBytes` after decompression. The rest is never read, so that neither a
 * large nor a highly compressed body can fill the memory.
 */
export async function readText(
  response: Response,
  maxInBytes: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  // Not awaited: for a cloned response, cancelling one half waits for the other.
  const cancel = () => void reader.cancel().catch(() => {});
  const stopListening = onAbort(signal, cancel);
  let text = "";
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > maxInBytes) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    stopListening();
    cancel();
  }
}
