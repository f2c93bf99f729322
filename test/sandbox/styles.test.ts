/** The sandbox takes a parameter in the document's style alone; it shares no code with the client, whose requests it takes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox } from "../../scripts/sandbox/start-sandbox.ts";
import { connect } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";

const document = join(import.meta.dirname, "documents/styles.yaml");
let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let vendor: Vendor;
beforeAll(async () => {
  sandbox = await startSandbox({ document });
  vendor = Object(evaluate(textOf(await generateText(readFileSync(document, "utf8")), "vendor.ts")).acme);
});
afterAll(() => sandbox.close());

const statusOf = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${sandbox.server.url}${path}`, { headers })).status;

describe("a request of the client", () => {
  it.each<readonly [string, object]>([
    [
      "/query",
      { query: { repeated: ["a,b", "c"], joined: ["a,b", "c d"], spaces: [1, 2], pipes: [3, 4], deep: { from: 5 } } },
    ],
    ["/query", { query: { color: { R: 1, G: 2 }, flat: { R: 3 }, one: "a,b", json: { a: [1] } } }],
    ["/query", { query: { repeated: ["a"], joined: [] } }],
    ["/path/{simple}/{label}/{matrix}", { path: { simple: [1, 2], label: [3, 4], matrix: [5, 6] } }],
    ["/header", { header: { "X-List": [1, 2] }, cookie: { visit: 7 } }],
  ])("%s %j is taken", async (path, params) => {
    const client = connect(vendor, { server: { url: sandbox.server.url }, credentials: {} });
    const { status } = await Reflect.apply(Reflect.get(client, "GET"), client, [path, { params, retries: false }]);
    expect(status).toBe(204);
  });
});

describe("another style is a 400", () => {
  it.each([
    "/query?joined=a&joined=b",
    "/query?repeated=a,b",
    "/query?spaces=1&spaces=2",
    "/query?spaces=1,2",
    "/query?pipes=1,2",
    "/query?deep=from,5",
    "/query?deep%5Bto%5D=5",
    "/query?color=R,1,G,2",
    "/query?color%5BR%5D=1",
    "/query?flat=R",
    "/query?one=a&one=b",
    "/query?one%5B0%5D=a",
    "/query?json=a%3D1",
    "/query?json=%7B%7D",
    "/path/1/.3.4/5,6",
    "/path/1/3,4/;matrix=5,6",
    "/path/1/.3.4/;other=5",
    "/path/1;2/.3.4/;matrix=5",
  ])("%s", async (path) => expect(await statusOf(path)).toBe(400));

  it.each([{}, { "x-list": "1,2" }, { "x-list": "1;2", cookie: "visit=1" }, { cookie: "visit=1" }])(
    "headers %j",
    async (headers) => {
      expect(await statusOf("/header", { ...headers })).toBe(400);
    },
  );
});
