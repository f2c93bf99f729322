/** What became of a write that has no usable response. */
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { BatchError, type Client, connect, createMemoryStore, TransportError } from "../../src/index.ts";
import type { Bulk, Vendor } from "../../src/vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { startTlsVendor } from "../support/tls-vendor.ts";
import { createTestVendor, type TestTypes, testCredentials } from "../support/test-vendor.ts";
import { createBarrier, layGround, passing, rejection, until } from "./support/fault-harness.ts";

const ground = layGround();
const open = { "POST /things": { security: [] } } as const;
const post = (client: Client<TestTypes>, init: object = {}) => rejection(client.POST("/things", { body: {}, ...init }));

/** A server of raw sockets; its address, for as long as `use` runs. */
async function withSockets<T>(onSocket: (socket: Socket) => void, use: (address: string) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use(`127.0.0.1:${port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("a connection that died", () => {
  it.each<readonly [string, (socket: Socket) => void]>([
    ["was reset", (socket) => socket.once("data", () => socket.resetAndDestroy())],
    ["was closed", (socket) => socket.once("data", () => socket.end())],
    ["broke off within the head of the response", (socket) => socket.once("data", () => socket.end("HTTP/1.1 20"))],
  ])("L13 a write whose connection %s after the request was sent may have been processed", async (_, onSocket) => {
    await withSockets(onSocket, async (address) => {
      const { client } = ground.connect({ server: { url: `http://${address}` }, operations: open });
      const error = await post(client);
      expect(error).toBeInstanceOf(TransportError);
      expect(error).toMatchObject({ reason: "network", outcome: "transient", delivery: "unknown", attempts: 1 });
      expect(String(error)).toMatch(
        /: POST \/things got no response in 1 attempt \(\d+ ms\): the connection to http:\/\/127\S+ was lost \(\w+\); it may have been processed$/u,
      );
      expect(String(error)).not.toContain("could not be reached");
    });
  });

  it("L13 a write to a port that nobody listens on was not sent, and is tried again like any other call", async () => {
    const address = await withSockets(
      () => {},
      async (free) => free,
    );
    const { client, clock, events } = ground.connect({ server: { url: `http://${address}` }, operations: open });
    const error = await passing([clock], post(client));
    expect(error).toMatchObject({ reason: "network", code: "ECONNREFUSED", delivery: "not_processed", attempts: 4 });
    expect(String(error)).toMatch(
      /: POST \/things was not sent in 4 attempts \(\d+ m?s\): http:\/\/127\S+ could not be reached \(ECONNREFUSED\)$/u,
    );
    expect(events.filter(({ type }) => type === "retry")).toHaveLength(3);
  });

  it.each([
    ["whose name does not resolve", "https://api.acme.invalid", "ENOTFOUND"],
    ["whose port Fetch blocks", "http://127.0.0.1:9", undefined],
  ])("L13 a write to a host %s was not sent", async (_, url, code) => {
    const { client } = ground.connect({ server: { url }, operations: open, retries: false });
    expect(await post(client)).toMatchObject({ delivery: "not_processed", code, attempts: 1 });
  });

  it.each(["self-signed", "expired", "wrong-host"] as const)(
    "L13 a write to a server whose certificate is refused (%s) was not sent",
    async (fault) => {
      const server = await startTlsVendor(fault);
      try {
        const { client } = ground.connect({ server: { url: server.url }, operations: open, retries: false });
        expect(await post(client)).toMatchObject({ delivery: "not_processed", code: server.code });
        expect(server.requests).toBe(0);
      } finally {
        await server.close();
      }
    },
  );

  it("L13 a write whose TLS handshake ends was not sent", async () => {
    await withSockets(
      (socket) => socket.once("data", () => socket.end()),
      async (address) => {
        const { client } = ground.connect({
          server: { url: `https://${address}` },
          operations: open,
          retries: false,
        });
        expect(await post(client)).toMatchObject({ delivery: "not_processed", code: "ECONNRESET" });
      },
    );
  });

  it("L13 a write whose later attempt was not sent may have been processed by the first", async () => {
    const { client, clock } = ground.connect({ operations: open });
    let calls = 0;
    const fetch = async (request: Request) => {
      calls += 1;
      const cause =
        calls === 1 ? { code: "ECONNRESET", syscall: "read" } : { code: "ECONNREFUSED", syscall: "connect" };
      await request.arrayBuffer();
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("lost"), cause) });
    };
    const error = await passing([clock], post(client, { fetch, idempotencyKey: "order-7" }));
    expect(calls).toBe(4);
    expect(error).toMatchObject({ code: "ECONNREFUSED", delivery: "unknown", attempts: 4 });
    expect(String(error)).toMatch(/; it may have been processed$/u);
  });

  it.each([
    [500, "unknown"],
    [503, "unknown"],
    [408, "unknown"],
    [400, "not_processed"],
    [409, "not_processed"],
  ])("L13 a refusal with %i says whether the write may have been processed", async (status, delivery) => {
    ground.fake.onApi = () => ({ status });
    const { client } = ground.connect({ operations: open, retries: false });
    const { toVendorError } = await import("../../src/index.ts");
    expect(toVendorError(await client.POST("/things", { body: {} }))).toMatchObject({ status, delivery });
  });

  it("L13 a read says that it got no response, and nothing of having been processed", async () => {
    ground.fake.onApi = () => "drop";
    const { client } = ground.connect({ operations: { "GET /things": { security: [] } }, retries: false });
    const error = await rejection(client.GET("/things"));
    expect(String(error)).toMatch(
      /: GET \/things got no response in 1 attempt \(\d+ ms\): the connection .+ was lost/u,
    );
    expect(String(error)).not.toContain("processed");
  });
});

