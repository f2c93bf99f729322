/** Decodes a response's body by its media type. */
import type { Operation } from "../../vendor.ts";
import { readEvents } from "./server-sent-events.ts";
import { type BodyKind, kindOf } from "./media-type.ts";
import { readLines } from "./json-lines.ts";

/** Chooses the kind of the Content-Type where the document has that kind, else the document's first: some servers send wrong types. */
function kindIn(response: Response, receives: readonly string[]): BodyKind {
  const contentType = response.headers.get("content-type");
  const documented = receives.map(kindOf);
  const kind = contentType === null ? undefined : kindOf(contentType);
  return kind !== undefined && documented.includes(kind) ? kind : (documented[0] ?? "json");
}

/** Validates one item of a stream. What it throws is thrown into the loop that reads the stream. */
export type CheckItem = (item: unknown, index: number) => Promise<void>;

export interface StreamOptions {
  /** The longest item of a stream, in characters. */
  readonly maxItemLength: number;
  readonly signal: AbortSignal | undefined;
  /** Validates each item of a stream before the caller gets it. */
  readonly check: CheckItem | undefined;
  /** Gets a body's JSON as a text. */
  readonly onText: (text: string) => Promise<void>;
}

/** Reads a body within the call's timeout. A stream is returned unread, as an async generator. */
export async function decodeBody(
  vendor: string,
  operation: string,
  { receives = [], eventData }: Operation,
  response: Response,
  { maxItemLength, signal, check, onText }: StreamOptions,
): Promise<unknown> {
  const { body: stream, status } = response;
  if (stream === null) return undefined;
  const source = { vendor, operation, status, stream, maxItemLength, signal };
  switch (kindIn(response, receives)) {
    case "json": {
      const text = await response.text();
      await onText(text);
      return text === "" ? undefined : JSON.parse(text);
    }
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

/** Validates each item. Leaving the caller's loop, or a failed check, ends the stream as well. */
async function* checked<Item>(items: Items<Item>, toValue: (item: Item) => unknown, check: CheckItem): Items<Item> {
  let index = 0;
  for await (const item of items) {
    await check(toValue(item), index++);
    yield item;
  }
}
