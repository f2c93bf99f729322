/** Reads a document from a file or a URL, with bounds on size and time. */
import { readFile, stat } from "node:fs/promises";
import { type Access, type Address, isUrl, refusal } from "./document-address.ts";

const maxBytes = 128 * 1024 * 1024;
const timeoutInMs = 30_000;
const maxRedirects = 5;

/** Rejects with an Error whose message is the reason, without a place. */
export type ReadText = (address: Address) => Promise<string>;

/** @throws Error whose message is the reason, without a place */
export async function readText(address: Address): Promise<string> {
  if (isUrl(address)) return fetchText(address);
  try {
    if ((await stat(address)).size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    return await readFile(address, "utf8");
  } catch (error) {
    throw new Error(error instanceof Error && "code" in error ? String(error.code) : String(error));
  }
}

/** Follows redirects on the same server only: the user can give the other address instead. */
async function fetchText(start: Address): Promise<string> {
  const signal = AbortSignal.timeout(timeoutInMs);
  const accept = "application/vnd.oai.openapi+json, application/json, application/yaml, text/yaml, */*";
  const access: Access = { remote: false };
  let address = start;
  for (let count = 0; count <= maxRedirects; count++) {
    let response: Response;
    try {
      response = await fetch(address, { signal, redirect: "manual", headers: { accept } });
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer within ${timeoutInMs} ms`);
      const cause = error instanceof Error ? error.cause : undefined;
      throw new Error(cause instanceof Error && "code" in cause ? String(cause.code) : String(error));
    }
    const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
    if (location === null) {
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return readBody(response);
    }
    await response.body?.cancel();
    const next = new URL(location, address).href;
    const refused = refusal(start, next, access);
    if (refused !== undefined) throw new Error(`it redirects to ${next}; give that address`);
    address = next;
  }
  throw new Error("it redirects without end");
}

async function readBody(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    size += read.value.byteLength;
    if (size > maxBytes) {
      await reader?.cancel();
      throw new Error(`it is larger than ${maxBytes} bytes`);
    }
    parts.push(read.value);
  }
  return Buffer.concat(parts).toString("utf8");
}
