/** The settings of operations that differ from the defaults. */
import { bodyHintsOf } from "../openapi/operation-bodies.ts";
import { bulk, idempotency, pagination } from "../extensions/definitions.ts";
import { type JsonObject, toList, toObject } from "../util/json.ts";
import { findOperation, listOperations } from "../openapi/operations.ts";
import { sensitiveNames } from "../openapi/sensitive-properties.ts";
import { parameterRulesOf } from "./vendor-parameters.ts";
import type { ServersModel } from "./vendor-servers.ts";

export function toOperations(document: JsonObject, servers: ServersModel): JsonObject {
  const inherited = JSON.stringify(toList(document.security));
  const entries = listOperations(document).flatMap(({ key, pathItem, operation }) => {
    const sensitive = sensitiveNames(document, pathItem, operation);
    const differs = operation.security !== undefined && JSON.stringify(operation.security) !== inherited;
    const settings = toObject({
      security: differs ? toList(operation.security) : undefined,
      host: servers.hostOf(pathItem, operation),
      permission: operation["x-latchkey-permission"],
      pagination: pagination.optional().parse(operation["x-latchkey-pagination"]),
      bulk: bulk.optional().parse(operation["x-latchkey-bulk"]),
      idempotency: toIdempotency(document, operation),
      parameters: parameterRulesOf(document, pathItem, operation),
      ...bodyHintsOf(document, operation),
      sensitive: sensitive.length > 0 ? sensitive : undefined,
    });
    if (Object.values(settings).every((value) => value === undefined)) return [];
    return [[key, settings] as const];
  });
  return Object.fromEntries(entries);
}

function toIdempotency(document: JsonObject, operation: JsonObject): unknown {
  const rules = idempotency.optional().parse(operation["x-latchkey-idempotency"]);
  if (rules?.lookup === undefined) return rules;
  const found = findOperation(document, rules.lookup.operation);
  return { ...rules, lookup: { method: found?.method, path: found?.path, query: rules.lookup.query } };
}
