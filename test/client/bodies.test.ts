import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { evaluate, generateFrom, textOf } from "../support/generated.ts";

interface Seen {
  readonly type: string | undefined;
  readonly body: string;
}

let server: Server;
let respond: (response: ServerResponse, request: IncomingMessage) => void;
let seen: Seen[] = [];
let api: Calls;

/** Calls without the generated types, which other tests check. */
type Call = (path: string, init?: object) => Promise<{ data?: unknown; error?: unknown; status: number }>;
type Calls = Readonly<Record<"GET" | "POST" | "PUT" | "PATCH", Call>>;

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      seen.push({ type: request.headers["content-type"], body: Buffer.concat(parts).toString() });
      respond(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const vendor: Vendor = Object(evaluate(textOf(await generateFrom("media-types"), "vendor.ts")).acme);
  api = Object(connect(vendor, { server: { url: `http://127.0.0.1:${port}`, hosts: {} }, credentials: {} }));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const done = (response: ServerResponse) => response.writeHead(204).end();
const send = (type: string, ...parts: readonly string[]) => {
  respond = (response) => {
    response.writeHead(200, { "content-type": type });
    for (const part of parts) response.write(part);
    response.end();
  };
};

async function sent(call: Promise<{ status: number }>): Promise<Seen> {
  respond = done;
  seen = [];
  expect((await call).status).toBe(204);
  const [first = { type: undefined, body: "" }] = seen;
  return first;
}

async function all(data: unknown): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of isIterable(data) ? data : []) items.push(item);
  return items;
}

const isIterable = (data: unknown): data is AsyncIterable<unknown> =>
  typeof data === "object" && data !== null && Symbol.asyncIterator in data;

