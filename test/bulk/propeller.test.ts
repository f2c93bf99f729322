import { describe, expect, it } from "vitest";
import { propeller } from "../../generated/propeller/index.ts";
import { AuthError, BatchError, ConfigurationError, type LatchkeyEvent, VendorError } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { openBench } from "../support/sandbox-harness.ts";

const path = "/v2/products/bulk/sourceId";
const open = () => openBench(propeller, { rateLimits: false });

const rowOf = (index: number, sku = `SKU-${index}`) => ({
  source: "ERP",
  sourceId: `R-${index}`,
  language: "NL",
  sku,
  names: [{ language: "NL", value: `Row ${index}` }],
});
const rowsOf = (count: number) => Array.from({ length: count }, (_, index) => rowOf(index));

async function listOf<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}

/** What was delivered before it failed, and with what. */
async function untilError<T>(all: AsyncIterable<T>): Promise<{ readonly list: T[]; readonly error: unknown }> {
  const list: T[] = [];
  const error = await caught(
    (async () => {
      for await (const one of all) list.push(one);
    })(),
  );
  return { list, error };
}

const progressOf = (events: readonly LatchkeyEvent[]) =>
  events.flatMap((event) => (event.type === "progress" ? [[event.done, event.failed, event.total]] : []));

describe("a batch", () => {
  it("is cut to the vendor's most, and gives each row's result in order", async () => {
    await using bench = await open();
    const client = bench.connect({ fetch: bench.fetch });
    const outcomes = await listOf(client.batch("POST", path, { rows: rowsOf(4500) }));
    const sizes = bench.wire.filter((sent) => sent.path === path).map(({ body }) => JSON.parse(body).products.length);
    expect(sizes).toEqual([2000, 2000, 500]);
    expect(outcomes.map(({ index }) => index)).toEqual(Array.from({ length: 4500 }, (_, index) => index));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(outcomes[0]).toMatchObject({ row: rowOf(0), result: { action: "create", key: "R-0", success: true } });
    expect(progressOf(bench.events)).toEqual([
      [2000, 0, 4500],
      [4000, 0, 4500],
      [4500, 0, 4500],
    ]);
  });

  it("sends what else the body holds with every request", async () => {
    await using bench = await open();
    const client = bench.connect({ fetch: bench.fetch });
    const body = { directives: { skipCreate: ["names"] } };
    await listOf(client.batch("POST", path, { rows: rowsOf(3), size: 2, body }));
    const sent = bench.wire.filter((one) => one.path === path).map((one) => JSON.parse(one.body));
    expect(sent.map(({ directives, products }) => [directives, products.length])).toEqual([
      [body.directives, 2],
      [body.directives, 1],
    ]);
  });

  it("says of a row that failed why, and writes the others", async () => {
    await using bench = await open();
    const rows = [rowOf(0), rowOf(1, "FAIL-1"), rowOf(2)];
    const outcomes = await listOf(bench.connect().batch("POST", path, { rows }));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(outcomes[1]).toEqual({
      index: 1,
      row: rows[1],
      ok: false,
      error: { kind: "validation_failed", code: undefined, message: "The SKU is refused", fields: [] },
    });
    expect(progressOf(bench.events)).toEqual([[3, 1, 3]]);
  });

  it("told to, sends only the rows that failed again, so many times, and says what became of them last", async () => {
    await using bench = await open();
    const client = bench.connect({ fetch: bench.fetch });
    const rows = [rowOf(0), rowOf(1, "FAIL-1"), rowOf(2), rowOf(3, "FAIL-3")];
    const outcomes = await bench.passing(listOf(client.batch("POST", path, { rows, attempts: 3 })));
    const sent = bench.wire.filter((one) => one.path === path).map(({ body }) => JSON.parse(body).products.length);
    expect(sent).toEqual([4, 2, 2]);
    expect(outcomes.map(({ index, ok }) => [index, ok])).toEqual([
      [0, true],
      [1, false],
      [2, true],
      [3, false],
    ]);
  });

  it("reads its rows as it goes, from wherever they come, and only as far as the consumer wants", async () => {
    await using bench = await open();
    const client = bench.connect();
    let made = 0;
    async function* source() {
      for (;;) yield rowOf(made++);
    }
    let seen = 0;
    for await (const { index } of client.batch("POST", path, { rows: source(), size: 10 })) {
      expect(index).toBe(seen);
      seen += 1;
      if (seen === 25) break;
    }
    expect(made).toBe(30);
    expect(bench.apiRequests()).toBe(3);
    expect(progressOf(bench.events).at(-1)).toEqual([30, 0, undefined]);
  });

  it("keeps so many requests under way and no more, and the rows' order all the same", async () => {
    await using bench = await open();
    let underWay = 0;
    let most = 0;
    const client = bench.connect({
      async fetch(request) {
        underWay += 1;
        most = Math.max(most, underWay);
        try {
          return await bench.fetch(request);
        } finally {
          underWay -= 1;
        }
      },
    });
    const outcomes = await listOf(client.batch("POST", path, { rows: rowsOf(100), size: 10, concurrency: 4 }));
    expect(most).toBe(4);
    expect(outcomes.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it("that got no answer is sent again whole, since its rows carry their natural key", async () => {
    await using bench = await open();
    const client = bench.connect({ fetch: bench.fetch });
    bench.sandbox.set({ faults: [{ operation: "bulkUpsertProducts", connection: "drop-after" }] });
    const outcomes = await bench.passing(listOf(client.batch("POST", path, { rows: rowsOf(5) })));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(bench.wire.filter((sent) => sent.path === path)).toHaveLength(2);
  });

  it("refused as a whole fails its own rows only", async () => {
    await using bench = await open();
    bench.sandbox.set({ faults: [{ operation: "bulkUpsertProducts", as: "invalid-request", after: 1 }] });
    const outcomes = await listOf(bench.connect().batch("POST", path, { rows: rowsOf(6), size: 2 }));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false, false, true, true]);
    expect(outcomes[2]).toMatchObject({ error: { kind: "validation_failed", code: "10007" } });
  });

  it("stops at once where credentials are refused, and says what was done and what was not", async () => {
    await using bench = await open();
    const client = bench.connect();
    // The key is withdrawn in the middle: no new token can be obtained.
    const run = client.batch("POST", path, { rows: rowsOf(100), size: 10 });
    bench.sandbox.set({
      faults: [
        { operation: "bulkUpsertProducts", as: "token-refused", after: 2 },
        { phase: "obtain", as: "credentials-refused", after: 1, times: 9 },
      ],
    });
    const { list, error } = await untilError(run);
    expect(list).toHaveLength(20);
    expect(error).toBeInstanceOf(BatchError);
    expect(error).toMatchObject({
      vendor: "propeller",
      operation: `POST ${path}`,
      outcome: "configuration",
      succeeded: 20,
      failed: 0,
      undone: Array.from({ length: 10 }, (_, index) => 20 + index),
      unknown: [],
      nextIndex: 30,
      total: 100,
      cause: { kind: "invalid_credentials" },
    });
    expect(Object(error).cause).toBeInstanceOf(AuthError);
    expect(String(error)).toMatch(
      /POST \S+ stopped: 20 of 100 rows were written; sign-in was refused \(401 invalid_client/u,
    );
    expect(bench.sandbox.requests.filter(({ operation }) => operation === "bulkUpsertProducts")).toHaveLength(3);
  });

  it("stops at once where the permission is lost, with all that was delivered delivered", async () => {
    await using bench = await open();
    const client = bench.connect();
    bench.sandbox.set({ faults: [{ operation: "bulkUpsertProducts", as: "permission-missing", after: 1, times: 9 }] });
    const { list, error } = await untilError(
      client.batch("POST", path, { rows: rowsOf(100), size: 10, concurrency: 3 }),
    );
    expect(list).toHaveLength(10);
    const { nextIndex, undone } = Object(error);
    expect(error).toMatchObject({ succeeded: 10, unknown: [] });
    // Of three at once any may be the one that went through, and a fourth is on its way where that was told before another was refused.
    expect([30, 40]).toContain(nextIndex);
    const written = new Set(list.map(({ index }) => index));
    expect(undone).toEqual(Array.from({ length: nextIndex }, (_, index) => index).filter((one) => !written.has(one)));
    expect(Object(error).cause).toBeInstanceOf(VendorError);
    expect(Object(error).cause).toMatchObject({ kind: "permission_denied" });
  });

  it("tells rows that got no answer from rows that were not written", async () => {
    await using bench = await open();
    const client = bench.connect({ fetch: bench.fetch, retries: false });
    bench.sandbox.set({ faults: [{ operation: "bulkUpsertProducts", connection: "drop-after", after: 1 }] });
    const { list, error } = await untilError(client.batch("POST", path, { rows: rowsOf(30), size: 10 }));
    expect(list).toHaveLength(10);
    expect(error).toMatchObject({ outcome: "transient", succeeded: 10, undone: [], nextIndex: 20 });
    expect(Object(error).unknown).toEqual(Array.from({ length: 10 }, (_, index) => 10 + index));
    expect(JSON.stringify(error)).toContain('"reason":"network"');
  });

  it("ends with the caller's reason when it is aborted", async () => {
    await using bench = await open();
    const controller = new AbortController();
    const run = bench.connect().batch("POST", path, { rows: rowsOf(100), size: 10, signal: controller.signal });
    const seen: number[] = [];
    const error = await caught(
      (async () => {
        for await (const { index } of run) {
          seen.push(index);
          if (index === 9) controller.abort(new Error("enough"));
        }
      })(),
    );
    expect(String(error)).toContain("enough");
    expect(seen).toHaveLength(10);
    expect(bench.apiRequests()).toBe(1);
  });

  it("without rows sends nothing", async () => {
    await using bench = await open();
    expect(await listOf(bench.connect().batch("POST", path, { rows: [] }))).toEqual([]);
    expect(bench.sandbox.requests).toEqual([]);
  });

  it.each([{ size: 0 }, { size: 2001 }, { concurrency: 1.5 }, { attempts: -1 }])(
    "refuses counts that make no sense before anything is sent: %j",
    async (counts) => {
      await using bench = await open();
      const error = await caught(listOf(bench.connect().batch("POST", path, { rows: rowsOf(1), ...counts })));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain(Object.keys(counts)[0]);
      expect(bench.sandbox.requests).toEqual([]);
    },
  );
});
