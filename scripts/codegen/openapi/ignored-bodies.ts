/**
 * Request bodies of GET, HEAD and DELETE. OpenAPI 3.0 says that they "SHALL be ignored" (§4.7.10.1); 3.1 and later allow them, and Swagger
 * 2.0 has no such rule.
 */
import { type JsonObject, toText } from "../util/json.ts";
import { listOperations } from "./operations.ts";

const bodiless = new Set(["GET", "HEAD", "DELETE"]);

export const ignoresBody = (version: unknown, method: string): boolean =>
  /^3\.0(?:\.\d+)?$/u.test(toText(version) ?? "") && bodiless.has(method.toUpperCase());

/** Changes the document in place. */
export function dropIgnoredBodies(document: JsonObject): void {
  for (const { method, operation } of listOperations(document)) {
    if (ignoresBody(document.openapi, method)) delete operation.requestBody;
  }
}
