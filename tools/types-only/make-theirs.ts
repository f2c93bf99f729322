/** Runs openapi-typescript as its command does: with Redocly's minimal rules, which take flawed documents. */
import { createConfig } from "@redocly/openapi-core";
import openapiTS, { astToString } from "openapi-typescript";
import type { TypesOptions } from "../../scripts/codegen/types-only/options.ts";

/** @param source the document's address, or its text */
export async function makeTheirs(source: URL | string, options: TypesOptions = {}): Promise<string> {
  const redocly = await createConfig({}, { extends: ["minimal"] });
  return astToString(await openapiTS(source, { redocly, silent: true, ...options }));
}
