import { type JsonObject, toObject } from "../util/json.ts";
import { parsePointer, valueAt } from "../util/json-pointer.ts";

/** The object a reference leads to, through further references; checked documents hold no circles of bare references. */
export function dereference(document: JsonObject, value: unknown): JsonObject {
  let current = toObject(value);
  for (let depth = 0; typeof current.$ref === "string" && depth < 100; depth++) {
    current = toObject(valueAt(document, parsePointer(current.$ref)));
  }
  return current;
}
