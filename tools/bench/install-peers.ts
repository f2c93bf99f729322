import { existsSync } from "node:fs";
import { join } from "node:path";
import { installTool } from "../lib/install-tool.ts";
import { makeHeyApi } from "./peers/make-hey-api.ts";

/** Installs the other clients in their own folder, so that building and testing this project does not need them. */
export async function installPeers(): Promise<void> {
  const heyApi = join(await installTool("bench/peers"), "hey-api-client.mjs");
  if (!existsSync(heyApi)) await makeHeyApi(heyApi);
}
