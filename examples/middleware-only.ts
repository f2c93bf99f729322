// Authentication alone, for an openapi-fetch client that you have already.
import createClient from "openapi-fetch";
import { authMiddleware } from "latchkey";
import { apiera, type paths } from "latchkey/vendors/apiera";
import { startVendorSandbox } from "latchkey-cli/sandbox";

const sandbox = await startVendorSandbox(apiera);
const { server, credentials } = sandbox;

const client = createClient<paths>({ baseUrl: server.url });
const middleware = authMiddleware(apiera, { server, credentials });
client.use(middleware); // after your other middleware, so that none of it sees the token

const { response } = await client.GET("/v1/skus");
console.log(`the first call signs in: ${response.status}`);

sandbox.revokeAccessTokens();
const { response: replayed } = await client.GET("/v1/skus");
console.log(`a revoked token is replaced, and the call repeated: ${replayed.status}`);

await middleware.close();
await sandbox.close();
