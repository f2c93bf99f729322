import { dereference } from "./dereference.ts";
import { isObject, type JsonObject, objectEntries } from "../util/json.ts";
import { methods } from "./walk-document.ts";

export interface FoundOperation {
  /** The key of the operation in a vendor value: `"GET /path/{template}"`. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly pathItem: JsonObject;
  readonly operation: JsonObject;
}

/** All operations under `paths`, in the document's order. */
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
