// Acts as customers beside the store's own client. Each is a client with a session of its own; the store's client stays as it is.
import { connect, unwrap } from "latchkey";
import { elasticPath } from "latchkey/vendors/elastic-path";
import { startVendorSandbox } from "latchkey-cli/sandbox";

const sandbox = await startVendorSandbox(elasticPath);
const { server, credentials, accounts } = sandbox;
const store = connect(elasticPath, { server, credentials });

for (const customer of [accounts.customer, accounts.otherCustomer]) {
  const shopper = await store.as({ email: "", password: "", ...customer });
  const orders = await unwrap(shopper.GET("/v2/orders"));
  console.log(`${customer?.email} sees orders: ${orders.data.length > 0}`);
  await shopper.close();
}

const { status } = await store.GET("/pcm/products");
console.log(`the store's own client: ${status}`);
await store.close();
await sandbox.close();
