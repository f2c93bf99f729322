import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect, type LatchkeyEvent, SchemaError } from "../../src/index.ts";
import type { Vendor, VendorSchemas } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { evaluate, generateFrom, textOf } from "../support/generated.ts";
import { type Answer, startLoopback } from "../support/loopback.ts";

type Call = (path: string, init?: object) => Promise<{ data?: unknown }>;

let vendor: Vendor;
let operations: VendorSchemas["operations"];
let loads = 0;
const events: LatchkeyEvent[] = [];

beforeAll(async () => {
  const files = await generateFrom("media-types");
  operations = Object(evaluate(textOf(files, "schemas.ts")).operations);
  const schemas = async () => {
    loads += 1;
    return { operations };
  };
  vendor = { ...Object(evaluate(textOf(files, "vendor.ts")).acme), schemas };
});
beforeEach(() => {
  events.length = 0;
  loads = 0;
});

const stream = (type: string, body: string): Answer => ({ headers: { "content-type": type }, body });
const wrong = '"CANARY"';
const answers: Readonly<Record<string, Answer>> = {
  "/lines": stream("application/jsonl", `{"id":1}\n{"id":${wrong}}\n7\n{"id":${wrong}}\n{"id":5}\n`),
  "/sequence": stream("application/json-seq", `\u001e{"id":1}\n\u001e{"id":${wrong}}\n`),
  "/events": stream("text/event-stream", `data: {"id":1}\n\ndata: {"id":${wrong}}\n\ndata: [DONE]\n\n`),
  "/described": stream("text/event-stream", `data: {"id":1}\n\ndata: {"id":${wrong}}\n\n`),
  "/texts": stream("text/event-stream", "data: one\n\n"),
};
const server = startLoopback(answers);
afterAll(async () => (await server)[Symbol.asyncDispose]());

/** Reads a stream; returns its items and the error that ended it. */
async function read(path: string, validate: unknown): Promise<{ readonly items: unknown[]; readonly error: unknown }> {
  const { origin } = await server;
  const api: { readonly GET: Call } = Object(
    connect(vendor, { server: { url: origin, hosts: {} }, credentials: {}, onEvent: (event) => events.push(event) }),
  );
  const { data } = await api.GET(path, { validate });
  const items: unknown[] = [];
  const loop = async () => {
    for await (const item of isIterable(data) ? data : []) items.push(item);
    return Promise.reject(undefined);
  };
  return { items, error: await caught(loop()) };
}

const isIterable = (data: unknown): data is AsyncIterable<unknown> =>
  typeof data === "object" && data !== null && Symbol.asyncIterator in data;

describe("the items of a stream", () => {
  it.each(["/lines", "/sequence", "/events", "/described"])(
    "of %s are validated as they arrive: strict ends the loop at the first invalid item and never yields it",
    async (path) => {
      const { items, error } = await read(path, "strict");
      expect(items).toHaveLength(1);
      expect(error).toBeInstanceOf(SchemaError);
      expect(error).toMatchObject({
        operation: `GET ${path}`,
        direction: "response",
        status: 200,
        issues: [{ path: "/1/id", message: "must be number" }],
      });
      expect(JSON.stringify(error)).not.toContain("CANARY");
    },
  );

  it("are all yielded in mode warn, which reports each kind of mismatch once, whatever the item", async () => {
    const { items, error } = await read("/lines", "warn");
    expect(error).toBeUndefined();
    expect(items).toHaveLength(5);
    expect(events.filter(({ type }) => type === "mismatch")).toMatchObject([
      { operation: "GET /lines", direction: "response", status: 200, path: "/1/id", message: "must be number" },
      { operation: "GET /lines", path: "/2", message: "must be object" },
    ]);
    expect(loads).toBe(1);
  });

  it("are validated with the operation's own schemas if they are given, and no others are loaded", async () => {
    const { items, error } = await read("/lines", operations["GET /lines"]);
    expect(items).toEqual([{ id: 1 }]);
    expect(error).toMatchObject({ issues: [{ path: "/1/id" }] });
    expect(loads).toBe(0);
  });

  it("are not validated without the option, nor if they are text", async () => {
    expect((await read("/lines", undefined)).items).toHaveLength(5);
    expect(loads).toBe(0);
    expect(await read("/texts", "strict")).toMatchObject({ items: [{ data: "one" }], error: undefined });
  });
});
