/** types.ts, by openapi-typescript. */
import openapiTS, { astToString } from "openapi-typescript";
import { cutCircles } from "./cut-circles.ts";
import { copyJson, type JsonObject } from "./json.ts";
import { DocumentError } from "./problem.ts";

/** Rejects with a `DocumentError` where openapi-typescript fails on what our checks let pass. */
export async function emitTypes(document: JsonObject, file: string): Promise<string> {
  const own = copyJson(document);
  cutCircles(own);
  try {
    // With `defaultNonNullable` a request's field that has a default would be required of callers.
    return astToString(await openapiTS(JSON.stringify(own), { defaultNonNullable: false, silent: true }));
  } catch (error) {
    const message = `openapi-typescript can make no types of it (${error instanceof Error ? error.message : String(error)})`;
    const mend = "check it with an OpenAPI linter; if it is valid, report it";
    throw new DocumentError([{ file, line: 1, column: 1, pointer: "", message, mend }]);
  }
}
