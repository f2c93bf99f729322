/** A program that signs in, refreshes, fails and prints what it got. Its arguments: the vendor's address. Its secret comes by standard input. */
import { text } from "node:stream/consumers";
import { connect } from "../../../src/index.ts";
import { createTestVendor } from "../../support/test-vendor.ts";

const secret = await text(process.stdin);
const client = connect(createTestVendor(), {
  credentials: { clientId: "client", clientSecret: secret },
  server: { url: process.argv[2] ?? "" },
  retries: false,
  onEvent: console.log,
  onHttp: console.log,
});
const { status } = await client.GET("/things", { params: { query: { search: secret } } });
await client.auth.refresh();
console.log(status, client, client.auth.status());
console.error(await client.auth.refresh().catch((error: unknown) => error));
await client.close();
