/** A response's body as the caller gets it, by the media type that came. */
import type { Operation } from "../vendor.ts";
import { readEvents } from "./events.ts";
import { type BodyKind, kindOf } from "./kinds.ts";
import { readLines } from "./lines.ts";

/** Where the document has no such type, its own first one counts: servers mislabel what they send. */
function kindIn(response: Response, receives: readonly string[]): BodyKind {
  const came = response.headers.get("content-type");
  const documented = receives.map(kindOf);
  const kind = came === null ? undefined : kindOf(came);
  return kind !== undefined && documented.includes(kind) ? kind : (documented[0] ?? "json");
}

/** Streams are handed over as they come; the rest is read here, inside the call's deadline. */
export async function decodeBody(
  vendor: string,
  operation: string,
  { receives = [], eventData }: Operation,
  response: Response,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { body: stream } = response;
  if (stream === null) return undefined;
  switch (kindIn(response, receives)) {
    case "json":
      return response.json();
    case "text":
      return response.text();
    case "events":
      return readEvents({ vendor, operation, stream, signal }, eventData === "json");
    case "lines":
      return readLines({ vendor, operation, stream, signal }, response.headers.get("content-type") ?? "");
    default:
      return response.blob();
  }
}
