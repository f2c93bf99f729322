/** A response cannot fill the memory: bodies, items of a stream and headers are bounded, and read in linear time. */
import { createRedactor } from "../../src/errors/redactor.ts";
import { createServer, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, expect, it } from "vitest";
import { connect } from "../../src/connect.ts";
import { SchemaError } from "../../src/errors/schema-error.ts";
import { TransportError } from "../../src/errors/transport-error.ts";
import { toVendorError } from "../../src/errors/to-vendor-error.ts";
import { linesOf } from "../../src/http/body/text-stream.ts";
import { readEvents } from "../../src/http/body/server-sent-events.ts";
import { nextFromLinkHeader } from "../../src/pagination/next-link.ts";
import { caught } from "../support/caught.ts";
import { createTestVendor, testCredentials } from "../support/test-vendor.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A client of a loopback server that answers every request alike. */
async function open(answer: (response: ServerResponse) => void, receives?: readonly string[]) {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const operations = receives ? { "GET /things": { receives } } : {};
  const vendor = { ...createTestVendor(), security: [], operations };
  return connect(vendor, { credentials: testCredentials, server: { url }, retries: false });
}

const json = { "content-type": "application/json" };
const zeros = (bytes: number) => Buffer.concat([Buffer.from('"'), Buffer.alloc(bytes - 2, "0"), Buffer.from('"')]);

it("a highly compressed body is read up to the limit, and the error names the option", async () => {
  const bomb = gzipSync(zeros(80 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(100_000);
  const client = await open((response) => response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb));
  const before = process.memoryUsage().rss;
  const error = await caught(client.GET("/things"));
  expect(error).toBeInstanceOf(TransportError);
  expect(error).toMatchObject({ reason: "too_large", outcome: "unreadable" });
  expect(String(error)).toContain("the response to GET /things is longer than 67108864 bytes (maxBodyInBytes)");
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
});

it.each([
  ["a declared length", { "content-length": "2000" }],
  ["chunks", {}],
])("the limit is a call's or the client's, for a body of %s, to the byte", async (_, headers) => {
  const client = await open((response) => {
    response.writeHead(200, { ...json, ...headers });
    response.write(zeros(2_000).subarray(0, 700));
    response.end(zeros(2_000).subarray(700));
  });
  expect(await client.GET("/things", { maxBodyInBytes: 2_000 })).toMatchObject({ data: "0".repeat(1_998) });
  expect(await client.GET("/things", { maxBodyInBytes: Number.POSITIVE_INFINITY })).toMatchObject({ status: 200 });
  expect(await caught(client.GET("/things", { maxBodyInBytes: 1_999 }))).toMatchObject({ reason: "too_large" });
  for (const maxBodyInBytes of [0, Number.NaN])
    expect(await caught(client.GET("/things", { maxBodyInBytes }))).toMatchObject({ name: "ConfigurationError" });
});

it.each([
  ["application/octet-stream", "blob"],
  ["text/plain", "text"],
  ["application/json", "json"],
])("a body of %s has the limit, too", async (type) => {
  const client = await open((response) => response.writeHead(200, { "content-type": type }).end(zeros(2_000)), [type]);
  expect(await client.GET("/things", { maxBodyInBytes: 2_000 })).toMatchObject({ status: 200 });
  expect(await caught(client.GET("/things", { maxBodyInBytes: 1_000 }))).toMatchObject({ reason: "too_large" });
});

it("middleware that reads a copy of the response has the limit, too", async () => {
  const client = await open((response) => response.writeHead(200, json).end(zeros(2_000)));
  const seen: unknown[] = [];
  client.use({
    async onResponse({ response }) {
      seen.push(await caught(response.clone().text()));
    },
  });
  await caught(client.GET("/things", { maxBodyInBytes: 1_000 }));
  expect(seen).toMatchObject([{ reason: "too_large" }]);
});

it("an error response keeps its status where its body is too long", async () => {
  const client = await open((response) => response.writeHead(400, json).end(zeros(2 * 1024 * 1024)));
  const result = await client.GET("/things");
  expect(result.status).toBe(400);
  expect(toVendorError(result)).toMatchObject({ status: 400, kind: "invalid_request" });
  expect(JSON.stringify(result.error).length).toBeLessThan(1_000);
});

it("a stream may be longer than the limit, but none of its items", async () => {
  const item = `"${"0".repeat(400)}"\n`;
  const client = await open((response) => response.writeHead(200).end(item.repeat(100)), ["application/x-ndjson"]);
  const count = async (maxBodyInBytes: number) => {
    const { data } = await client.GET("/things", { maxBodyInBytes });
    let items = 0;
    for await (const _ of Object(data)) items += 1;
    return items;
  };
  expect(await count(402)).toBe(100);
  expect(await caught(count(401))).toMatchObject({ reason: "too_large" });
});

/** A stream of one text in chunks of one size. */
const sourceOf = (text: string, size: number, maxItemLength = Number.POSITIVE_INFINITY) => {
  let at = 0;
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= text.length) controller.close();
      else controller.enqueue(encoder.encode(text.slice(at, at + size)));
      at += size;
    },
  });
  return { vendor: "acme", operation: "GET /things", status: 200, stream, maxItemLength, signal: undefined };
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

it.each([1, 2, 3, 7, 100])("lines are the same in chunks of %i characters", async (size) => {
  const text = "a\r\nb\rc\n\n\r\n\r\rlast";
  expect(await all(linesOf(sourceOf(text, size)))).toEqual(["a", "b", "c", "", "", "", "", "last"]);
  expect(await all(linesOf(sourceOf("a\r", size)))).toEqual(["a"]);
  expect(await all(linesOf(sourceOf("a\rb\n", size), "\n"))).toEqual(["a\rb"]);
});

it("an event of many short lines has the limit of one item", async () => {
  const events = (lines: number) => all(readEvents(sourceOf(`${"data: 1234\n".repeat(lines)}\n`, 50, 100), false));
  expect(await events(20)).toHaveLength(1);
  expect(await caught(events(21))).toMatchObject({ reason: "too_large" });
});

it("a line in many chunks is read in linear time", async () => {
  const timeOf = async (characters: number) => {
    const start = performance.now();
    expect(await all(linesOf(sourceOf("x".repeat(characters), 100)))).toHaveLength(1);
    return performance.now() - start;
  };
  await timeOf(200_000);
  const small = await timeOf(400_000);
  // Four times the length takes 16 times as long where every chunk is searched again from the line's beginning.
  expect(await timeOf(1_600_000)).toBeLessThan(Math.max(small, 20) * 10);
});

it("a Link header is read in linear time, and not beyond its limit", () => {
  const context = {
    vendor: "acme",
    operation: "GET /things",
    origin: "https://acme.invalid",
    place: "https://acme.invalid/things",
    secrets: [],
    redactor: createRedactor(),
  };
  const read = (link: string) => nextFromLinkHeader(context, new Headers({ link }));
  const start = performance.now();
  expect(read("<".repeat(60_000))).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(500);
  expect(read(`${"<".repeat(1_000)}</next>; rel=next`)).toBe("/next");
  expect(() => read(`</next>; rel=next${" ".repeat(70_000)}, </a>; rel=a`)).toThrow(SchemaError);
});
