/** Reads a document from a file or a URL, with bounds on size and time. */
import { readFile, stat } from "node:fs/promises";
import type { Headers } from "../../shared/headers.ts";
import { type Access, type Address, isUrl, refusal } from "./document-address.ts";

const maxBytes = 128 * 1024 * 1024;
const timeoutInMs = 30_000;
const maxRedirects = 5;

/** Rejects with an `UnreadableError`. @param headers to send, for a URL */
export type ReadText = (address: Address, headers?: Headers) => Promise<string>;

/** Says why a text cannot be read, without a place. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

/** @throws UnreadableError */
export async function readText(address: Address, headers: Headers = {}): Promise<string> {
  if (isUrl(address)) return fetchText(address, headers);
  try {
    if ((await stat(address)).size > maxBytes) throw tooLarge();
    return await readFile(address, "utf8");
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    const code = error instanceof Error ? String("code" in error ? error.code : error.message) : "no reason";
    const [message, fix] = failures[code] ?? [`the file cannot be read (${code})`, "check the path"];
    throw new UnreadableError(message, fix);
  }
}

const failures: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  ENOENT: ["there is no such file (ENOENT)", "check the path"],
  EISDIR: ["this is a folder, not a document", "give the path of a document in it"],
  EACCES: ["the file may not be read (EACCES)", "check its permissions"],
};

const tooLarge = () =>
  new UnreadableError(`it is larger than ${maxBytes} bytes`, "split it, or leave out what you do not need");

/** Sends the headers to the server of the document, and to no other: neither to those that it refers to nor to an overlay's. */
export function withHeaders(read: ReadText, document: string, headers: Headers): ReadText {
  const origin = isUrl(document) ? new URL(document).origin : undefined;
  const isOwn = (address: Address): boolean => isUrl(address) && new URL(address).origin === origin;
  return Object.keys(headers).length === 0 ? read : (address) => read(address, isOwn(address) ? headers : {});
}

/** Follows redirects on the same server only: the user can give the other address instead. */
async function fetchText(start: Address, headers: Headers): Promise<string> {
  const signal = AbortSignal.timeout(timeoutInMs);
  const accept = "application/vnd.oai.openapi+json, application/json, application/yaml, text/yaml, */*";
  const access: Access = { remote: false };
  let address = start;
  for (let count = 0; count <= maxRedirects; count++) {
    let response: Response;
    try {
      response = await fetch(address, { signal, redirect: "manual", headers: { accept, ...headers } });
    } catch (error) {
      if (signal.aborted)
        throw new UnreadableError(`no answer within ${timeoutInMs} ms`, "try again, or save it as a file");
      throw new UnreadableError(`the server cannot be reached (${codeOf(error)})`, "check the address");
    }
    const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
    if (location === null) {
      if (!response.ok) throw refusedBy(response.status);
      return readBody(response);
    }
    await response.body?.cancel();
    const next = new URL(location, address);
    if (next.origin !== new URL(start).origin || refusal(start, next.href, access) !== undefined)
      throw new UnreadableError(`it redirects to ${next.href}`, "give that address");
    address = next.href;
  }
  throw new UnreadableError("it redirects endlessly", "give the address of the document itself");
}

function refusedBy(status: number): UnreadableError {
  if (status === 401 || status === 403) {
    const fix = "add --header 'Name: value', or headers in latchkey.config.ts";
    return new UnreadableError(`the server requires a login (HTTP ${status})`, fix);
  }
  return new UnreadableError(`the server responded with HTTP ${status}`, "check the address");
}

/** The code of a failed request; its message could hold what was sent. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "no code";
}

async function readBody(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    size += read.value.byteLength;
    if (size > maxBytes) {
      await reader?.cancel();
      throw tooLarge();
    }
    parts.push(read.value);
  }
  return Buffer.concat(parts).toString("utf8");
}
