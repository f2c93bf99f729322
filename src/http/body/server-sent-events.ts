/** Server-sent events (HTML, "Server-sent events", "Interpreting an event stream"). */
import { parseItem } from "./json-lines.ts";
import { checkLength, linesOf, type StreamSource } from "./text-stream.ts";

export interface ServerSentEvent<Data = string> {
  /** @default "message" */
  readonly event: string;
  readonly data: Data;
  /** The last event id of the stream so far. */
  readonly id: string | undefined;
  /** The reconnection time in milliseconds, where the event sets one. */
  readonly retry: number | undefined;
}

/** An incomplete last event is dropped. @param isJson the data of each event is JSON; a bare `[DONE]`, with which many vendors end such a stream, ends it */
export async function* readEvents(
  source: StreamSource,
  isJson: boolean,
): AsyncGenerator<ServerSentEvent<unknown>, void, undefined> {
  let fields = new Fields();
  let id: string | undefined;
  for await (const line of linesOf(source)) {
    if (line !== "") {
      fields.add(line);
      checkLength(source, fields.dataLength);
      continue;
    }
    id = fields.id ?? id;
    const { event, retry, dataLines } = fields;
    const data = dataLines?.join("\n");
    fields = new Fields();
    if (data === undefined) continue;
    if (isJson && data.trim() === "[DONE]") return;
    yield { event: event || "message", data: isJson ? parseItem(data, source) : data, id, retry };
  }
}

class Fields {
  event: string | undefined = undefined;
  dataLines: string[] | undefined = undefined;
  dataLength = 0;
  id: string | undefined = undefined;
  retry: number | undefined = undefined;

  /** A line that begins with a colon is a comment; unknown fields are ignored. */
  add(line: string): void {
    const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (name === "data") {
      this.dataLines ??= [];
      this.dataLines.push(value);
      this.dataLength += value.length + 1;
    } else if (name === "event") this.event = value;
    else if (name === "id" && !value.includes("\0")) this.id = value;
    else if (name === "retry" && /^\d+$/u.test(value)) this.retry = Number(value);
  }
}
