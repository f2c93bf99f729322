import { isObject, type Json } from "../../codegen/util/json.ts";
import { membersOf } from "./json.ts";

/** Rewrites OpenAPI 3.0's two keywords that JSON Schema 2020-12 lacks: `nullable` and boolean exclusive bounds. */
export function upgradeSchemas(value: Json): void {
  if (Array.isArray(value)) for (const part of value) upgradeSchemas(part);
  if (!isObject(value)) return;
  if (value.nullable === true && typeof value.type === "string") {
    value.type = [value.type, "null"];
    if (Array.isArray(value.enum) && !value.enum.includes(null)) value.enum = [...value.enum, null];
  }
  if (typeof value.nullable === "boolean") delete value.nullable;
  for (const [bound, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (value[exclusive] === true && value[bound] !== undefined) {
      value[exclusive] = value[bound];
      delete value[bound];
    } else if (typeof value[exclusive] === "boolean") delete value[exclusive];
  }
  for (const [, part] of membersOf(value)) upgradeSchemas(part);
}