describe("a 303 See Other", () => {
  const seeOther = (location = "/jobs/7") => ({ status: 303, headers: { location } });
  const sent = () => ground.fake.apiRequests.map(({ method, path }) => `${method} ${path}`);

  it("L14 after a POST leads to its result, which is fetched by GET without the body and with the token", async () => {
    ground.fake.onApi = ({ method }) => (method === "POST" ? seeOther() : undefined);
    const { client } = ground.connect();
    expect(await client.POST("/things", { body: { a: 1 } })).toMatchObject({
      status: 200,
      data: { ok: true, echo: "" },
    });
    expect(sent()).toEqual(["POST /things", "GET /jobs/7"]);
    expect(ground.fake.apiRequests[1]?.headers).toMatchObject({ authorization: "Bearer access-1-CANARY" });
    expect(ground.fake.apiRequests[1]?.headers["content-type"]).toBeUndefined();
  });

  it("L14 is not sent again when the result's token is refused or its server is busy: only the GET is", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    let gets = 0;
    ground.fake.onApi = ({ method }) => {
      if (method === "POST") return seeOther();
      gets += 1;
      if (gets === 1) ground.fake.revoke();
      return gets === 2 ? { status: 503 } : undefined;
    };
    const { status } = await passing([clock], client.POST("/things", { body: {} }));
    expect(status).toBe(200);
    expect(sent().slice(1)).toEqual(["POST /things", "GET /jobs/7", "GET /jobs/7", "GET /jobs/7"]);
  });

  it.each<readonly [string, "drop" | { status: number }, RegExp]>([
    ["is refused", { status: 404 }, /its result, to which a 303 led, was refused \(404\); it was processed$/u],
    ["cannot be fetched", "drop", /the connection \S+ \S+ was lost \(\w+\); it was processed$/u],
  ])("L14 whose result %s is an error that says that the write was processed", async (_, reply, message) => {
    ground.fake.onApi = ({ method }) => (method === "POST" ? seeOther() : reply);
    const { client, clock } = ground.connect();
    const error = await passing([clock], post(client));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ delivery: "processed" });
    expect(String(error)).toMatch(message);
    expect(sent().filter((one) => one.startsWith("POST"))).toHaveLength(1);
  });

  it("L14 to another origin is not followed, and the write was processed", async () => {
    ground.fake.onApi = () => seeOther("https://elsewhere.invalid/jobs/7");
    const error = await post(ground.connect().client);
    expect(error).toMatchObject({ reason: "redirect", delivery: "processed" });
    expect(String(error)).toContain("; it was processed");
  });

  it.each([
    [301, "unknown"],
    [302, "unknown"],
    [307, "not_processed"],
    [308, "not_processed"],
  ])("L14 a %i, which is not followed for a write, leaves it %s", async (status, delivery) => {
    ground.fake.onApi = () => ({ status, headers: { location: "/elsewhere" } });
    expect(await post(ground.connect().client)).toMatchObject({ reason: "redirect", delivery });
    expect(ground.fake.apiRequests).toHaveLength(1);
  });
});

