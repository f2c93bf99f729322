/** What comes back narrows by `status`, destructured or not, whatever the document says of a status. Checked, never run. */
import type { apiera } from "../../generated/apiera/index.ts";
import type { elasticPath } from "../../generated/elastic-path/index.ts";
import type { popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import type { components, paths, propeller } from "../../generated/propeller/index.ts";
import type { Rest } from "../../src/client/call-types.ts";
import type { CallsOf } from "../../src/client/client.ts";
import {
  asFetchClient,
  type CallInit,
  type ClientOf,
  type Refusal,
  type Success,
  type Undocumented,
  unwrap,
  type VendorError,
} from "../../src/index.ts";
import { type Equal, expectType } from "./expect-type.ts";

declare const shop: ClientOf<typeof propeller>;
declare const store: ClientOf<typeof elasticPath>;
declare const cards: ClientOf<typeof popupGiftCards>;
declare const pim: ClientOf<typeof apiera>;
type Schemas = components["schemas"];

interface Made {
  id: string;
}
interface Problem {
  detail: string;
}
interface Missing {
  missing: string;
}
type Answer =
  | Success<200 | 201, Made>
  | Success<204, undefined>
  | Refusal<404, Missing>
  | Refusal<409, VendorError>
  | Refusal<Rest<404 | 409>, Problem>;
declare const GET: CallsOf<{ "/made": { GET(init?: CallInit): Promise<Answer> } }, "GET", "/made", true>;

export async function destructured() {
  const { data, error, status } = await GET("/made");
  if (status === 404) {
    expectType<Equal<typeof error, Missing>>(true);
    expectType<Equal<typeof data, undefined>>(true);
  }
  if (status === 409) expectType<Equal<typeof error, VendorError>>(true);
  if (status === 503) expectType<Equal<typeof error, Problem>>(true);
  if (status === 201) expectType<Equal<typeof data, Made>>(true);
  if (status === 204) expectType<Equal<typeof data, undefined>>(true);
  // @ts-expect-error no such status: it is a finite set
  if (status === 700) return;
}

export async function whole() {
  const result = await GET("/made");
  if (result.status === 404) expectType<Equal<typeof result.error, Missing>>(true);
  if (result.status === 200) expectType<Equal<typeof result.data, Made>>(true);
  switch (result.status) {
    case 200:
    case 201:
      return result.data.id;
    case 204:
      return expectType<undefined>(result.data);
    case 404:
      return result.error.missing;
    case 409:
      // A refusal without a body: the mapped error stands in for it.
      return result.error.kind;
    default:
      return result.error.detail;
  }
}

export async function byError() {
  const { data, error } = await shop.GET("/v2/products");
  // Every refusal has an error, so that where there is none there is data.
  if (error) return expectType<Equal<typeof data, undefined>>(true);
  expectType<Equal<typeof data, Schemas["ProductList"]>>(true);
}

export async function vendors() {
  const { error, status } = await shop.GET("/v2/products");
  if (status === 429) expectType<Equal<typeof error, Schemas["GatewayError"]>>(true);
  if (status === 400) expectType<Equal<typeof error, Schemas["ResourceError"]>>(true);
  const deleted = await store.DELETE("/pcm/products/{productID}", { params: { path: { productID: "a" } } });
  expectType<undefined>(deleted.data);
  expectType<undefined>(await unwrap(Promise.resolve(deleted)));
}

export async function pathFirst() {
  const first = await shop.paths["/v2/products"].GET({ params: { query: { page: 1 } } });
  const second = await shop.GET("/v2/products", { params: { query: { page: 1 } } });
  expectType<Equal<typeof first, typeof second>>(true);
  // @ts-expect-error no such path
  shop.paths["/v2/product"];
  // @ts-expect-error no such method of the path
  shop.paths["/v2/products"].DELETE;
  // @ts-expect-error its parameters are required
  shop.paths["/v2/products/{lookupKey}/{value}"].GET();
  // @ts-expect-error a wrong type
  shop.paths["/v2/products"].GET({ params: { query: { page: "1" } } });
}

export async function undocumented() {
  type Bare = Success<200, Made> | Refusal<Rest, Undocumented>;
  const result: Bare = await Promise.resolve<Bare>(Object({}));
  if (result.error) return;
  expectType<Made>(result.data);
}

/** What was read can be sent back, though the vendor added a value to an enum since. */
export async function roundTrip() {
  const { data } = await pim.GET("/v1/products");
  for (const product of data?.items ?? []) {
    const type: string = product.type;
    await pim.POST("/v1/products", { body: { code: "A", type: product.type } });
    expectType<string>(type);
  }
  const { data: order } = await cards.GET("/api/v1/orders/{id}", { params: { path: { id: 1 } } });
  expectType<string | undefined>(order?.status);
}

/** `headers` narrows with the rest, and holds only what the document types. */
export async function headers() {
  const { headers: totals, status } = await cards.GET("/api/v1/wallets");
  if (status === 200) {
    expectType<Equal<(typeof totals)["X-Total-Count"], number | undefined>>(true);
    expectType<Equal<(typeof totals)["X-Has-More"], boolean | undefined>>(true);
    // @ts-expect-error a refusal's
    totals["Retry-After"];
  }
  const result = await cards.GET("/api/v1/wallets");
  if (result.error) expectType<number | undefined>(result.headers["Retry-After"]);
  else expectType<number | undefined>(result.headers["X-Total-Pages"]);
  const bare = await store.GET("/pcm/products");
  // @ts-expect-error the document types none
  bare.headers["X-Total-Count"];
}

export async function fetchClient() {
  const client = asFetchClient(shop);
  expectType<import("openapi-fetch").Client<paths>>(client);
  const { data, error } = await client.GET("/v2/products", { params: { query: { page: 1 } } });
  expectType<Equal<typeof data, undefined>>(false);
  expectType<string | undefined>(data?.data[0]?.sku);
  // @ts-expect-error no such member
  data?.items;
  if (error && "ErrorCode" in error) expectType<string>(error.ErrorCode);
  // @ts-expect-error a number
  await client.GET("/v2/products", { params: { query: { page: "one" } } });
  // @ts-expect-error no such path
  await client.GET("/v2/product");
  // @ts-expect-error a body is required
  await asFetchClient(cards).POST("/api/v1/orders");
}

/** Only openapi-fetch's types can say what `data` is then. */
export async function parsedAs() {
  // @ts-expect-error not here
  await shop.GET("/v2/products", { parseAs: "blob" });
  const { data } = await asFetchClient(shop).GET("/v2/products", { parseAs: "blob" });
  expectType<Blob | undefined>(data);
}
