/** Bounds the body of a response, counted after decompression, so that a short, highly compressed body cannot fill the memory. */
import { TransportError } from "../errors/transport-error.ts";

/** A limit that large lists stay below (the largest page of a built-in vendor has a few MB), and that a process of 256 MB survives. */
export const defaultMaxBodyInBytes = 64 * 1024 * 1024;

/** A longer body of an error response is not an error that a program can read. */
const maxErrorBodyInBytes = 1024 * 1024;

/** What a limited response needs to know; the execution of a call has it. */
export interface BodyLimit {
  readonly vendor: string;
  /** `"GET /things"` */
  readonly operation: string;
  readonly maxInBytes: number;
}

const bodyLimit = Symbol("body limit");
type LimitedResponse = Response & { [bodyLimit]: BodyLimit };

/**
 * Replaces the response's methods that read the whole body. A body whose length is declared, below the limit and not compressed stays as it
 * is: the platform reads no further. `response.body`, which a caller reads as a stream, has no limit.
 *
 * @param limit beyond `maxInBytes`, a success fails with a `TransportError`; an error response has its own limit, beyond which its body is empty
 */
export function limitBody(response: Response, limit: BodyLimit): Response {
  const maxInBytes = maxInBytesOf(response, limit);
  if (maxInBytes === Number.POSITIVE_INFINITY || isDeclaredWithin(response, maxInBytes)) return response;
  const limited: Partial<LimitedResponse> & Response = Object.setPrototypeOf(response, limitedPrototypeOf(response));
  limited[bodyLimit] = limit;
  return limited;
}

/** The response's own prototype with `bodyMethods` over it: one for each class of responses, so that a call allocates none. */
const limitedPrototypes = new WeakMap<object, object>();

function limitedPrototypeOf(response: Response): object {
  const own: object = Object.getPrototypeOf(response);
  const limited = limitedPrototypes.get(own) ?? Object.assign(Object.create(own), bodyMethods);
  limitedPrototypes.set(own, limited);
  return limited;
}

const bodyMethods = {
  async text(this: LimitedResponse): Promise<string> {
    return decoder.decode(await readLimited(this));
  },
  async json(this: LimitedResponse): Promise<unknown> {
    return JSON.parse(decoder.decode(await readLimited(this)));
  },
  async arrayBuffer(this: LimitedResponse): Promise<ArrayBuffer> {
    return (await readLimited(this)).buffer;
  },
  bytes(this: LimitedResponse): Promise<Uint8Array<ArrayBuffer>> {
    return readLimited(this);
  },
  async blob(this: LimitedResponse): Promise<Blob> {
    return new Response(await readLimited(this), { headers: this.headers }).blob();
  },
  async formData(this: LimitedResponse): Promise<FormData> {
    return new Response(await readLimited(this), { headers: this.headers }).formData();
  },
  clone(this: LimitedResponse): Response {
    const { clone }: Response = Object.getPrototypeOf(Object.getPrototypeOf(this));
    return limitBody(clone.call(this), this[bodyLimit]);
  },
};

const decoder = new TextDecoder();

const maxInBytesOf = ({ ok }: Response, { maxInBytes }: BodyLimit): number => (ok ? maxInBytes : maxErrorBodyInBytes);

async function readLimited(response: LimitedResponse): Promise<Uint8Array<ArrayBuffer>> {
  const limit = response[bodyLimit];
  const bytes = await readBytes(response, maxInBytesOf(response, limit));
  if (bytes) return bytes;
  if (!response.ok) return new Uint8Array();
  const { vendor, operation, maxInBytes } = limit;
  const advice = "raise maxBodyInBytes, or ask for less at a time";
  throw new TransportError(
    vendor,
    "too_large",
    `the response to ${operation} is longer than ${maxInBytes} bytes (maxBodyInBytes), and was not read to its end; ${advice}`,
  );
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
