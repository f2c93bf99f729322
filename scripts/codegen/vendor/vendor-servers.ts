/**
 * Servers and hosts. The document's servers are environments; a server below a path or an operation is a further host of each.
 * Documents without extensions name neither, so names are made from descriptions (production, sandbox, …) and host names.
 */
import { toVariableName } from "../util/environment-variables.ts";
import { server as serverExtension, serverVariable } from "../extensions/definitions.ts";
import { createMap, isObject, type JsonObject, objectEntries, toList, toObject, toText } from "../util/json.ts";
import { toCamelCase } from "../util/identifiers.ts";
import { methods } from "../openapi/walk-document.ts";

export interface ServerModel {
  readonly name: string;
  url: string;
  hosts: Record<string, string>;
  variables: Record<string, JsonObject>;
  /** The document's environment variables; without them, names are made from the vendor's name. */
  environment?: Record<string, string>;
}

export interface ServersModel {
  readonly list: readonly ServerModel[];
  /** The host of an operation; undefined is the main one. */
  hostOf(pathItem: JsonObject, operation: JsonObject): string | undefined;
  /** Registers a host that only an authorization server's URL names. */
  addHost(preferred: string, urls: readonly string[]): string;
}

export function toServers(document: JsonObject, vendor: string): ServersModel {
  const documented = toList(document.servers).filter(isObject);
  const entries = documented.length > 0 ? documented : [{ url: "" } satisfies JsonObject];
  const names = toServerNames(entries);
  const list = entries.map((entry, index) => toServer(entry, names[index] ?? "default", vendor));
  const hosts = new Map<string, string>();

  const addHost = (preferred: string, urls: readonly string[]): string => {
    const key = JSON.stringify(urls);
    const known = hosts.get(key);
    if (known !== undefined) return known;
    let name = preferred;
    for (let count = 2; list.some((server) => Object.hasOwn(server.hosts, name)); count++)
      name = `${preferred}${count}`;
    hosts.set(key, name);
    for (const [index, server] of list.entries()) server.hosts[name] = urls[index] ?? urls[0] ?? "";
    return name;
  };

  const hostOf = (pathItem: JsonObject, operation: JsonObject): string | undefined => {
    const own = toList(operation.servers ?? pathItem.servers).filter(isObject);
    if (own.length === 0) return undefined;
    const named = own.flatMap((entry) => {
      const parsed = serverExtension.safeParse(entry["x-latchkey-server"]);
      return parsed.success && parsed.data.host !== undefined
        ? [{ ...parsed.data, host: parsed.data.host, entry }]
        : [];
    });
    for (const { name, host, entry } of named) {
      const server = list.find((one) => one.name === name);
      if (server === undefined) continue;
      server.hosts[host] = toUrl(entry);
      server.variables = { ...server.variables, ...toVariables(entry, server.variables) };
    }
    if (named[0] !== undefined) return named[0].host;
    const urls = own.map(toUrl);
    if (urls.every((url) => list.some((server) => server.url === url))) return undefined;
    for (const server of list)
      server.variables = { ...server.variables, ...toVariables(own[0] ?? {}, server.variables) };
    return addHost(toHostName(urls[0] ?? ""), urls);
  };

  for (const [, pathItem] of objectEntries(document.paths)) {
    for (const method of methods) if (isObject(pathItem[method])) hostOf(pathItem, pathItem[method]);
  }
  return { list, hostOf, addHost };
}

function toServer(entry: JsonObject, name: string, vendor: string): ServerModel {
  const url = toUrl(entry);
  const absolute = /^([a-z][a-z0-9+.-]*:\/\/|\{)/iu.test(url);
  const parsed = serverExtension.safeParse(entry["x-latchkey-server"]);
  const environment = parsed.success ? parsed.data.environment : undefined;
  const variables: Record<string, JsonObject> = toVariables(entry, {});
  if (!absolute) {
    // A relative URL is relative to the document's address (OpenAPI 3.1 §4.8.5), which a client does not know.
    const variable = toVariableName(vendor, name, "origin");
    variables.origin = { default: "https://localhost", required: true, environment: variable };
  }
  return {
    name,
    url: absolute ? url : `{origin}${url === "" || url.startsWith("/") ? url : `/${url}`}`,
    hosts: createMap(),
    variables,
    ...(environment === undefined ? {} : { environment }),
  };
}

const toUrl = (entry: JsonObject): string => (toText(entry.url) ?? "").replace(/\/+$/u, "");

/** Makes maps of variables from entries, since a variable may have any name, also `__proto__`. */
function toVariables(entry: JsonObject, known: Record<string, JsonObject>): Record<string, JsonObject> {
  const unknown = objectEntries(entry.variables).filter(([name]) => !Object.hasOwn(known, name));
  return Object.fromEntries(unknown.map(([name, variable]) => [name, toVariable(variable)]));
}

function toVariable(variable: JsonObject): JsonObject {
  const parsed = serverVariable.safeParse(variable["x-latchkey-variable"]);
  return {
    default: String(variable.default ?? ""),
    ...(Array.isArray(variable.enum) ? { enum: variable.enum.map(String) } : {}),
    ...(parsed.success && parsed.data.required === true ? { required: true } : {}),
    ...(parsed.success && parsed.data.environment !== undefined ? { environment: parsed.data.environment } : {}),
  };
}

const environments: readonly (readonly [RegExp, string])[] = [
  [/\b(prod|production|live)\b/iu, "production"],
  [/\bsandbox\b/iu, "sandbox"],
  [/\b(staging|stage)\b/iu, "staging"],
  [/\b(test|testing|uat|qa)\b/iu, "test"],
  [/\b(dev|development)\b/iu, "development"],
  [/\b(local|localhost|mock)\b/iu, "local"],
];

function toServerNames(entries: readonly JsonObject[]): string[] {
  const names: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const extension = serverExtension.safeParse(entry["x-latchkey-server"]);
    const text = `${toText(entry.description) ?? ""} ${toText(entry.url) ?? ""}`;
    const guess = entries.length === 1 ? "default" : environments.find(([pattern]) => pattern.test(text))?.[1];
    const name = extension.success ? extension.data.name : (guess ?? `server${index + 1}`);
    names.push(names.includes(name) ? `server${index + 1}` : name);
  }
  return names;
}

const toHostName = (url: string): string => {
  const label = /^[a-z][a-z0-9+.-]*:\/\/([A-Za-z][A-Za-z0-9-]*)\./iu.exec(url)?.[1];
  return label === undefined ? "host" : toCamelCase(label);
};

export function toEnvironment(
  vendor: string,
  server: ServerModel,
  isFirst: boolean,
  credentials: readonly string[],
): Record<string, string> {
  if (server.environment !== undefined) return server.environment;
  // Variables of other servers contain the server's name, so that no server is reached by accident.
  const prefix = isFirst ? [vendor] : [vendor, server.name];
  return Object.fromEntries(credentials.map((credential) => [credential, toVariableName(...prefix, credential)]));
}

export const printServer = (server: ServerModel, environment: Record<string, string>): JsonObject => ({
  url: server.url,
  ...(Object.keys(server.hosts).length === 0 ? {} : { hosts: toObject(server.hosts) }),
  ...(Object.keys(server.variables).length === 0 ? {} : { variables: toObject(server.variables) }),
  ...(Object.keys(environment).length === 0 ? {} : { environment: toObject(environment) }),
});
