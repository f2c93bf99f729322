import type { ErrorResponse } from "./parse-error-response.ts";
import { readText } from "../util/read-text.ts";

/** A refusal longer than this is no error envelope. */
const maxBodyInBytes = 64 * 1024;

/** Reads a copy of a response for its failure: JSON if it parses, whatever its content type; else the text; empty is `undefined`. */
export async function readErrorResponse(response: Response): Promise<ErrorResponse> {
  const text = await readText(response.clone(), maxBodyInBytes).catch(() => undefined);
  return { status: response.status, headers: response.headers, body: parseBody(text) };
}

function parseBody(text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
