import { expect, it } from "vitest";
import { apiera } from "../../../generated/apiera/index.ts";
import { elasticPath } from "../../../generated/elastic-path/index.ts";
import { popupGiftCards } from "../../../generated/popup-gift-cards/index.ts";
import { createMemoryStore } from "../../../src/index.ts";
import type { Vendor, VendorTypes } from "../../../src/vendor.ts";
import { openBench, type VendorBench } from "../../support/sandbox-harness.ts";

// Against sandboxes whose limits are the vendors' own, all on a clock that the tests drive.

/** Many calls of two clients with the same credentials, and how long they took by the clock. */
async function crowd<T extends VendorTypes>(
  vendor: Vendor<T>,
  count: number,
  call: (client: ReturnType<VendorBench<T>["connect"]>) => Promise<{ readonly status: number }>,
) {
  await using bench = await openBench(vendor);
  const store = createMemoryStore({ clock: bench.clock });
  const clients = [0, 1].map(() => bench.connect({ fetch: bench.fetch, store }));
  const startedAt = bench.clock.now();
  const calls = Array.from({ length: count }, (_, index) => clients.slice(index % 2)[0]).flatMap((client) =>
    client ? [call(client)] : [],
  );
  const results = await bench.passing(Promise.all(calls));
  return {
    statuses: [...new Set(results.map(({ status }) => status))],
    refused: bench.sandbox.requests.filter(({ status }) => status === 429).length,
    seconds: (bench.clock.now() - startedAt) / 1000,
  };
}

it("elastic-path's 25 requests a second are used, and never exceeded", async () => {
  const { statuses, refused, seconds } = await crowd(elasticPath, 200, (client) => client.GET("/pcm/products"));
  expect([statuses, refused]).toEqual([[200], 0]);
  expect(seconds).toBeGreaterThan(7);
  // A bench passes time in steps of 50 ms, some of them between two answers.
  expect(seconds).toBeLessThan(14);
});

it("apiera's 100 requests a minute, shared by the organization, are used and never exceeded", async () => {
  const { statuses, refused, seconds } = await crowd(apiera, 250, (client) => client.GET("/v1/skus"));
  expect([statuses, refused]).toEqual([[200], 0]);
  expect(seconds).toBeGreaterThan(120);
  expect(seconds).toBeLessThan(130);
});

it("popup-gift-cards' limits are those of the operation that is called", async () => {
  const { statuses, refused, seconds } = await crowd(popupGiftCards, 400, (client) => client.GET("/api/v1/categories"));
  expect([statuses, refused]).toEqual([[200], 0]);
  expect(seconds).toBeGreaterThan(60);
  expect(seconds).toBeLessThan(70);
});
