/** Streams of JSON values: one on each line (NDJSON, JSON Lines), or one in each record (json-seq, RFC 7464). */
import { SchemaError } from "../../errors/schema-error.ts";
import { toJsonText, tryParseJson } from "../../util/json.ts";
import { linesOf, type StreamSource } from "./text-stream.ts";

const isSequence = (type: string): boolean => /json-seq\s*(?:;|$)/iu.test(type);

export async function* readLines(source: StreamSource, type: string): AsyncGenerator<unknown, void, undefined> {
  const separator = isSequence(type) ? "\u001e" : "\n";
  for await (const line of linesOf(source, separator)) if (line.trim() !== "") yield parseItem(line, source);
}

/** Parses one item. The parser's own error is not used: it quotes the body. */
export function parseItem(text: string, { vendor, operation, status }: StreamSource): unknown {
  const parsed = tryParseJson(text);
  if (parsed) return parsed.value;
  const problem = { path: "", message: "an item of the stream is not JSON" };
  throw new SchemaError(vendor, operation, "response", [problem], status);
}

export function toLines(items: Iterable<unknown> | AsyncIterable<unknown>, type: string): string | ReadableStream {
  const write = (item: unknown): string => `${isSequence(type) ? "\u001e" : ""}${toJsonText(item)}\n`;
  if (Symbol.iterator in items) return Array.from(items, write).join("");
  const iterator = items[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(write(value)));
    },
    async cancel(reason) {
      await iterator.return?.(reason);
    },
  });
}
