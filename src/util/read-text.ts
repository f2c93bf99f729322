/**
 * A body's text, or `undefined` where it is longer than so many decoded bytes: the rest is never read, however much a server sends
 * or a few compressed bytes unfold to.
 */
export async function readText(
  response: Response,
  maxInBytes: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  // Not awaited: of a cloned response, one half's cancellation waits for the other's.
  const cancel = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
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
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}
