/** The other client whose requests ours are compared with. It is installed on first use. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installTool } from "../lib/install-tool.ts";

export interface OtherRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export type BuildRequest = (options: object) => OtherRequest;

/** @throws where it is not installed and cannot be */
export async function loadSwaggerClient(): Promise<BuildRequest> {
  const packages = await installTool("wire");
  const file = join(packages, "swagger-client", "lib", "execute", "index.js");
  const module: { readonly buildRequest: BuildRequest } = await import(pathToFileURL(file).href);
  return module.buildRequest;
}
