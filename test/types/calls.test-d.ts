/** What a call takes and gives back, by the documents of real vendors. Checked, never run. */
import type { apiera } from "../../generated/apiera/index.ts";
import type { elasticPath } from "../../generated/elastic-path/index.ts";
import type { popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import type { components, propeller } from "../../generated/propeller/index.ts";
import { type ClientOf, unwrap } from "../../src/index.ts";
import { type Equal, expectType } from "./expect-type.ts";

declare const shop: ClientOf<typeof propeller>;
declare const cards: ClientOf<typeof popupGiftCards>;
declare const store: ClientOf<typeof elasticPath>;
declare const pim: ClientOf<typeof apiera>;

export async function paths() {
  await shop.GET("/v2/products");
  // @ts-expect-error no such path
  await shop.GET("/v2/product");
  // @ts-expect-error the path has no DELETE
  await shop.DELETE("/v2/products");
  // @ts-expect-error another vendor's path
  await shop.GET("/pcm/products");
}

export async function parameters() {
  await shop.GET("/v2/products", { params: { query: { page: 1, offset: 10 } } });
  // @ts-expect-error a number
  await shop.GET("/v2/products", { params: { query: { page: "one" } } });
  // @ts-expect-error no such parameter
  await shop.GET("/v2/products", { params: { query: { pages: 1 } } });
  // @ts-expect-error path parameters are required
  await shop.GET("/v2/products/{lookupKey}/{value}");
  // @ts-expect-error one is missing
  await shop.GET("/v2/products/{lookupKey}/{value}", { params: { path: { lookupKey: "id" } } });
  await shop.GET("/v2/products/{lookupKey}/{value}", { params: { path: { lookupKey: "sku", value: "A" } } });
  await store.GET("/pcm/products", { params: { query: { "page[limit]": 10, "page[offset]": 20 } } });
  await pim.GET("/v1/products", { params: { query: { "codes[eq]": ["A"], "statuses[eq]": ["draft"] } } });
}

export async function bodies() {
  await cards.POST("/api/v1/orders", { body: { product_id: 1, denomination: 10, quantity: 1 } });
  // @ts-expect-error a body is required
  await cards.POST("/api/v1/orders");
  // @ts-expect-error denomination is missing
  await cards.POST("/api/v1/orders", { body: { product_id: 1, quantity: 1 } });
  // @ts-expect-error a number
  await cards.POST("/api/v1/orders", { body: { product_id: "1", denomination: 10, quantity: 1 } });
  // @ts-expect-error one of its literals
  await pim.POST("/v1/products", { body: { type: 7, code: "A" } });
  // No body is documented for a logout, and none is asked for.
  await cards.POST("/auth/logout");
}

export async function answers() {
  const { data, error, status, response } = await shop.GET("/v2/products");
  expectType<Response>(response);
  expectType<number>(status);
  if (data) {
    expectType<components["schemas"]["Product"][]>(data.data);
    expectType<number | undefined>(data.total);
    // @ts-expect-error no such member
    data.items;
  }
  if (error) {
    // Both documented envelopes.
    if ("ErrorCode" in error) expectType<string>(error.ErrorCode);
    else expectType<{ messages?: string[] } | undefined>(error.error);
  }
  const one = await unwrap(cards.GET("/api/v1/orders/{id}", { params: { path: { id: 1 } } }));
  expectType<number>(one.id);
  expectType<Equal<undefined extends typeof one ? true : false, false>>(true);
  const { data: wallets } = await cards.GET("/api/v1/wallets");
  expectType<readonly { id: number }[] | undefined>(wallets);
}

export async function lists() {
  for await (const product of shop.paginate("GET", "/v2/products"))
    expectType<components["schemas"]["Product"]>(product);
  for await (const order of shop.paginate("POST", "/v2/orders/search", { body: { offset: 5 } }))
    expectType<components["schemas"]["Order"]>(order);
  for await (const wallet of cards.paginate("GET", "/api/v1/wallets"))
    expectType<{ id: number; amount: number }>(wallet);
  for await (const item of pim.paginate("GET", "/v1/families")) expectType<string>(item.uuid);
  for await (const item of store.paginate("GET", "/pcm/products")) {
    expectType<string>(item.id);
    // @ts-expect-error items are typed, not any
    item.nothing;
  }
  for await (const page of shop.paginate("GET", "/v2/products").pages())
    expectType<readonly components["schemas"]["Product"][]>(page.items);
  // @ts-expect-error no such list
  shop.paginate("GET", "/v2/nothing");
  // @ts-expect-error a wrong parameter of a list
  shop.paginate("GET", "/v2/products", { params: { query: { limit: 10 } } });
}
