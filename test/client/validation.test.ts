import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { propeller } from "../../generated/propeller/index.ts";
import { operations } from "../../generated/propeller/schemas.ts";
import type { Credentials } from "../../generated/propeller/vendor.ts";
import { startVendorSandbox, type VendorSandbox } from "../../scripts/sandbox/index.ts";
import { type ConnectOptions, connect, createMemoryStore, type LatchkeyEvent, SchemaError } from "../../src/index.ts";

let sandbox: VendorSandbox<Credentials>;
const events: LatchkeyEvent[] = [];
beforeEach(async () => {
  events.length = 0;
  sandbox = await startVendorSandbox(propeller, { switches: { checkResponses: false } });
});
afterEach(() => sandbox.close());

const open = (validate: ConnectOptions["validate"]) =>
  connect(propeller, {
    server: sandbox.server,
    credentials: sandbox.credentials,
    store: createMemoryStore(),
    onEvent: (event) => events.push(event),
    ...(validate === undefined ? {} : { validate }),
  });

const breakList = () =>
  sandbox.set({
    faults: [
      {
        operation: "listProducts",
        status: 200,
        body: { data: [{ id: "no number" }, { id: "CANARY" }], total: 2 },
        times: 3,
      },
    ],
  });

describe("validation", () => {
  it("is off by default, and the body is returned unchanged", async () => {
    breakList();
    expect((await open(undefined).GET("/v2/products")).data?.total).toBe(2);
  });

  it("strict throws a SchemaError with the path and the expected type, never the value", async () => {
    breakList();
    const error = await open("strict")
      .GET("/v2/products")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({ operation: "GET /v2/products", direction: "response", status: 200 });
    expect(error).toHaveProperty("issues", expect.arrayContaining([{ path: "/data/0/id", message: "must be number" }]));
    expect(JSON.stringify(error)).not.toContain("CANARY");
  });

  it("strict rejects a request before it is sent", async () => {
    const body: { sku: string; names: { language: string; value: string }[] } = JSON.parse('{"sku": 7, "names": []}');
    await expect(open("strict").POST("/v2/products", { body })).rejects.toMatchObject({
      direction: "request",
      outcome: "unreadable",
    });
    expect(sandbox.requests).toHaveLength(0);
  });

  it("warn returns the body, and reports each kind of mismatch once", async () => {
    breakList();
    const api = open("warn");
    expect((await api.GET("/v2/products")).status).toBe(200);
    await api.GET("/v2/products");
    const mismatches = events.filter((event) => event.type === "mismatch" && event.message === "must be number");
    expect(mismatches).toEqual([
      expect.objectContaining({ operation: "GET /v2/products", status: 200, path: "/data/0/id" }),
    ]);
  });

  it("can be switched on for one call, or given as the operation's own schemas", async () => {
    breakList();
    const api = open(undefined);
    await expect(api.GET("/v2/products", { validate: "strict" })).rejects.toBeInstanceOf(SchemaError);
    const validate = operations["GET /v2/products"];
    await expect(api.GET("/v2/products", { validate })).rejects.toBeInstanceOf(SchemaError);
  });

  it("includes error bodies", async () => {
    sandbox.set({ faults: [{ operation: "listProducts", status: 400, body: { error: { code: [] } } }] });
    await expect(open("strict").GET("/v2/products")).rejects.toMatchObject({ status: 400 });
  });
});
