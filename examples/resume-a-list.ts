// Walks a list in two runs: the first keeps a page's cursor and stops, the second continues after that page.
import { connect } from "latchkey";
import { elasticPath } from "latchkey/vendors/elastic-path";
import { startVendorSandbox } from "latchkey-cli/sandbox";

const sandbox = await startVendorSandbox(elasticPath);
const { server, credentials } = sandbox;
await using api = connect(elasticPath, { server, credentials });
const init = { params: { query: { "page[limit]": 2 } } };

const seen: string[] = [];
let kept: string | undefined; // In a file or a database.
for await (const { items, cursor } of api.paginate("GET", "/pcm/products", init).pages()) {
  seen.push(...items.map(({ id }) => id));
  kept = cursor;
  break; // A crash, or a deployment.
}
console.log(`the first run read ${seen.length} products`);

// A later run, with the same parameters.
for await (const { id } of api.paginate("GET", "/pcm/products", { ...init, from: kept })) seen.push(id);
console.log(`the second run read the others, none twice: ${seen.length > 2 && new Set(seen).size === seen.length}`);
await sandbox.close();
