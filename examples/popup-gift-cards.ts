// Orders a gift card exactly once, whatever the network does. Credentials: POPUP_GIFT_CARDS_USERNAME and _PASSWORD; host: _HOST.
import { type ClientOf, connect, toVendorError, unwrap } from "latchkey";
import { popupGiftCards } from "latchkey/vendors/popup-gift-cards";

type Api = ClientOf<typeof popupGiftCards>;

export async function run(api: Api, say: (line: string) => void, reference = `order-${Date.now()}`): Promise<void> {
  const names: string[] = [];
  for await (const product of api.paginate("GET", "/api/v1/products", { params: { query: { limit: 50 } } })) {
    names.push(product.name);
  }
  say(`${names.length} gift cards, the first is ${names[0]}`);

  const [product] = await unwrap(api.GET("/api/v1/products", { params: { query: { limit: 1 } } }));
  const order = await orderOnce(api, {
    product_id: product?.id ?? 0,
    denomination: 25,
    quantity: 1,
    client_reference: reference,
  });
  say(`order ${order?.client_reference} is ${order?.status}`);
  const again = await orderOnce(api, {
    product_id: product?.id ?? 0,
    denomination: 25,
    quantity: 1,
    client_reference: reference,
  });
  say(`asked again, it is the same order: ${order?.id === again?.id}`);
}

/** The reference is the idempotency key: a repeated one is refused, and the order is looked up by it. */
async function orderOnce(
  api: Api,
  body: { product_id: number; denomination: number; quantity: number; client_reference: string },
) {
  const result = await api.POST("/api/v1/orders", { body });
  if (result.data) return result.data;
  if (toVendorError(result)?.kind !== "duplicate") throw toVendorError(result);
  const query = { client_reference: body.client_reference };
  const [known] = await unwrap(api.GET("/api/v1/orders", { params: { query } }));
  return known;
}

if (process.argv[1] === import.meta.filename) {
  const api = connect(popupGiftCards);
  await run(api, console.log);
  await api.close();
}
