// Two workers share one token through a SQLite file. Each opens the file on its own, as a process of its own would.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, unwrap } from "latchkey";
import { createSqliteStore } from "latchkey/store/sqlite";
import { popupGiftCards } from "latchkey/vendors/popup-gift-cards";
import { startVendorSandbox } from "latchkey-cli/sandbox";

const folder = await mkdtemp(join(tmpdir(), "latchkey-example-"));
const path = join(folder, "tokens.db");
const sandbox = await startVendorSandbox(popupGiftCards);
const { server, credentials } = sandbox;

for (const worker of ["first", "second"]) {
  const store = createSqliteStore({ path });
  const api = connect(popupGiftCards, { server, credentials, store });
  const categories = await unwrap(api.GET("/api/v1/categories"));
  console.log(`the ${worker} worker reads ${categories.length > 0 ? "the categories" : "nothing"}`);
  await api.close();
  store.close();
}

const signIns = sandbox.requests.filter(({ phase }) => phase === "obtain").length;
console.log(`sign-ins: ${signIns}`);
await sandbox.close();
await rm(folder, { recursive: true });