describe("time that runs out", () => {
  it("L15 while a write waits for a token: it was not sent", async () => {
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    const { client, clock } = ground.connect();
    const call = post(client, { timeoutInMs: 100 });
    await until(() => barrier.size === 1);
    clock.advance(100);
    const error = await call;
    expect(error).toMatchObject({
      reason: "timed_out",
      outcome: "timed_out",
      delivery: "not_processed",
      elapsedInMs: 100,
    });
    expect(String(error)).toMatch(
      /: POST \/things was not sent in 1 attempt \(100 ms\): there was no token within 100 ms \(timeoutInMs\)$/u,
    );
    barrier.release();
  });

  it("L15 while a write waits for another worker's lease: it was not sent", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    const holder = ground.connect({ clock, store });
    const holding = holder.client.GET("/things");
    await until(() => barrier.size === 1);
    const { client } = ground.connect({ clock, store });
    const call = post(client, { deadlineInMs: 200 });
    await until(() => clock.timers > 2);
    clock.advance(200);
    expect(await call).toMatchObject({ reason: "timed_out", delivery: "not_processed" });
    expect(String(await call)).toMatch(/was not sent in 1 attempt .+ its deadline, 200 ms \(deadlineInMs\)$/u);
    barrier.release();
    await holding;
  });

  it("L15 while a write waits for a slot of the rate limit: it was not sent", async () => {
    const { client, clock } = ground.connect({ rateLimit: [{ requests: 2, perSeconds: 60 }] });
    await client.POST("/things", { body: {} });
    const call = post(client, { deadlineInMs: 5_000 });
    await until(() => clock.timers > 0);
    clock.advance(5_000);
    expect(await call).toMatchObject({ reason: "timed_out", delivery: "not_processed" });
    expect(String(await call)).toContain("POST /things was not sent");
    expect(ground.fake.apiRequests).toHaveLength(1);
  });

  it("L15 after a write was sent: it may have been processed, and a read says only how long it took", async () => {
    ground.fake.onApi = () => "hang";
    const { client, clock } = ground.connect({ retries: false });
    const write = post(client, { timeoutInMs: 2_000 });
    await until(() => ground.fake.apiRequests.length === 1);
    clock.advance(2_000);
    expect(await write).toMatchObject({ reason: "timed_out", delivery: "unknown" });
    expect(String(await write)).toMatch(
      /POST \/things got no response in 1 attempt \(2 s\): it took longer than 2 s \(timeoutInMs\); it may have been processed$/u,
    );
    const read = rejection(client.GET("/things", { timeoutInMs: 2_000.5 }));
    await until(() => ground.fake.apiRequests.length === 2);
    clock.advance(2_001);
    expect(String(await read)).toMatch(
      /GET \/things got no response in 1 attempt \(2 s\): it took longer than 2 s \(timeoutInMs\)$/u,
    );
  });

  it("L15 after a refused token, when no other can be obtained: it was not processed", async () => {
    const { client } = ground.connect({ retries: false });
    await client.POST("/things", { body: {} });
    ground.fake.revoke();
    ground.fake.onToken = () => ({ status: 401, body: { error: "invalid_client" } });
    const error = await post(client);
    expect(error).toMatchObject({ name: "AuthError", delivery: "not_processed", kind: "invalid_credentials" });
    expect(String(error)).toMatch(/: POST \/things was not processed in 1 attempt \(\d+ ms\): sign-in was refused/u);
  });
});

