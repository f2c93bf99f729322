import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeHeyApi } from "./peers/make-hey-api.ts";

const folder = fileURLToPath(new URL("../../tools/bench/peers", import.meta.url));

/** Installs the other clients in their own folder, so that building and testing this project does not need them. */
export async function installPeers(): Promise<void> {
  if (existsSync(`${folder}node_modules`)) return;
  process.stderr.write("installing the peers, once …\n");
  const child = spawn("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: "inherit",
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error("bench: the peers could not be installed; --own measures without them");
  await makeHeyApi(`${folder}node_modules/hey-api-client.mjs`);
}
