import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect, type LatchkeyEvent, SchemaError } from "../../src/index.ts";
import type { Vendor, VendorSchemas } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { evaluate, generateFrom, textOf } from "../support/generated.ts";
import { type Loopback, startLoopback } from "../support/loopback.ts";

type Call = (path: string, init: object) => Promise<{ readonly status: number }>;

let vendor: Vendor;
let operations: VendorSchemas["operations"];
let server: Loopback;
const events: LatchkeyEvent[] = [];

beforeAll(async () => {
  const files = await generateFrom("media-types");
  operations = Object(evaluate(textOf(files, "schemas.ts")).operations);
  vendor = { ...Object(evaluate(textOf(files, "vendor.ts")).acme), schemas: async () => ({ operations }) };
  const paths = ["/lines", "/mixed", "/either", "/upload", "/bytes", "/form"];
  server = await startLoopback(Object.fromEntries(paths.map((path) => [path, { status: 204 }])));
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  events.length = 0;
  server.heard.length = 0;
});

const post = (path: string, init: object) => {
  const api: { readonly POST: Call } = Object(
    connect(vendor, {
      server: { url: server.origin, hosts: {} },
      credentials: {},
      onEvent: (event) => events.push(event),
    }),
  );
  return api.POST(path, init);
};

/** Creates an async iterable that counts the items taken from it. */
function createSource(...items: readonly unknown[]) {
  const source = { taken: 0, body: make() };
  async function* make() {
    for (const item of items) {
      source.taken += 1;
      if (item instanceof Error) throw item;
      yield item;
    }
  }
  return source;
}

const wrong = { id: "CANARY" };

describe("items that are sent one per line", () => {
  it("of a list are validated before any is sent", async () => {
    const error = await caught(post("/lines", { body: [{ id: 1 }, wrong], validate: "strict" }));
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({
      operation: "POST /lines",
      direction: "request",
      issues: [{ path: "/1/id", message: "must be number" }],
    });
    expect(server.heard).toEqual([]);
  });

  it("of an async iterable are validated one by one before each is sent", async () => {
    const source = createSource({ id: 1 }, wrong, { id: 3 });
    const error = await caught(post("/lines", { body: source.body, validate: operations["POST /lines"] }));
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({ direction: "request", issues: [{ path: "/1/id", message: "must be number" }] });
    expect(JSON.stringify(error)).not.toContain("CANARY");
    expect(source.taken).toBe(2);
  });

  it("are all sent in mode warn, which reports each kind of mismatch once", async () => {
    for (const body of [[wrong, wrong], createSource(wrong, wrong).body]) {
      expect(await post("/lines", { body, validate: "warn" })).toMatchObject({ status: 204 });
      expect(server.heard.at(-1)?.body).toBe('{"id":"CANARY"}\n{"id":"CANARY"}\n');
    }
    const mismatches = events.filter(({ type }) => type === "mismatch");
    expect(mismatches).toMatchObject([
      { operation: "POST /lines", direction: "request", path: "/0/id", message: "must be number" },
      { operation: "POST /lines", direction: "request", path: "/0/id", message: "must be number" },
    ]);
  });

  it("are validated as items even if the operation also takes a single body", async () => {
    const items = [{ id: 1 }, { id: 2 }];
    const headers = { "content-type": "application/x-ndjson" };
    for (const body of [items, createSource(...items).body]) {
      expect(await post("/mixed", { body, headers, validate: "strict" })).toMatchObject({ status: 204 });
      expect(server.heard.at(-1)?.body).toBe('{"id":1}\n{"id":2}\n');
    }
    expect(await caught(post("/mixed", { body: [wrong], headers, validate: "strict" }))).toMatchObject({
      issues: [{ path: "/0/id" }],
    });
    expect(await caught(post("/mixed", { body: {}, validate: "strict" }))).toMatchObject({
      issues: [{ path: "/all" }],
    });
  });
});

describe("an error of the caller's iterable", () => {
  it("is thrown unchanged, not reported as a lost connection", async () => {
    const own = new RangeError("the table is gone");
    expect(await caught(post("/lines", { body: createSource({ id: 1 }, own).body }))).toBe(own);
    const bytes = createSource(new Uint8Array([1]), own).body;
    expect(await caught(post("/mixed", { body: bytes, headers: { "content-type": "application/octet-stream" } }))).toBe(
      own,
    );
  });
});

describe("a body that no schema describes is not validated", () => {
  const form = new FormData();
  form.set("title", "a form that its caller made");
  const rows: readonly [name: string, path: string, init: object, sent: string][] = [
    ["a string of another type than JSON", "/either", { body: "a;b", headers: { "content-type": "text/csv" } }, "a;b"],
    ["bytes", "/mixed", { body: new Blob(["abc"]) }, "abc"],
    ["a function that returns bytes", "/mixed", { body: () => new Blob(["abc"]) }, "abc"],
    ["URLSearchParams", "/form", { body: new URLSearchParams({ nom: "a" }) }, "nom=a"],
    ["FormData", "/upload", { body: form }, "a form that its caller made"],
  ];

  it.each(rows)("%s", async (_, path, init, sent) => {
    expect(await post(path, { ...init, validate: "strict" })).toMatchObject({ status: 204 });
    expect(server.heard.at(-1)?.body).toContain(sent);
  });

  it("but a form given as an object is", async () => {
    expect(await caught(post("/form", { body: { nom: "a" }, validate: "strict" }))).toMatchObject({
      issues: [{ path: "/name" }],
    });
  });
});
