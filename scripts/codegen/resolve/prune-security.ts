/** Removes security schemes that a client cannot use from requirements: undeclared ones, and mutual TLS, which the connection handles. */
import { dereference } from "../openapi/dereference.ts";
import { type Json, type JsonObject, objectEntries, toList, toObject } from "../util/json.ts";
import { listOperations } from "../openapi/operations.ts";

/** Changes the document in place. */
export function pruneSecurity(document: JsonObject): void {
  const schemes = objectEntries(toObject(document.components).securitySchemes);
  const sent = new Set(
    schemes.flatMap(([name, scheme]) => (dereference(document, scheme).type === "mutualTLS" ? [] : [name])),
  );
  const settle = (holder: JsonObject) => {
    if (Array.isArray(holder.security)) holder.security = holder.security.map((one) => only(one, sent));
  };
  settle(document);
  for (const { operation } of listOperations(document)) settle(operation);
  const declared = toObject(toObject(document.components).securitySchemes);
  for (const name of Object.keys(declared)) if (!sent.has(name)) delete declared[name];
}

const only = (requirement: Json, names: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(
    Object.entries(toObject(requirement))
      .filter(([name]) => names.has(name))
      .map(([name, scopes]) => [name, toList(scopes)]),
  );
