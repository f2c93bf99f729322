// An ERP sync: products out, new orders in. Credentials: PROPELLER_CLIENT_ID and PROPELLER_CLIENT_SECRET.
import { type ClientOf, connect, unwrap } from "latchkey";
import { propeller } from "latchkey/vendors/propeller";

export async function run(api: ClientOf<typeof propeller>, say: (line: string) => void): Promise<void> {
  let count = 0;
  for await (const product of api.paginate("GET", "/v2/products", { params: { query: { offset: 50 } } })) {
    if (product.status === "A") count += 1;
  }
  say(`${count} products are available`);

  const rows = ["0001", "0002"].map((sourceId) => ({
    source: "ERP",
    sourceId,
    language: "NL",
    sku: `ERP-${sourceId}`,
    names: [{ language: "NL", value: `Boor ${sourceId}` }],
  }));
  const { data } = await unwrap(api.POST("/v2/products/bulk/sourceId", { body: { products: rows } }));
  say(`${data.filter((row) => row.success).length} of ${rows.length} rows were taken`);

  for await (const order of api.paginate("POST", "/v2/orders/search", { body: { exportStatuses: [""] } })) {
    await unwrap(
      api.PATCH("/v2/orders/id/{id}", { params: { path: { id: order.id } }, body: { exportStatus: "exported" } }),
    );
    say(`order ${order.id} is exported`);
    break;
  }
}

if (process.argv[1] === import.meta.filename) {
  const api = connect(propeller);
  await run(api, console.log);
  await api.close();
}
