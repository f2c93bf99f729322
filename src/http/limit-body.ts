/** Bounds the body of a response, counted after decompression, so that a short, highly compressed body cannot fill the memory. */
import { TransportError } from "../errors/transport-error.ts";

/** A limit that large lists stay below (the largest page of a built-in vendor has a few MB), and that a process of 256 MB survives. */
export const defaultMaxBodyInBytes = 64 * 1024 * 1024;

/** A longer body of an error response is not an error that a program can read. */
const maxErrorBodyInBytes = 1024 * 1024;

/**
 * Replaces the response's methods that read the whole body. A body whose length is declared, below the limit and not compressed stays as it
 * is: the platform reads no further. `response.body`, which a caller reads as a stream, has no limit.
 *
 * @param operation `"GET /things"`
 * @param maxInBytes beyond it, a success fails with a `TransportError`; an error response has its own limit, beyond which its body is empty
 */
export function limitBody(response: Response, vendor: string, operation: string, maxInBytes: number): Response {
  const limit = response.ok ? maxInBytes : maxErrorBodyInBytes;
  if (limit === Number.POSITIVE_INFINITY || isDeclaredWithin(response, limit)) return response;
  const { headers, ok } = response;
  async function read(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await readBytes(response, limit);
    if (bytes) return bytes;
    if (!ok) return new Uint8Array();
    const advice = "raise maxBodyInBytes, or ask for less at a time";
    throw new TransportError(
      vendor,
      "too_large",
      `the response to ${operation} is longer than ${maxInBytes} bytes (maxBodyInBytes), and was not read to its end; ${advice}`,
    );
  }
  const text = async () => new TextDecoder().decode(await read());
  const platformClone = response.clone;
  return Object.assign(response, {
    text,
    json: async () => JSON.parse(await text()),
    arrayBuffer: async () => (await read()).buffer,
    bytes: read,
    blob: async () => new Response(await read(), { headers }).blob(),
    formData: async () => new Response(await read(), { headers }).formData(),
    clone: () => limitBody(platformClone.call(response), vendor, operation, maxInBytes),
  });
}

function isDeclaredWithin({ headers }: Response, limit: number): boolean {
  const length = headers.get("content-length");
  return length !== null && Number(length) <= limit && !headers.has("content-encoding");
}

/** Reads a body; `undefined` where it is longer than the limit. The rest is not read. */
async function readBytes(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    // A limit that is no number is none that a body stays below.
    if (!(size <= limit)) {
      // Not awaited: for a cloned response, cancelling one half waits for the other.
      void reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(value);
  }
  return join(chunks, size);
}

function join(chunks: readonly Uint8Array<ArrayBuffer>[], size: number): Uint8Array<ArrayBuffer> {
  const [first] = chunks;
  if (chunks.length === 1 && first && first.byteLength === first.buffer.byteLength) return first;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
