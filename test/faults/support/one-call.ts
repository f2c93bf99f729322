/** A program that makes one call and closes nothing. Its arguments: the vendor's address. */
import { connect } from "../../../src/index.ts";
import { createTestVendor, testCredentials } from "../../support/test-vendor.ts";

const client = connect(createTestVendor(), {
  credentials: testCredentials,
  server: { url: process.argv[2] ?? "" },
});
const { status } = await client.GET("/things");
console.log(status);
