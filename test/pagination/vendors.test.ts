import { describe, expect, it } from "vitest";
import { apiera } from "../../generated/apiera/index.ts";
import { elasticPath } from "../../generated/elastic-path/index.ts";
import { popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import { propeller } from "../../generated/propeller/index.ts";
import { connect } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { openBench } from "../support/sandbox-harness.ts";

type TypesOf<V> = V extends Vendor<infer T> ? T : never;

const collect = async (
  pages: AsyncIterable<{ readonly items: readonly unknown[]; readonly cursor: string | undefined }>,
) => {
  const seen: unknown[] = [];
  const cursors: (string | undefined)[] = [];
  for await (const { items, cursor } of pages) {
    seen.push(...items);
    cursors.push(cursor);
  }
  return { seen, cursors };
};

describe("every list of the built-in vendors", () => {
  it("of propeller is walked to its end and resumed, in a query as in the body of a search", async () => {
    await using bench = await openBench(propeller, { rateLimits: false });
    const client = bench.connect();
    const init = { params: { query: { offset: 50 } } };
    const { seen, cursors } = await collect(client.paginate("GET", "/v2/products", init).pages());
    expect(seen).toHaveLength(137);
    const from = cursors[0];
    expect((await collect(client.paginate("GET", "/v2/products", { ...init, from }).pages())).seen).toEqual(
      seen.slice(50),
    );
    const orders = await collect(client.paginate("POST", "/v2/orders/search", { body: { offset: 60 } }).pages());
    expect(orders.cursors).toHaveLength(Math.ceil(orders.seen.length / 60));
    const rest = client.paginate("POST", "/v2/orders/search", { body: { offset: 60 }, from: orders.cursors[0] });
    expect((await collect(rest.pages())).seen).toEqual(orders.seen.slice(60));
  });

  it("of popup-gift-cards is walked by the totals in its headers", async () => {
    await using bench = await openBench(popupGiftCards, { rateLimits: false });
    const client = bench.connect();
    const { seen, cursors } = await collect(
      client.paginate("GET", "/api/v1/wallets", { params: { query: { limit: 25 } } }).pages(),
    );
    expect([seen.length, cursors.length]).toEqual([60, 3]);
  });

  it("of apiera is walked by its total", async () => {
    await using bench = await openBench(apiera, { rateLimits: false });
    const client = bench.connect();
    const { seen, cursors } = await collect(
      client.paginate("GET", "/v1/skus", { params: { query: { size: 100 } } }).pages(),
    );
    expect([seen.length, cursors.length]).toEqual([137, 2]);
  });

  it.each([[], "announcedLinks"])(
    "of elastic-path is walked by its total, whatever its links say: %s",
    async (variant) => {
      await using bench = await openBench(elasticPath, { rateLimits: false, variant });
      const client = bench.connect();
      const { seen, cursors } = await collect(client.paginate("GET", "/pcm/products").pages());
      expect([new Set(seen.map((one) => Object(one).id)).size, cursors.length]).toEqual([137, 6]);
    },
  );

  it("of elastic-path beyond its highest offset is walked by id, filtered as the caller wants", async () => {
    // The document's 10,000 is more than a sandbox holds.
    const operation = elasticPath.operations["GET /pcm/products"];
    const pagination = { ...operation?.pagination, maxPosition: 50 };
    const short = {
      ...elasticPath,
      operations: { ...elasticPath.operations, "GET /pcm/products": { ...operation, pagination } },
    };
    await using bench = await openBench(elasticPath, { rateLimits: false });
    const client = bench.connect();
    const all = await collect(client.paginate("GET", "/pcm/products").pages());
    const limited = connect<TypesOf<typeof elasticPath>>(Object(short), {
      credentials: Object({ ...bench.sandbox.credentials }),
      server: bench.sandbox.server,
      clock: bench.clock,
      rateLimit: false,
    });
    const { seen } = await collect(limited.paginate("GET", "/pcm/products").pages());
    const ids = (list: unknown[]) => list.map((one) => String(Object(one).id));
    expect(ids(seen)).toEqual(ids(all.seen).sort());
    const query = { filter: "like(name,*1*)" };
    const filtered = await collect(limited.paginate("GET", "/pcm/products", { params: { query } }).pages());
    const plain = await collect(client.paginate("GET", "/pcm/products", { params: { query } }).pages());
    expect(filtered.seen.length).toBeGreaterThan(0);
    expect(ids(filtered.seen).sort()).toEqual(ids(plain.seen).sort());
  });
});
