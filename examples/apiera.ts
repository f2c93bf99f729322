// Creates a product and publishes it. Credentials: APIERA_CLIENT_ID, APIERA_CLIENT_SECRET and APIERA_ORGANIZATION.
import { type ClientOf, connect, unwrap } from "latchkey";
import { apiera } from "latchkey/vendors/apiera";

export async function run(api: ClientOf<typeof apiera>, say: (line: string) => void): Promise<void> {
  const query = { "statuses[eq]": ["published" as const], size: 100 };
  let count = 0;
  for await (const _product of api.paginate("GET", "/v1/products", { params: { query } })) count += 1;
  say(`${count} products are published`);

  const created = await unwrap(api.POST("/v1/products", { body: { type: "simple", code: `STOOL-${Date.now()}` } }));
  const published = await unwrap(
    api.PATCH("/v1/products/{productUuid}/actions/lifecycle", {
      params: { path: { productUuid: created.uuid } },
      body: { transition: "publish" },
    }),
  );
  say(`product ${published.code} is ${published.status}`);
}

if (process.argv[1] === import.meta.filename) {
  const api = connect(apiera);
  await run(api, console.log);
  await api.close();
}
