/** Security schemes with their lifecycles, whose operationIds are resolved to requests. */
import { isAlone, toDefaultScheme, toSendRule } from "./default-schemes.ts";
import { dereference } from "../openapi/dereference.ts";
import { lifecycle as lifecycleExtension } from "../extensions/definitions.ts";
import { type JsonObject, objectEntries, toList, toObject } from "../util/json.ts";
import { tokenContentType } from "../openapi/media-type.ts";
import { findOperation, listOperations } from "../openapi/operations.ts";
import type { ServersModel } from "./vendor-servers.ts";

type Lifecycle = ReturnType<typeof lifecycleExtension.parse>;
type TokenOperation = Lifecycle["obtain"][number];

export function toSchemes(document: JsonObject, servers: ServersModel): Record<string, JsonObject> {
  const entries = objectEntries(toObject(document.components).securitySchemes).map(
    ([name, scheme]) => [name, dereference(document, scheme)] as const,
  );
  const all = entries.map(([, scheme]) => scheme);
  return Object.fromEntries(
    entries.map(([name, scheme]) => {
      const extension = scheme["x-latchkey-lifecycle"];
      const context = { name, alone: isAlone(all, scheme), scopes: scopesOf(document, name), servers };
      const made =
        extension === undefined
          ? toDefaultScheme(scheme, context)
          : toDocumentedScheme(document, name, scheme, lifecycleExtension.parse(extension), servers);
      return [name, made];
    }),
  );
}

function toDocumentedScheme(
  document: JsonObject,
  name: string,
  scheme: JsonObject,
  rules: Lifecycle,
  servers: ServersModel,
): JsonObject {
  const { credentials, actor, obtain, refresh, revoke, ...rest } = rules;
  const resolve = (operation: TokenOperation) => toTokenOperation(document, name, operation, servers);
  return toObject({
    send: toSendRule(scheme),
    credentials,
    actor,
    lifecycle: {
      obtain: obtain.map(resolve),
      refresh: refresh && resolve(refresh),
      revoke: revoke && { ...resolve(revoke), revokes: revoke.revokes },
      ...rest,
    },
  });
}

function toTokenOperation(
  document: JsonObject,
  scheme: string,
  token: TokenOperation,
  servers: ServersModel,
): JsonObject {
  const { operation: id, grant, clientAuthentication, basic, request, headers } = token;
  const found = findOperation(document, id);
  const body = dereference(document, found?.operation.requestBody);
  const security = found && tokenSecurity(document, scheme, found.operation, clientAuthentication);
  return toObject({
    method: found?.method,
    path: found?.path,
    host: found && servers.hostOf(found.pathItem, found.operation),
    grant,
    contentType: tokenContentType(body) ?? "application/json",
    clientAuthentication,
    basic: basic ?? (clientAuthentication === "client_secret_basic" ? defaultBasic : undefined),
    request,
    headers,
    security: security && security.length > 0 ? security : undefined,
  });
}

const defaultBasic = { username: "$credentials.clientId", password: "$credentials.clientSecret" };

/**
 * The security requirements of a token request, without an inherited requirement of its own scheme, and without HTTP Basic if the client
 * authenticates with `client_secret_basic`, which is the same header.
 */
function tokenSecurity(
  document: JsonObject,
  scheme: string,
  operation: JsonObject,
  clientAuthentication: string,
): JsonObject[] {
  const schemes = toObject(toObject(document.components).securitySchemes);
  const isBasic = (name: string) => String(dereference(document, schemes[name]).scheme).toLowerCase() === "basic";
  if (operation.security === undefined && toList(document.security).some((one) => Object.hasOwn(toObject(one), scheme)))
    return [];
  const requirements = toList(operation.security ?? document.security).map((requirement) =>
    Object.fromEntries(
      Object.entries(toObject(requirement)).filter(
        ([name]) => !(clientAuthentication === "client_secret_basic" && isBasic(name)),
      ),
    ),
  );
  return requirements.some((requirement) => Object.keys(requirement).length === 0) ? [] : requirements;
}

function scopesOf(document: JsonObject, scheme: string): string[] {
  const lists = [document.security, ...listOperations(document).map(({ operation }) => operation.security)];
  const scopes = lists.flatMap((list) =>
    toList(list).flatMap((requirement) => toList(toObject(requirement)[scheme]).map(String)),
  );
  return [...new Set(scopes)].sort();
}