describe("a request body", () => {
  it("is a form if the document says so: lists are repeated or joined, objects nested or written as JSON, undefined members omitted", async () => {
    const body = {
      name: "a b&c",
      tags: ["x", "y"],
      codes: [1, 2],
      filter: { from: 1, to: ["a", "b"] },
      note: { k: "v" },
      missing: undefined,
    };
    expect(await sent(api.POST("/form", { body }))).toEqual({
      type: "application/x-www-form-urlencoded",
      body: new URLSearchParams([
        ["name", "a b&c"],
        ["tags", "x"],
        ["tags", "y"],
        ["codes", "1,2"],
        ["filter[from]", "1"],
        ["filter[to][0]", "a"],
        ["filter[to][1]", "b"],
        ["note", '{"k":"v"}'],
      ]).toString(),
    });
  });

  it("is multipart if the document says so: each part has its type, and only files have a file name", async () => {
    const body = {
      file: new File(["one"], 'a "b".txt', { type: "text/plain" }),
      title: "Ä",
      more: [new Blob(["two"]), new Uint8Array([51])],
      about: { size: 3 },
      sheet: "1;2",
    };
    const { type = "", body: text } = await sent(api.POST("/upload", { body }));
    const boundary = /^multipart\/form-data; boundary=(latchkey-[\w-]+)$/u.exec(type)?.[1] ?? "none";
    const part = (header: string, content: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; ${header}\r\n\r\n${content}\r\n`;
    expect(text).toBe(
      [
        part('name="file"; filename="a %22b%22.txt"\r\nContent-Type: text/plain', "one"),
        part('name="title"', "Ä"),
        part('name="more"; filename="more"\r\nContent-Type: application/octet-stream', "two"),
        part('name="more"; filename="more"\r\nContent-Type: application/octet-stream', "3"),
        part('name="about"\r\nContent-Type: application/json', '{"size":3}'),
        part('name="sheet"\r\nContent-Type: text/csv', "1;2"),
        `--${boundary}--\r\n`,
      ].join(""),
    );
    const form = await new Response(text, { headers: { "content-type": type } }).formData();
    expect([...form.keys()]).toEqual(["file", "title", "more", "more", "about", "sheet"]);
  });

  it("is the caller's FormData, unchanged", async () => {
    const body = new FormData();
    body.append("file", new Blob(["one"]), "a.txt");
    const { type, body: text } = await sent(api.POST("/upload", { body }));
    expect(type).toMatch(/^multipart\/form-data; boundary=/u);
    expect(text).toContain('filename="a.txt"');
  });

  it("is bytes with their type: a buffer, a Blob with its own, a stream, a function", async () => {
    const bytes = new TextEncoder().encode("abc");
    expect(await sent(api.PUT("/bytes", { body: bytes }))).toEqual({ type: "application/octet-stream", body: "abc" });
    const image = new Blob([bytes], { type: "image/png" });
    expect(await sent(api.PUT("/bytes", { body: image }))).toEqual({ type: "image/png", body: "abc" });
    const { body: stream } = new Response("abc");
    expect(await sent(api.PUT("/bytes", { body: stream }))).toEqual({ type: "application/octet-stream", body: "abc" });
    expect(await sent(api.PUT("/bytes", { body: () => bytes }))).toEqual({
      type: "application/octet-stream",
      body: "abc",
    });
  });

  it("is a string for a text type, not JSON", async () => {
    expect(await sent(api.PUT("/text", { body: 'say "a"' }))).toEqual({ type: "text/plain", body: 'say "a"' });
  });

  it("is JSON under the document's own media type", async () => {
    const body = { name: "a" };
    expect(await sent(api.PATCH("/patch", { body }))).toEqual({
      type: "application/merge-patch+json",
      body: '{"name":"a"}',
    });
  });

  it("has the caller's Content-Type if the document has several, and is JSON without one", async () => {
    expect(await sent(api.POST("/either", { body: { name: "a" } }))).toEqual({
      type: "application/json",
      body: '{"name":"a"}',
    });
    const csv = { body: "a;b", headers: { "Content-Type": "text/csv; header=absent" } };
    expect(await sent(api.POST("/either", csv))).toEqual({ type: "text/csv; header=absent", body: "a;b" });
  });

  it("has one line for each item of a list or an async iterable", async () => {
    const items = [{ id: 1 }, { id: 2 }];
    const expected = { type: "application/x-ndjson", body: '{"id":1}\n{"id":2}\n' };
    expect(await sent(api.POST("/lines", { body: items }))).toEqual(expected);
    expect(
      await sent(
        api.POST("/lines", {
          body: (async function* () {
            yield* items;
          })(),
        }),
      ),
    ).toEqual(expected);
  });

  it("is rejected before it is sent if it cannot be written in the media type", async () => {
    seen = [];
    const error = await caught(api.PUT("/text", { body: { a: 1 } }));
    expect(error).toMatchObject({
      message: expect.stringMatching(/PUT \/text: a body of text\/plain cannot be made of this value; give a string/u),
    });
    expect(seen).toEqual([]);
  });
});

describe("a response body", () => {
  it("is a string, bytes or JSON, as the document says", async () => {
    send("text/csv; charset=utf-8", "a;b");
    expect((await api.GET("/text")).data).toBe("a;b");
    send("application/pdf", "%PDF");
    const { data } = await api.GET("/bytes");
    expect(data instanceof Blob && (await data.text())).toBe("%PDF");
  });

  it("is JSON in an error response of an operation without JSON", async () => {
    respond = (response) => response.writeHead(400, { "content-type": "application/json" }).end('{"title":"no"}');
    expect(await api.GET("/text")).toMatchObject({ status: 400, error: { title: "no" } });
  });

  it("is read by the document's media type if the server sends a wrong one", async () => {
    send("application/octet-stream", "a;b");
    expect((await api.GET("/text")).data).toBe("a;b");
  });

  it("is read as parseAs says", async () => {
    send("text/csv", "a;b");
    const { data } = await api.GET("/text", { parseAs: "blob" });
    expect(data).toBeInstanceOf(Blob);
  });

  it("has one item a line, however it is split into chunks", async () => {
    send("application/jsonl", '{"id"', ':1}\n{"id":2}\n\n', '{"id":3}');
    expect(await all((await api.GET("/lines")).data)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    send("application/json-seq", '\u001e{"id":\n1}\n\u001e', '{"id":2}\n');
    expect(await all((await api.GET("/sequence")).data)).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it("has events with names, ids and retry times; comments, unknown fields and an incomplete event are ignored", async () => {
    send(
      "text/event-stream",
      ": hello\r\n\r\nevent: added\r",
      '\nid: 7\ndata: {"id":\ndata: 1}\nretry: 500\n\n',
      'data:{"id":2}\r\rother: x\n\n',
      'data: {"id":3}\n',
    );
    expect(await all((await api.GET("/events")).data)).toEqual([
      { event: "added", data: { id: 1 }, id: "7", retry: 500 },
      { event: "message", data: { id: 2 }, id: "7", retry: undefined },
    ]);
  });

  it("has events with text data if the document says no more", async () => {
    send("text/event-stream", "data: one\n\ndata: [DONE]\n\n");
    expect(await all((await api.GET("/texts")).data)).toMatchObject([{ data: "one" }, { data: "[DONE]" }]);
  });

  it("has events with data of the contentSchema of OpenAPI 3.2, up to [DONE]", async () => {
    send("text/event-stream", 'data: {"id":1}\n\ndata: [DONE]\n\ndata: {"id":2}\n\n');
    expect(await all((await api.GET("/described")).data)).toMatchObject([{ data: { id: 1 } }]);
  });

  it("is JSON or events, as the vendor sends it, if the document has both", async () => {
    send("application/json", '{"id":1}');
    expect((await api.POST("/answer", { body: {} })).data).toEqual({ id: 1 });
    send("text/event-stream", 'data: {"id":1}\n\n');
    expect(await all((await api.POST("/answer", { body: { stream: true } })).data)).toMatchObject([
      { data: { id: 1 } },
    ]);
  });

  it("is streamed while the vendor is still sending, and is not subject to the call's timeout", async () => {
    let response: ServerResponse | undefined;
    respond = (opened) => {
      response = opened.writeHead(200, { "content-type": "text/event-stream" });
      opened.write('data: {"id":1}\n\n');
    };
    const { data } = await api.GET("/events", { timeoutInMs: 200 });
    const ids: unknown[] = [];
    for await (const event of isIterable(data) ? data : []) {
      ids.push(event);
      if (ids.length === 1) setTimeout(() => response?.end('data: {"id":2}\n\n'), 400);
    }
    expect(ids).toMatchObject([{ data: { id: 1 } }, { data: { id: 2 } }]);
  });

  it("ends with the reason of the caller's signal, or when the loop ends; the connection is closed", async () => {
    const closed: Promise<void>[] = [];
    respond = (opened) => {
      closed.push(new Promise((resolve) => opened.on("close", () => resolve())));
      opened.writeHead(200, { "content-type": "text/event-stream" }).write('data: {"id":1}\n\n');
    };
    const controller = new AbortController();
    const { data } = await api.GET("/events", { signal: controller.signal });
    const reading = all(data);
    controller.abort(new Error("enough"));
    expect(await caught(reading)).toMatchObject({ message: "enough" });
    const { data: second } = await api.GET("/events");
    for await (const event of isIterable(second) ? second : []) {
      expect(event).toMatchObject({ data: { id: 1 } });
      break;
    }
    await Promise.all(closed);
    expect(closed).toHaveLength(2);
  });

  it("fails with a TransportError if it is truncated, and with a SchemaError that does not quote an invalid item", async () => {
    respond = (opened) => {
      opened.writeHead(200, { "content-type": "text/event-stream" });
      opened.write('data: {"id":1}\n\n', () => opened.destroy());
    };
    expect(await caught(all((await api.GET("/events")).data))).toMatchObject({
      name: "TransportError",
      reason: "network",
    });
    send("application/jsonl", '{"secret": oops\n');
    const error = await caught(all((await api.GET("/lines")).data));
    expect(error).toMatchObject({ name: "SchemaError" });
    expect(String(error)).not.toContain("oops");
  });
});
