/** types.ts, by openapi-typescript. */
import openapiTS, { astToString } from "openapi-typescript";
import { cutCircles } from "./cut-circles.ts";
import { copyJson, type JsonObject } from "./json.ts";

export async function emitTypes(document: JsonObject): Promise<string> {
  const own = copyJson(document);
  cutCircles(own);
  // With `defaultNonNullable` a request's field that has a default would be required of callers.
  const nodes = await openapiTS(JSON.stringify(own), { defaultNonNullable: false, silent: true });
  return astToString(nodes);
}
