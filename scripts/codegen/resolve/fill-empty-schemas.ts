import { isObject, type Json, type JsonObject, toObject } from "../util/json.ts";
import { walkDocument } from "../openapi/walk-document.ts";

/** Replaces empty schemas: `name:` without a value is null in YAML, and means any value. */
export function fillEmptySchemas(document: JsonObject): void {
  const fill = (map: Json | undefined) => {
    if (!isObject(map)) return;
    for (const [name, schema] of Object.entries(map)) if (schema === null) map[name] = {};
  };
  fill(toObject(document.components).schemas);
  for (const { kind, value } of walkDocument(document)) {
    if (kind === "schema") fill(value.properties);
    if ((kind === "schema" && value.items === null) || (kind === "media type" && value.schema === null)) {
      value[kind === "schema" ? "items" : "schema"] = {};
    }
  }
}
