import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConnectOptions, LatchkeyEvent } from "../../src/index.ts";
import type { Operation } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, type Handler, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo, type TestTypes } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

const writing: Readonly<Record<string, Operation>> = {
  "POST /things": {
    idempotency: {
      by: "natural-key",
      fields: ["/reference"],
      lookup: { method: "GET", path: "/things", query: { reference: "/reference" } },
    },
  },
};

/** Connects with a clock that ends each wait as soon as it begins. */
function open(options: Partial<ConnectOptions<TestTypes>> = {}) {
  const events: LatchkeyEvent[] = [];
  const bench = connectTo(fake, {
    operations: writing,
    onEvent(event) {
      events.push(event);
      if (event.type === "retry") setImmediate(() => bench.clock.advance(event.waitInMs));
    },
    ...options,
  });
  return { ...bench, events };
}

/** Truncates the response body of a write. Look-ups get the given responses in turn, and the last one from then on. */
const truncateWrites = (status: number, ...lookups: readonly (Reply | "drop")[]): Handler => {
  let count = 0;
  return ({ method }, _, response) => {
    if (method === "GET") return lookups[Math.min(count++, lookups.length - 1)];
    response.writeHead(status, { "content-type": "application/json", "content-length": "100" });
    response.write('{"reference":', () => response.destroy());
    return "hang";
  };
};

const body = { reference: "SO-1" };
const made = { body: [{ reference: "SO-1", number: 7 }] };
const none = { body: [] };
const sent = () => fake.apiRequests.map(({ method, path }) => `${method} ${path}`);
const lookup = "GET /things?reference=SO-1";
const ask = "ask GET /things by reference before you send it again";
const doubt = `it may have been processed: ${ask}`;
/** A 2xx that breaks off was processed. */
const certainty = `it was processed: ${ask}`;

describe("a write whose response is truncated", () => {
  it.each([201, 500])(
    "is looked up and not sent again, and what it created is the result (truncated with status %i)",
    async (status) => {
      const { client, clock } = open();
      fake.onApi = truncateWrites(status, made);
      const result = await client.POST("/things", { body });
      expect(result).toMatchObject({ status: 200, data: { reference: "SO-1", number: 7 } });
      expect(sent()).toEqual(["POST /things", lookup]);
      expect(clock.timers).toBe(0);
    },
  );

  it("is looked up again if it is not found at once, as often as attempts are allowed", async () => {
    const { client, events } = open();
    fake.onApi = truncateWrites(201, none, { status: 404 }, made);
    expect(await client.POST("/things", { body })).toMatchObject({ status: 200, data: { number: 7 } });
    expect(sent()).toEqual(["POST /things", lookup, lookup, lookup]);
    expect(events.filter(({ type }) => type === "retry")).toHaveLength(3);
  });

  it("fails with a TransportError that says how to look it up, if it is never found", async () => {
    const { client, clock } = open();
    fake.onApi = truncateWrites(201, none);
    expect(await caught(client.POST("/things", { body }))).toMatchObject({
      name: "TransportError",
      reason: "network",
      code: "UND_ERR_SOCKET",
      delivery: "processed",
      message: expect.stringMatching(
        new RegExp(
          `^acme: POST /things failed in 1 attempt \\([\\d.]+ m?s\\): its response broke off \\(UND_ERR_SOCKET\\); ${certainty}$`,
          "u",
        ),
      ),
    });
    expect(sent()).toEqual(["POST /things", lookup, lookup, lookup]);
    expect(clock.timers).toBe(0);
  });

  it.each<[string, Reply | "drop", string]>([
    ["is refused", { status: 403, body: { error: "access_denied" } }, "was refused (403)"],
    ["gets no response", "drop", "got no response either"],
  ])("fails with a TransportError and is not sent again, if its look-up %s", async (_, answer, result) => {
    const { client } = open();
    fake.onApi = truncateWrites(201, answer);
    const error = await caught(client.POST("/things", { body }));
    expect(error).toMatchObject({ name: "TransportError", reason: "network" });
    expect(String(error)).toContain(`its look-up ${result}; ${certainty}`);
    expect(sent().filter((one) => one === "POST /things")).toHaveLength(1);
  });

  it.each([
    ["is found", made, undefined],
    ["is never found", none, `its response did not end within 2 s (timeoutInMs); ${certainty}`],
  ] as const)("is looked up as well if the body does not end in time, and %s", async (_, answer, message) => {
    const { client, clock } = open();
    fake.onApi = ({ method }, _count, response) => {
      if (method === "GET") return answer;
      response.writeHead(201, { "content-type": "application/json" }).write('{"reference":');
      return "hang";
    };
    let answers = 0;
    const counting = async (request: Request) => {
      const response = await fetch(request);
      answers += 1;
      return response;
    };
    const call = client.POST("/things", { body, timeoutInMs: 2_000, fetch: counting });
    const ended = caught(call.then((result) => Promise.reject(result)));
    await expect.poll(() => answers).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2_000);
    expect(await ended).toMatchObject(
      message === undefined
        ? { status: 200 }
        : { message: expect.stringContaining(message), reason: "timed_out", delivery: "processed" },
    );
    expect(sent().filter((one) => one === "POST /things")).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  it("is not looked up without retries, and the error says what to do", async () => {
    const { client } = open({ retries: false });
    fake.onApi = truncateWrites(201, made);
    expect(String(await caught(client.POST("/things", { body })))).toContain(
      `broke off (UND_ERR_SOCKET); ${certainty}`,
    );
    expect(sent()).toEqual(["POST /things"]);
  });

  it("is sent once, and its error is uncertain, if its body has no value to look it up by", async () => {
    const { client } = open();
    fake.onApi = truncateWrites(201, made);
    expect(String(await caught(client.POST("/things", { body: {} })))).toMatch(
      /broke off \(UND_ERR_SOCKET\); it was processed$/u,
    );
    expect(sent()).toEqual(["POST /things"]);
  });

  it("ends its look-up when the caller aborts", async () => {
    const { client } = open();
    const controller = new AbortController();
    const reason = new Error("enough");
    const handleWrite = truncateWrites(201, made);
    fake.onApi = (received, count, response) => {
      if (received.method !== "GET") return handleWrite(received, count, response);
      controller.abort(reason);
      return "hang";
    };
    expect(await caught(client.POST("/things", { body, signal: controller.signal }))).toBe(reason);
  });
});

it("a write without any response, whose look-up is refused, is not sent again, and its error is uncertain", async () => {
  const { client } = open();
  fake.onApi = ({ method }) => (method === "GET" ? { status: 403, body: { error: "access_denied" } } : "drop");
  const error = await caught(client.POST("/things", { body }));
  expect(error).toMatchObject({ name: "TransportError", reason: "network" });
  expect(String(error)).toContain(`its look-up was refused (403); ${doubt}`);
  expect(sent()).toEqual(["POST /things", lookup]);
});
