/** types.ts, by openapi-typescript. */
import openapiTS, { astToString } from "openapi-typescript";
import { copyJson, type JsonObject } from "./json.ts";

export async function emitTypes(document: JsonObject): Promise<string> {
  // A copy: openapi-typescript writes its discriminators into what it is given. As text: it takes that for any version.
  const text = JSON.stringify(copyJson(document));
  // With `defaultNonNullable` a request's field that has a default would be required of callers.
  const nodes = await openapiTS(text, { defaultNonNullable: false, silent: true });
  return astToString(nodes);
}
