/** Converts a resolved document to the vendor value and the parts of its type. The compiler checks the emitted value as `Vendor<…>`. */
import { actorSets, type CredentialSet, credentialSets, environmentCredentials } from "./credential-types.ts";
import { errors, rateLimits, retry } from "../extensions/definitions.ts";
import { headerTypesOf } from "../types/header-types.ts";
import { type JsonObject, objectEntries, toList, toObject, toText } from "../util/json.ts";
import { findOperation } from "../openapi/operations.ts";
import { toOperations } from "./vendor-operations.ts";
import { toSchemes } from "./vendor-schemes.ts";
import { printServer, toEnvironment, toServers } from "./vendor-servers.ts";

export interface VendorModel {
  /** `Vendor` without its `schemas`. */
  readonly value: JsonObject;
  readonly title: string;
  readonly credentials: readonly CredentialSet[];
  readonly actors: readonly CredentialSet[];
  readonly servers: readonly string[];
  readonly hosts: readonly string[];
  readonly codes: readonly string[];
}

export function toVendorModel(document: JsonObject, name: string): VendorModel {
  const info = toObject(document.info);
  const servers = toServers(document, name);
  const schemes = toSchemes(document, servers);
  const operations = toOperations(document, servers);
  const rules = errors.optional().parse(document["x-latchkey-errors"]) ?? { envelopes: [], table: [] };
  const table = rules.table.map(({ "x-inferred": _inferred, "x-source": _source, ...rule }) => rule);
  const credentials = environmentCredentials(schemes);
  const headers = headerTypesOf(document);
  const title = toText(info.title) ?? name;
  const value = toObject({
    contract: 1,
    name,
    title,
    version: String(info.version ?? ""),
    servers: Object.fromEntries(
      servers.list.map((server, index) => [
        server.name,
        printServer(server, toEnvironment(name, server, index === 0, credentials)),
      ]),
    ),
    schemes: Object.fromEntries(Object.entries(schemes).map(([scheme, rule]) => [scheme, withoutProse(rule)])),
    security: toList(document.security),
    operations,
    errors: { envelopes: rules.envelopes, table },
    retry: retry.optional().parse(document["x-latchkey-retry"]),
    rateLimits: toRateLimits(document),
    headers: headers.size > 0 ? Object.fromEntries(headers) : undefined,
  });
  return {
    value: JSON.parse(JSON.stringify(value)),
    title,
    credentials: credentialSets(document, schemes),
    actors: actorSets(schemes),
    servers: servers.list.map((server) => server.name),
    hosts: [...new Set(servers.list.flatMap((server) => Object.keys(server.hosts)))],
    codes: [...new Set(table.flatMap(({ code }) => (code === undefined ? [] : [code])))],
  };
}

/** Removes descriptions of credentials that no message quotes at run time: the declarations have them, and every byte is shipped. */
function withoutProse(scheme: JsonObject): JsonObject {
  const credentials = objectEntries(toObject(scheme.credentials)).map(([name, { description, ...field }]) => [
    name,
    field.pattern === undefined ? field : { description, ...field },
  ]);
  return { ...scheme, credentials: Object.fromEntries(credentials) };
}

function toRateLimits(document: JsonObject): unknown {
  return rateLimits
    .optional()
    .parse(document["x-latchkey-rate-limits"])
    ?.map(({ "x-inferred": _inferred, "x-source": _source, operations, ...limit }) => ({
      ...limit,
      operations: operations?.map((id) => findOperation(document, id)?.key),
    }));
}
