/** Loads hey-api, another generator, for the commands that compare with it. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installTool } from "./install-tool.ts";

export interface HeyApiOptions {
  readonly input: unknown;
  readonly output: { readonly path: string };
  readonly plugins: readonly string[];
  readonly logs: { readonly level: "silent"; readonly file: false };
}

/** Generates a client with hey-api, which is installed on first use. */
export async function createClient(options: HeyApiOptions): Promise<void> {
  const entry = join(await installTool("hey-api"), "@hey-api", "openapi-ts", "dist", "index.mjs");
  const { createClient: create } = await import(pathToFileURL(entry).href);
  await create(options);
}
