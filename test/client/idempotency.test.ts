import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import { propeller } from "../../generated/propeller/index.ts";
import { type Sandbox, startVendorSandbox } from "../../scripts/sandbox/index.ts";
import { connect, createMemoryStore } from "../../src/index.ts";
import type { Fetch } from "../../src/http/http-sender.ts";
import type { Vendor, VendorTypes } from "../../src/vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";

let sandbox: Sandbox;
afterEach(() => sandbox.close());

/** Connects with a clock that ends each wait as soon as it begins. */
function open<T extends VendorTypes>(vendor: Vendor<T>, clock = createManualClock(), fetch?: Fetch) {
  return connect(vendor, {
    fetch,
    server: { url: sandbox.server.url },
    credentials: sandbox.credentials,
    clock,
    store: createMemoryStore({ clock }),
    onEvent(event) {
      if (event.type === "retry") setImmediate(() => clock.advance(event.waitInMs));
    },
  });
}

const writes = () => sandbox.requests.filter(({ method, phase }) => method === "POST" && phase === "resource").length;

describe("an order with a reference, whose response was lost", () => {
  beforeEach(async () => {
    sandbox = await startVendorSandbox("popup-gift-cards");
  });
  const body = { product_id: 3007, denomination: 25, quantity: 1, client_reference: "SO-1" };

  it("is looked up before it is sent again, and the created order is the result", async () => {
    const api = open(popupGiftCards);
    sandbox.set({ faults: [{ operation: "createOrder", connection: "drop-after" }] });
    const { data, status } = await api.POST("/api/v1/orders", { body });
    expect(status).toBe(200);
    expect(data?.client_reference).toBe("SO-1");
    expect(writes()).toBe(1);
    expect(sandbox.requests.some(({ operation }) => operation === "findOrders")).toBe(true);
  });

  it("is sent again if the look-up finds nothing", async () => {
    const api = open(popupGiftCards);
    sandbox.set({ faults: [{ operation: "createOrder", connection: "drop-before" }] });
    const { data, status } = await api.POST("/api/v1/orders", { body });
    expect(status).toBe(201);
    expect(data?.client_reference).toBe("SO-1");
  });

  it("is looked up and not sent again if the response was truncated", async () => {
    const api = open(popupGiftCards);
    const { data, status } = await api.POST("/api/v1/orders", {
      body,
      validate: "strict",
      async fetch(request) {
        if (request.method === "GET") return fetch(request);
        const { status, headers } = await fetch(request);
        const broken = new ReadableStream({ start: (stream) => stream.error(new TypeError("terminated")) });
        return new Response(broken, { status, headers });
      },
    });
    expect(status).toBe(200);
    expect(data?.client_reference).toBe("SO-1");
    expect(writes()).toBe(1);
  });

  it("is looked up with the call's own fetch", async () => {
    const api = open(popupGiftCards);
    const methods: string[] = [];
    const own: Fetch = async (request) => {
      methods.push(request.method);
      if (request.method === "POST") throw new TypeError("fetch failed");
      return Response.json([{ id: 1, client_reference: "SO-1" }]);
    };
    const { data } = await api.POST("/api/v1/orders", { body, fetch: own });
    expect(data?.client_reference).toBe("SO-1");
    expect(methods).toEqual(["POST", "GET"]);
  });

  it("is looked up within the deadline of the call", async () => {
    const clock = createManualClock();
    const methods: string[] = [];
    const api = open(popupGiftCards, clock, async (request) => {
      if (!request.url.includes("/orders")) return fetch(request);
      methods.push(request.method);
      if (request.method === "POST") throw new TypeError("fetch failed");
      // The vendor never responds; without a deadline the look-up's timeout would be a minute.
      setImmediate(() => clock.advance(5_000));
      return new Promise((_, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason));
      });
    });
    const call = api.POST("/api/v1/orders", { body, deadlineInMs: 5_000 });
    await expect(call).rejects.toMatchObject({ reason: "timed_out", message: expect.stringContaining("GET") });
    expect(methods).toEqual(["POST", "GET"]);
  });

  it("is not sent again without its reference", async () => {
    const api = open(popupGiftCards);
    sandbox.set({ faults: [{ operation: "createOrder", connection: "drop-after" }] });
    const { client_reference: _, ...anonymous } = body;
    await expect(api.POST("/api/v1/orders", { body: anonymous })).rejects.toMatchObject({ reason: "network" });
    expect(writes()).toBe(1);
  });
});

describe("an upsert by the source's own key", () => {
  it("is sent again after a lost connection, because it is idempotent", async () => {
    sandbox = await startVendorSandbox("propeller");
    const api = open(propeller);
    sandbox.set({ faults: [{ operation: "bulkUpsertProducts", connection: "drop-after" }] });
    const products = [{ source: "ERP", sourceId: "9", language: "NL", names: [{ language: "NL", value: "Boor" }] }];
    const { data } = await api.POST("/v2/products/bulk/sourceId", { body: { products } });
    expect(data?.data).toHaveLength(1);
    expect(writes()).toBe(2);
  });
});
