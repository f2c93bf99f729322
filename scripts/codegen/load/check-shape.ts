/** Finds parts that are not what OpenAPI wants at their place, and says what stands there instead. */
import { isObject, type Json, type JsonObject, type Path, toObject } from "../util/json.ts";
import type { Visit } from "../openapi/walk-document.ts";
import type { Repair, Warn } from "./warnings.ts";

const schemaMaps = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"] as const;
const schemaLists = ["allOf", "anyOf", "oneOf", "prefixItems"] as const;
const singleSchemas = ["additionalProperties", "propertyNames", "contains", "not", "if", "then", "else"] as const;

export function checkShape({ kind, value, path }: Visit, warn: Warn, repair: (repair: Repair) => void): void {
  const flaw = (at: Path, message: string, fix: string, to?: Json) => {
    warn("malformed-part", at, message, fix);
    repair({ path: at, to });
  };
  const checkSchema = (schema: Json | undefined, at: Path) => {
    if (isSchema(schema)) return;
    flaw(at, "a schema must be an object or a boolean, so any value is accepted here", 'write it as "type: …"', {});
  };
  const checkMap = (holder: JsonObject, name: string) => {
    const map = holder[name];
    const at = [...path, name];
    if (map === undefined || map === null) return;
    if (!isObject(map)) flaw(at, `${name} must be an object, so it is ignored`, "map each name to its schema");
    else for (const [member, schema] of Object.entries(map)) checkSchema(schema, [...at, member]);
  };
  switch (kind) {
    case "document":
      for (const name of Object.keys(toObject(value.paths)))
        if (!name.startsWith("/") && !name.startsWith("x-")) checkPathName(name, toObject(value.paths), warn, repair);
      break;
    case "components":
      checkMap(value, "schemas");
      break;
    case "operation":
      if (value.responses !== undefined && !isObject(value.responses))
        flaw(
          [...path, "responses"],
          "responses must be an object, so it is ignored",
          "map each status to its response",
        );
      break;
    case "parameter":
      if (value.$ref !== undefined) break;
      if (typeof value.name !== "string" || typeof value.in !== "string")
        flaw(path, "a parameter needs name and in, so this one is ignored", "add them");
      else checkSchema(value.schema, [...path, "schema"]);
      break;
    case "media type":
    case "header":
      checkSchema(value.schema, [...path, "schema"]);
      break;
    case "schema":
      for (const name of schemaMaps) checkMap(value, name);
      for (const name of singleSchemas) checkSchema(value[name], [...path, name]);
      if (!Array.isArray(value.items)) checkSchema(value.items, [...path, "items"]);
      for (const name of schemaLists) {
        const list = value[name];
        if (list === undefined) continue;
        if (Array.isArray(list))
          for (const [index, schema] of list.entries()) checkSchema(schema, [...path, name, index]);
        else if (isObject(list))
          flaw([...path, name], `${name} must be a list, so it is read as one`, "write a list of schemas", [list]);
        else flaw([...path, name], `${name} must be a list, so it is ignored`, "write a list of schemas");
      }
  }
}

const isSchema = (value: Json | undefined): boolean =>
  value === undefined || value === null || typeof value === "boolean" || isObject(value);

function checkPathName(name: string, paths: JsonObject, warn: Warn, repair: (repair: Repair) => void): void {
  const path = ["paths", name];
  const isTaken = Object.hasOwn(paths, `/${name}`);
  const outcome = isTaken ? "it is ignored" : `it is read as "/${name}"`;
  warn(
    "malformed-part",
    path,
    `the path ${JSON.stringify(name)} does not begin with /, so ${outcome}`,
    "begin it with a slash",
  );
  repair(isTaken ? { path, to: undefined } : { path, as: `/${name}` });
}
