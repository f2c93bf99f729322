/** What lists and bulk writes take and give back, by the documents of real vendors. Checked, never run. */
import type { components as Apiera, apiera } from "../../generated/apiera/index.ts";
import type { connectivity } from "../../generated/connectivity/index.ts";
import type { components as ElasticPath, elasticPath } from "../../generated/elastic-path/index.ts";
import type { components as PopupGiftCards, popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import type { components as Propeller, propeller } from "../../generated/propeller/index.ts";
import type { ClientOf, Page, RowError } from "../../src/index.ts";
import { type Equal, expectType } from "./expect-type.ts";

declare const shop: ClientOf<typeof propeller>;
declare const cards: ClientOf<typeof popupGiftCards>;
declare const store: ClientOf<typeof elasticPath>;
declare const pim: ClientOf<typeof apiera>;
declare const nothing: ClientOf<typeof connectivity>;

export async function items() {
  for await (const item of shop.paginate("GET", "/v2/products"))
    expectType<Equal<typeof item, Propeller["schemas"]["Product"]>>(true);
  for await (const item of shop.paginate("POST", "/v2/orders/search", { body: { statuses: ["NEW"] } }))
    expectType<Equal<typeof item, Propeller["schemas"]["Order"]>>(true);
  for await (const item of cards.paginate("GET", "/api/v1/products"))
    expectType<Equal<typeof item, PopupGiftCards["schemas"]["Product"]>>(true);
  for await (const item of store.paginate("GET", "/pcm/products"))
    expectType<Equal<typeof item, ElasticPath["schemas"]["Product"]>>(true);
  for await (const item of pim.paginate("GET", "/v1/skus"))
    expectType<Equal<typeof item, Apiera["schemas"]["Sku"]>>(true);
}

export async function pages() {
  const walk = shop.paginate("GET", "/v2/products", { from: "a cursor", prefetch: false, timeoutInMs: 1000 });
  for await (const page of walk.pages()) {
    expectType<Equal<(typeof page)["total"], number | undefined>>(true);
    expectType<Equal<(typeof page)["cursor"], string | undefined>>(true);
    page satisfies Page<unknown>;
    // @ts-expect-error read only
    page.items.push({});
  }
}

export function misuse() {
  // @ts-expect-error no list
  shop.paginate("GET", "/v2/products/{lookupKey}/{value}");
  // @ts-expect-error the list is a GET
  shop.paginate("POST", "/v2/products");
  // @ts-expect-error no such parameter
  shop.paginate("GET", "/v2/products", { params: { query: { limit: 1 } } });
  // @ts-expect-error a search has a body
  shop.paginate("POST", "/v2/orders/search");
  // @ts-expect-error nothing of this vendor is a list
  nothing.paginate("GET", "/v1/ping");
  // @ts-expect-error no bulk write
  shop.batch("POST", "/v2/products", { rows: [] });
  // @ts-expect-error rows are required
  shop.batch("POST", "/v2/products/bulk/sourceId", {});
  // @ts-expect-error a row without its key
  shop.batch("POST", "/v2/products/bulk/sourceId", { rows: [{ source: "ERP" }] });
  // @ts-expect-error the rows are not in the body
  pim.batch("POST", "/v1/products/bulk", { rows: [], body: [] });
}

export async function rows() {
  const row = { source: "ERP", sourceId: "1", language: "NL" };
  for await (const outcome of shop.batch("POST", "/v2/products/bulk/sourceId", {
    rows: [row],
    body: { directives: { skipCreate: ["names"] } },
    concurrency: 2,
  })) {
    if (outcome.ok) expectType<Equal<typeof outcome.result, Propeller["schemas"]["BulkRowDone"]>>(true);
    else expectType<Equal<typeof outcome.error, RowError>>(true);
    outcome.row.sourceId satisfies string;
    // @ts-expect-error only a row that was written has a result
    outcome.result;
  }
  for await (const outcome of pim.batch("POST", "/v1/products/bulk", { rows: [{ type: "simple", code: "A" }] })) {
    if (outcome.ok) expectType<Equal<typeof outcome.result, Apiera["schemas"]["Product"]>>(true);
  }
}
