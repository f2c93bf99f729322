import { dereference } from "./dereference.ts";
import { isObject, type JsonObject, objectEntries } from "../util/json.ts";
import { methods } from "./walk-document.ts";

export interface FoundOperation {
  /** `"GET /path/{template}"`, as a vendor value names it. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly pathItem: JsonObject;
  readonly operation: JsonObject;
}

/** Every operation under `paths`, in the document's order. */
export function listOperations(document: JsonObject): FoundOperation[] {
  return objectEntries(document.paths).flatMap(([path, entry]) => {
    if (!path.startsWith("/")) return [];
    const pathItem = { ...dereference(document, entry), ...entry };
    return methods.flatMap((name) => {
      const operation = pathItem[name];
      const method = name.toUpperCase();
      return isObject(operation) ? [{ key: `${method} ${path}`, method, path, pathItem, operation }] : [];
    });
  });
}

export const findOperation = (document: JsonObject, id: string): FoundOperation | undefined =>
  listOperations(document).find(({ operation }) => operation.operationId === id);
