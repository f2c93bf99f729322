/** Names of properties with `x-latchkey-sensitive` in an operation's bodies and parameters. */
import { dereference } from "./dereference.ts";
import { isObject, type Json, type JsonObject, objectEntries, toList, toObject } from "../util/json.ts";

export function sensitiveNames(document: JsonObject, pathItem: JsonObject, operation: JsonObject): string[] {
  const names = new Set<string>();
  const seen = new Set<JsonObject>();
  const visit = (value: Json | undefined): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isObject(value) || seen.has(value)) return;
    seen.add(value);
    if (value.$ref !== undefined) visit(dereference(document, value));
    for (const [name, member] of objectEntries(value.properties)) if (isSensitive(document, member)) names.add(name);
    for (const keyword of schemaKeywords) visit(value[keyword]);
    for (const keyword of mapKeywords) for (const [, member] of objectEntries(value[keyword])) visit(member);
  };
  const visitContent = (holder: JsonObject) => {
    for (const [, media] of objectEntries(holder.content)) visit(media.schema);
  };
  for (const entry of [...toList(pathItem.parameters), ...toList(operation.parameters)]) {
    const parameter = dereference(document, entry);
    if (isSensitive(document, parameter.schema) && typeof parameter.name === "string") names.add(parameter.name);
  }
  visitContent(dereference(document, operation.requestBody));
  for (const [, response] of objectEntries(operation.responses)) visitContent(dereference(document, response));
  return [...names].sort();
}

const schemaKeywords = [
  "allOf",
  "anyOf",
  "oneOf",
  "prefixItems",
  "items",
  "additionalProperties",
  "not",
  "if",
  "then",
  "else",
  "contains",
];
const mapKeywords = ["properties", "patternProperties", "dependentSchemas"];

const isSensitive = (document: JsonObject, schema: unknown): boolean =>
  toObject(schema)["x-latchkey-sensitive"] === true || dereference(document, schema)["x-latchkey-sensitive"] === true;
