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

/** Waits take no time: each is over as soon as it begins. */
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

/** A write's answer is cut in its body; look-ups are answered one after the other, the last one's answer again and again. */
const cutting = (status: number, ...lookups: readonly (Reply | "drop")[]): Handler => {
  let asked = 0;
  return ({ method }, _, response) => {
    if (method === "GET") return lookups[Math.min(asked++, lookups.length - 1)];
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
const doubt = "it may have been processed: ask GET /things by reference before you send it again";

describe("a write whose answer is cut in the middle", () => {
  it.each([201, 500])(
    "is looked up and not sent again, and what was made is the answer: cut with %i",
    async (status) => {
      const { client, clock } = open();
      fake.onApi = cutting(status, made);
      const result = await client.POST("/things", { body });
      expect(result).toMatchObject({ status: 200, data: { reference: "SO-1", number: 7 } });
      expect(sent()).toEqual(["POST /things", lookup]);
      expect(clock.timers).toBe(0);
    },
  );

  it("is looked up again where it is not found at once, as often as there may be attempts", async () => {
    const { client, events } = open();
    fake.onApi = cutting(201, none, { status: 404 }, made);
    expect(await client.POST("/things", { body })).toMatchObject({ status: 200, data: { number: 7 } });
    expect(sent()).toEqual(["POST /things", lookup, lookup, lookup]);
    expect(events.filter(({ type }) => type === "retry")).toHaveLength(3);
  });

  it("and that is nowhere to be found is a TransportError that says so, and how to look it up", async () => {
    const { client, clock } = open();
    fake.onApi = cutting(201, none);
    expect(await caught(client.POST("/things", { body }))).toMatchObject({
      name: "TransportError",
      reason: "network",
      code: "UND_ERR_SOCKET",
      message: `acme: the response to POST /things broke off (UND_ERR_SOCKET); ${doubt}`,
    });
    expect(sent()).toEqual(["POST /things", lookup, lookup, lookup]);
    expect(clock.timers).toBe(0);
  });

  it.each<[string, Reply | "drop", string]>([
    ["is refused", { status: 403, body: { error: "access_denied" } }, "was refused (403)"],
    ["has no answer", "drop", "got none either"],
  ])("whose look-up %s is a TransportError that says so, and is not sent again", async (_, answer, said) => {
    const { client } = open();
    fake.onApi = cutting(201, answer);
    const error = await caught(client.POST("/things", { body }));
    expect(error).toMatchObject({ name: "TransportError", reason: "network" });
    expect(String(error)).toContain(`POST /things got no response, and its look-up ${said}; ${doubt}`);
    expect(sent().filter((one) => one === "POST /things")).toHaveLength(1);
  });

  it.each([
    ["is found", made, undefined],
    ["is nowhere to be found", none, `acme: the response to POST /things did not end in time; ${doubt}`],
  ] as const)("or does not end in time is looked up as well, and %s", async (_, answer, message) => {
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
    expect(await ended).toMatchObject(message === undefined ? { status: 200 } : { message, reason: "timed_out" });
    expect(sent().filter((one) => one === "POST /things")).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  it("is not looked up where nothing is repeated, and the error says what to do", async () => {
    const { client } = open({ retries: false });
    fake.onApi = cutting(201, made);
    expect(String(await caught(client.POST("/things", { body })))).toContain(`broke off (UND_ERR_SOCKET); ${doubt}`);
    expect(sent()).toEqual(["POST /things"]);
  });

  it("and that nothing can be looked up by is in doubt, and sent once", async () => {
    const { client } = open();
    fake.onApi = cutting(201, made);
    expect(String(await caught(client.POST("/things", { body: {} })))).toMatch(
      /broke off \(UND_ERR_SOCKET\); it may have been processed$/u,
    );
    expect(sent()).toEqual(["POST /things"]);
  });

  it("is looked up no longer than its caller waits", async () => {
    const { client } = open();
    const controller = new AbortController();
    const reason = new Error("enough");
    const cut = cutting(201, made);
    fake.onApi = (received, count, response) => {
      if (received.method !== "GET") return cut(received, count, response);
      controller.abort(reason);
      return "hang";
    };
    expect(await caught(client.POST("/things", { body, signal: controller.signal }))).toBe(reason);
  });
});

it("a write that got no answer at all, and whose look-up is refused, is in doubt and not sent again", async () => {
  const { client } = open();
  fake.onApi = ({ method }) => (method === "GET" ? { status: 403, body: { error: "access_denied" } } : "drop");
  const error = await caught(client.POST("/things", { body }));
  expect(error).toMatchObject({ name: "TransportError", reason: "network" });
  expect(String(error)).toContain(`its look-up was refused (403); ${doubt}`);
  expect(sent()).toEqual(["POST /things", lookup]);
});
