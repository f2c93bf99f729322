// A store's back end, and a customer's requests beside it. Credentials: ELASTIC_PATH_USEAST_CLIENT_ID and _CLIENT_SECRET.
import { type ClientOf, connect, unwrap } from "latchkey";
import { elasticPath } from "latchkey/vendors/elastic-path";

type Customer = { email: string; password: string };

export async function run(
  api: ClientOf<typeof elasticPath>,
  say: (line: string) => void,
  customer?: Customer,
): Promise<void> {
  let count = 0;
  for await (const _product of api.paginate("GET", "/pcm/products")) count += 1;
  say(`${count} products in the catalogue manager`);

  const sku = `STOOL-${Date.now()}`;
  const attributes = {
    name: "Pine stool",
    sku,
    slug: sku.toLowerCase(),
    status: "draft",
    commodity_type: "physical",
  } as const;
  const { data: product } = await unwrap(
    api.POST("/pcm/products", { body: { data: { type: "product", attributes } } }),
  );
  say(`product ${product.attributes.sku} is ${product.attributes.status}`);
  await unwrap(api.DELETE("/pcm/products/{productID}", { params: { path: { productID: product.id } } }));

  if (!customer) return;
  // A second client: this one stays the store's, another customer's request may be using it.
  const shopper = await api.as(customer);
  const orders = await unwrap(shopper.GET("/v2/orders"));
  say(`${customer.email} sees ${orders.data.length} orders`);
  await shopper.close();
}

if (process.argv[1] === import.meta.filename) {
  const api = connect(elasticPath, { server: "useast" });
  await run(api, console.log);
  await api.close();
}
