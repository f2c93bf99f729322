import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BatchError, type Client, connect, createMemoryStore, type RowOutcome, SchemaError } from "../../src/index.ts";
import type { Bulk, Vendor } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestVendor, type TestTypes, testCredentials } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

interface Row {
  readonly ref: string;
}
interface BulkTypes extends Omit<TestTypes, "batches"> {
  batches: { "POST /things": { row: Row; rest: { readonly mode?: string }; result: unknown } };
}

function open(bulk: Bulk): Client<BulkTypes> {
  const { "~types": _, ...acme } = createTestVendor();
  const vendor: Vendor<BulkTypes> = {
    ...acme,
    operations: { "POST /things": { bulk } },
    errors: {
      envelopes: [{ code: "/code", message: "/text", fields: { in: "/problems", path: "/at", message: "/what" } }],
      table: [{ code: "TAKEN", kind: "duplicate" }],
    },
  };
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  return connect(vendor, { credentials: testCredentials, server: { url: fake.url }, clock, store });
}

const rows: Row[] = ["a", "b", "c"].map((ref) => ({ ref }));
const answer = (reply: (sent: Row[]) => Reply) => {
  fake.onApi = ({ body }) => reply(JSON.parse(body).rows ?? JSON.parse(body));
};

async function run(bulk: Bulk): Promise<RowOutcome<Row, unknown>[]> {
  const outcomes: RowOutcome<Row, unknown>[] = [];
  for await (const outcome of open(bulk).batch("POST", "/things", { rows })) outcomes.push(outcome);
  return outcomes;
}

describe("a row's result", () => {
  const results = { rows: "$response.body#/list", success: "/ok" };

  it("is found by the key that they share, in whatever order results come", async () => {
    answer((sent) => ({ body: { list: sent.toReversed().map(({ ref }) => ({ id: ref, ok: ref !== "b" })) } }));
    const outcomes = await run({ rows: "/rows", results: { ...results, match: { row: "/ref", result: "/id" } } });
    expect(outcomes.map(({ row, ok }) => [row.ref, ok])).toEqual([
      ["a", true],
      ["b", false],
      ["c", true],
    ]);
  });

  it("is found by its place where no key tells all of them apart", async () => {
    answer((sent) => ({ body: { list: sent.map(({ ref }) => ({ id: "same", ok: ref !== "b" })) } }));
    const outcomes = await run({ rows: "/rows", results: { ...results, match: { row: "/ref", result: "/id" } } });
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
  });

  it("says what is wrong in the shape of all vendors: kind, code, message, fields", async () => {
    const wrong = {
      ok: false,
      text: "ref is taken\u0000",
      code: "TAKEN",
      problems: [{ at: "/ref", what: "taken", id: 7 }],
    };
    answer((sent) => ({ body: { list: sent.map(() => wrong) } }));
    const fields = { in: "/problems", path: "/at", message: "/what", code: "/id" };
    const [first] = await run({ rows: "/rows", results: { ...results, error: "/text", code: "/code", fields } });
    expect(first).toEqual({
      index: 0,
      row: { ref: "a" },
      ok: false,
      error: {
        kind: "duplicate",
        code: "TAKEN",
        message: "ref is taken\\u0000",
        fields: [{ path: "/ref", message: "taken", code: "7" }],
      },
    });
  });

  it("that is missing makes no success", async () => {
    answer(() => ({ body: { list: [{ ok: true }] } }));
    const outcomes = await run({ rows: "/rows", results });
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(outcomes[1]).toMatchObject({
      error: { kind: "unexpected", message: "the response has no result for this row" },
    });
  });

  it("a response without a list of results stops the run: nobody knows what was written", async () => {
    answer(() => ({ body: { done: true } }));
    const error = await caught(run({ rows: "/rows", results }));
    expect(error).toBeInstanceOf(BatchError);
    expect(error).toMatchObject({ unknown: [0, 1, 2], undone: [], outcome: "unreadable" });
    expect(Object(error).cause).toBeInstanceOf(SchemaError);
  });

  it("comes with each row where all go through or none", async () => {
    answer((sent) => ({ status: 201, body: sent.map((row) => ({ ...row, id: row.ref.charCodeAt(0) })) }));
    const outcomes = await run({ rows: "", results: { rows: "$response.body" } });
    expect(outcomes[2]).toEqual({ index: 2, row: { ref: "c" }, ok: true, result: { ref: "c", id: 99 } });
  });

  it("is none where the document names none", async () => {
    answer(() => ({ status: 204 }));
    expect(await run({ rows: "/rows" })).toEqual(
      rows.map((row, index) => ({ index, row, ok: true, result: undefined })),
    );
  });
});

describe("a refusal of all rows", () => {
  it.each(["/rows/1/ref", "rows[1].ref", "$.rows[1].ref", "#/rows/1/ref", "rows.1.ref", "1.ref", "[1]['ref']"])(
    "gives each row the problems that are its own: %s",
    async (at) => {
      answer(() => ({ status: 422, body: { code: "BAD", text: "no", problems: [{ at, what: "too short" }] } }));
      const outcomes = await run({ rows: "/rows" });
      expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, false]);
      expect(outcomes.map((one) => (one.ok ? [] : one.error.fields))).toEqual([
        [],
        [{ path: "/ref", message: "too short", code: undefined }],
        [],
      ]);
      expect(outcomes[0]).toMatchObject({ error: { kind: "validation_failed", code: "BAD" } });
    },
  );

  it("of a write that is not safe to repeat is not repeated, and its rows may have been written", async () => {
    fake.onApi = () => "drop";
    const error = await caught(run({ rows: "/rows" }));
    expect(error).toMatchObject({ unknown: [0, 1, 2], succeeded: 0, cause: { reason: "network" } });
    expect(fake.apiRequests).toHaveLength(1);
  });

  it.each([500, 501, 408])("with %i stops the run: nobody knows what was written", async (status) => {
    fake.onApi = () => ({ status });
    const error = await caught(run({ rows: "/rows" }));
    expect(error).toBeInstanceOf(BatchError);
    expect(error).toMatchObject({ unknown: [0, 1, 2], undone: [], failed: 0, cause: { status } });
    expect(fake.apiRequests).toHaveLength(1);
  });

  it("before it was sent, by its own schema, leaves its rows certainly undone", async () => {
    const issues = [{ path: ["rows", 1, "ref"], message: "must be shorter" }];
    const request = () => ({ safeParse: () => ({ success: false as const, error: { issues } }) });
    const batch = open({ rows: "/rows" }).batch("POST", "/things", { rows, validate: { request, responses: {} } });
    const error = await caught(batch.next());
    expect(error).toMatchObject({ unknown: [], undone: [0, 1, 2], cause: { issues: [{ path: "/rows/1/ref" }] } });
    expect(Object(error).cause).toBeInstanceOf(SchemaError);
    expect(fake.apiRequests).toHaveLength(0);
  });
});
