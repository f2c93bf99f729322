/** Finds GitHub's OpenAPI document, whose package is installed on first use. */
import { join } from "node:path";
import { installTool } from "./install-tool.ts";

/** @returns an absolute path */
export const githubDocument = async (): Promise<string> =>
  join(await installTool("octokit-openapi"), "@octokit", "openapi", "generated", "api.github.com.json");
