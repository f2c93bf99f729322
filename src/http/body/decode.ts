/** A response's body as the caller gets it, by the media type that came. */
import type { Operation } from "../../vendor.ts";
import { readEvents } from "./server-sent-events.ts";
import { type BodyKind, kindOf } from "./media-type.ts";
import { readLines } from "./json-lines.ts";

/** Where the document has no such type, its own first one counts: servers mislabel what they send. */
function kindIn(response: Response, receives: readonly string[]): BodyKind {
  const came = response.headers.get("content-type");
  const documented = receives.map(kindOf);
  const kind = came === null ? undefined : kindOf(came);
  return kind !== undefined && documented.includes(kind) ? kind : (documented[0] ?? "json");
}

/** @throws what is thrown into the loop that reads the stream */
export type CheckItem = (item: unknown, index: number) => Promise<void>;

/**
 * Streams are handed over as they come; the rest is read here, inside the call's deadline.
 *
 * @param check of each item of a stream, before it is handed over
 */
export async function decodeBody(
  vendor: string,
  operation: string,
  { receives = [], eventData }: Operation,
  response: Response,
  signal: AbortSignal | undefined,
  check: CheckItem | undefined,
): Promise<unknown> {
  const { body: stream, status } = response;
  if (stream === null) return undefined;
  const source = { vendor, operation, status, stream, signal };
  switch (kindIn(response, receives)) {
    case "json":
      return response.json();
    case "text":
      return response.text();
    case "events": {
      const events = readEvents(source, eventData === "json");
      return check && eventData === "json" ? checked(events, ({ data }) => data, check) : events;
    }
    case "lines": {
      const items = readLines(source, response.headers.get("content-type") ?? "");
      return check ? checked(items, (item) => item, check) : items;
    }
    default:
      return response.blob();
  }
}

type Items<Item> = AsyncGenerator<Item, void, undefined>;

/** A loop that is left leaves the stream, too, whoever leaves it. */
async function* checked<Item>(items: Items<Item>, toValue: (item: Item) => unknown, check: CheckItem): Items<Item> {
  let index = 0;
  for await (const item of items) {
    await check(toValue(item), index++);
    yield item;
  }
}
