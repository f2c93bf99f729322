/** Server-sent events (HTML, "Server-sent events", "Interpreting an event stream"). */
import { parseItem } from "./json-lines.ts";
import { type StreamSource, textOf } from "./text-stream.ts";

export interface ServerSentEvent<Data = string> {
  /** @default "message" */
  readonly event: string;
  readonly data: Data;
  /** The last event id of the stream so far. */
  readonly id: string | undefined;
  /** The reconnection time in milliseconds, where the event sets one. */
  readonly retry: number | undefined;
}

/** @param isJson the data of each event is JSON; a bare `[DONE]`, with which many vendors end such a stream, ends it */
export async function* readEvents(
  source: StreamSource,
  isJson: boolean,
): AsyncGenerator<ServerSentEvent<unknown>, void, undefined> {
  let fields = new Fields();
  let id: string | undefined;
  for await (const line of linesOf(source)) {
    if (line !== "") {
      fields.add(line);
      continue;
    }
    id = fields.id ?? id;
    const { event, data, retry } = fields;
    fields = new Fields();
    if (data === undefined) continue;
    if (isJson && data.trim() === "[DONE]") return;
    yield { event: event || "message", data: isJson ? parseItem(data, source) : data, id, retry };
  }
}

class Fields {
  event: string | undefined = undefined;
  data: string | undefined = undefined;
  id: string | undefined = undefined;
  retry: number | undefined = undefined;

  /** A line that begins with a colon is a comment; unknown fields are ignored. */
  add(line: string): void {
    const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (name === "data") this.data = this.data === undefined ? value : `${this.data}\n${value}`;
    else if (name === "event") this.event = value;
    else if (name === "id" && !value.includes("\0")) this.id = value;
    else if (name === "retry" && /^\d+$/u.test(value)) this.retry = Number(value);
  }
}

/** Splits the stream at CR LF, LF or CR; a CR at the end of a chunk may be half of a CR LF. An incomplete last event is dropped. */
async function* linesOf(source: StreamSource): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const text of textOf(source)) {
    rest += text;
    const isCut = rest.endsWith("\r");
    const lines = (isCut ? rest.slice(0, -1) : rest).split(/\r\n|\n|\r/u);
    rest = (lines.pop() ?? "") + (isCut ? "\r" : "");
    yield* lines;
  }
  if (rest.endsWith("\r")) yield rest.slice(0, -1);
}