describe("the rows of a batch", () => {
  interface BulkTypes extends Omit<TestTypes, "batches"> {
    batches: { "POST /things": { row: { ref: string }; rest: Record<never, never>; result: unknown } };
  }
  const results: Bulk = { rows: "/rows", results: { rows: "$response.body#/list", success: "/ok" } };

  function run(bulk: Bulk = results, more: object = {}, warm = false) {
    const { "~types": _, ...acme } = createTestVendor();
    const idempotency = { by: "natural-key" as const };
    const vendor: Vendor<BulkTypes> = { ...acme, operations: { "POST /things": { bulk, idempotency } } };
    const clock = createManualClock();
    const client = connect(vendor, {
      credentials: testCredentials,
      server: { url: ground.fake.url },
      clock,
      store: createMemoryStore({ clock }),
      ...more,
    });
    ground.watch(client, clock);
    const rows = [{ ref: "a" }, { ref: "b" }];
    const outcomes = async () => {
      const all = [];
      // A token that was accepted is replaced at once when it is refused.
      if (warm) await client.GET("/things");
      for await (const outcome of client.batch("POST", "/things", { rows })) all.push(outcome);
      return all;
    };
    return passing([clock], outcomes());
  }

  it("L14 are done where a 303 leads to their results", async () => {
    ground.fake.onApi = ({ method }) =>
      method === "POST"
        ? { status: 303, headers: { location: "/jobs/7" } }
        : { body: { list: [{ ok: true }, { ok: true }] } };
    expect((await run()).map(({ ok }) => ok)).toEqual([true, true]);
  });

  it.each<readonly [string, object]>([
    ["is refused", { status: 404, body: { error: "gone" } }],
    ["has no list of results", { body: {} }],
  ])("L14 may have been written where the result to which a 303 leads %s", async (_, reply) => {
    ground.fake.onApi = ({ method }) =>
      method === "POST" ? { status: 303, headers: { location: "/jobs/7" } } : { ...reply };
    const error = await rejection(run());
    expect(error).toBeInstanceOf(BatchError);
    expect(error).toMatchObject({ unknown: [0, 1], undone: [], failed: 0 });
  });

  it.each([{}, { location: "https://elsewhere.invalid/jobs/7" }])(
    "L14 may have been written where a 303 is not followed: %j",
    async (headers) => {
      ground.fake.onApi = () => ({ status: 303, headers: { ...headers } });
      expect(await rejection(run())).toMatchObject({ unknown: [0, 1], undone: [], failed: 0 });
    },
  );

  it("L13 are undone only where their request was certainly not processed", async () => {
    let posts = 0;
    ground.fake.onApi = ({ method }) => {
      if (method === "GET") return undefined;
      posts += 1;
      if (posts > 1) return { status: 401, body: { error: "invalid_token" } };
      ground.fake.onToken = () => ({ status: 401, body: { error: "invalid_client" } });
      return "drop";
    };
    // The first attempt may have written them; the second is refused, and no new token can be obtained.
    expect(await rejection(run(results, {}, true))).toMatchObject({
      unknown: [0, 1],
      undone: [],
      cause: { name: "AuthError" },
    });
    ground.fake.onToken = undefined;
    ground.fake.onApi = ({ method }) => {
      if (method === "GET") return undefined;
      ground.fake.onToken = () => ({ status: 401, body: { error: "invalid_client" } });
      return { status: 401, body: { error: "invalid_token" } };
    };
    expect(await rejection(run(results, {}, true))).toMatchObject({
      unknown: [],
      undone: [0, 1],
      cause: { name: "AuthError" },
    });
  });

  it("L13 may have been written where a result that is too long was not read", async () => {
    ground.fake.onApi = () => ({ body: { list: [{ ok: true, text: "x".repeat(2_000) }, { ok: true }] } });
    const error = await rejection(run(results, { maxBodyInBytes: 1_000 }));
    expect(error).toMatchObject({ unknown: [0, 1], undone: [], cause: { reason: "too_large", delivery: "processed" } });
  });
});
