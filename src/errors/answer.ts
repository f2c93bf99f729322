import type { Answer } from "./failure.ts";

/** A refusal longer than this is no error envelope. */
const maxBodyInCharacters = 64 * 1024;

/** Reads a response for its failure: JSON if it parses, whatever its content type; else the text; empty is `undefined`. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text().catch(() => "");
  return { status: response.status, headers: response.headers, body: parseBody(text) };
}

function parseBody(text: string): unknown {
  if (text === "" || text.length > maxBodyInCharacters) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
