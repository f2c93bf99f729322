/**
 * Resolves the `server` option: which server of the document is called, with which variables, or which address of the caller's own.
 * Every error message names the option that is wrong.
 */
import { ConfigurationError } from "../errors/configuration-error.ts";
import { type InsecureHosts, isInsecureHost, isLoopback, parseHost } from "../util/insecure-hosts.ts";
import { nearestName } from "../util/nearest.ts";
import type { ServerAddress } from "../util/server-address.ts";
import type { ServerOption } from "../options.ts";
import type { Vendor, VendorServer } from "../vendor.ts";

export interface ResolvedServer extends ServerAddress {
  /** The server's name in the document; `undefined` for an address of the caller's own. */
  readonly name: string | undefined;
  /** The environment variable of each credential. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * @param readsEnvironment whether server variables may be read from the environment: only if the caller gives no credentials
 * @param insecureHosts hosts that may be called without TLS
 */
export function resolveServer(
  vendor: Vendor,
  option: ServerOption | undefined,
  readsEnvironment: boolean,
  insecureHosts: InsecureHosts,
): ResolvedServer {
  if (typeof option === "object" && "url" in option) return resolveOwnAddress(vendor, option, insecureHosts);
  const names = Object.keys(vendor.servers);
  const name = (typeof option === "string" ? option : option?.name) ?? names[0] ?? "";
  const server = Object.hasOwn(vendor.servers, name) ? vendor.servers[name] : undefined;
  if (!server) throw unknownServer(vendor, name, names);
  const given = typeof option === "object" ? (option.variables ?? {}) : {};
  const variables = resolveVariables(vendor, server, given, readsEnvironment);
  const urls = [server.url, ...Object.values(server.hosts ?? {})];
  checkHostVariables(vendor, urls, variables);
  checkPathVariables(vendor, server, urls, variables);
  const check = (what: string, url: string) =>
    checkUrl(vendor, what, fillVariables(server, url, variables), insecureHosts);
  return {
    name,
    url: check(`server "${name}"`, server.url),
    hosts: mapValues(server.hosts ?? {}, (url, host) => check(`server "${name}", host ${host}`, url)),
    environment: server.environment ?? {},
  };
}

function unknownServer(vendor: Vendor, name: string, names: readonly string[]): ConfigurationError {
  // A URL may hold a password.
  if (URL.canParse(name))
    return new ConfigurationError(
      vendor.name,
      "server is a URL; give it as server: { url }, or name one of its servers",
    );
  const nearest = nearestName(name, names);
  const fix =
    nearest === undefined ? `it has ${names.join(", ")}` : `did you mean "${nearest}"? It has ${names.join(", ")}`;
  return new ConfigurationError(vendor.name, `server "${name}" is not a server of this vendor; ${fix}`);
}

function resolveOwnAddress(
  vendor: Vendor,
  option: Extract<ServerOption, { url: string }>,
  insecureHosts: InsecureHosts,
): ResolvedServer {
  const hosts: Record<string, string> = { ...option.hosts };
  const needed = hostNames(vendor);
  for (const name of needed) {
    if (!Object.hasOwn(hosts, name) || !hosts[name])
      throw new ConfigurationError(
        vendor.name,
        `server.hosts.${name} is missing; your own server URL needs all of ${needed.join(", ")}`,
      );
  }
  return {
    name: undefined,
    url: checkUrl(vendor, "server.url", option.url, insecureHosts),
    hosts: mapValues(hosts, (url, name) => checkUrl(vendor, `server.hosts.${name}`, url, insecureHosts)),
    environment: {},
  };
}

function resolveVariables(
  vendor: Vendor,
  server: VendorServer,
  given: Readonly<Record<string, string>>,
  readsEnvironment: boolean,
): ReadonlyMap<string, string> {
  const resolved = new Map<string, string>();
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(server.variables ?? {}, name))
      throw new ConfigurationError(vendor.name, `server.variables.${name} is not a variable of this server`);
  }
  for (const [name, variable] of Object.entries(server.variables ?? {})) {
    const { environment } = variable;
    const value =
      (Object.hasOwn(given, name) ? given[name] : undefined) ??
      (readsEnvironment && environment !== undefined ? readEnvironmentVariable(environment) : undefined) ??
      (variable.required ? undefined : variable.default);
    if (value === undefined) {
      const set = readsEnvironment
        ? ` or set ${environment}`
        : ` (${environment} is not read if credentials are given)`;
      const or = environment === undefined ? "" : set;
      throw new ConfigurationError(
        vendor.name,
        `its document does not say which ${name} to use; give server: { variables: { ${name} } }${or}`,
      );
    }
    if (variable.enum && !variable.enum.includes(value)) {
      throw new ConfigurationError(vendor.name, `server.variables.${name} must be one of ${variable.enum.join(", ")}`);
    }
    resolved.set(name, value);
  }
  return resolved;
}

/** Checks that a variable fills only its place in a host: the region `evil.example/` would move the rest of the host into the path. */
function checkHostVariables(vendor: Vendor, urls: readonly string[], variables: ReadonlyMap<string, string>): void {
  for (const url of urls) {
    const host = /^[^:]*:\/\/([^/]*)/u.exec(url)?.[1] ?? "";
    for (const [, name = ""] of host.matchAll(/\{([^{}]+)\}/gu)) {
      const isPart = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/u.test(variables.get(name) ?? "");
      if (!isPart)
        throw new ConfigurationError(
          vendor.name,
          `server.variables.${name} is not part of a host name; give letters, digits, - and .`,
        );
    }
  }
}

/** The path and query of a server's URL, after its host. */
const pathOf = (url: string): string => url.slice(/^[^:]*:\/\/[^/?#]*/u.exec(url)?.[0].length ?? 0);

/** True for a value that the document itself gives: the base path `api/v2` is one variable and two segments. */
const isDocumented = ({ variables = {} }: VendorServer, name: string, value: string): boolean =>
  variables[name]?.default === value || (variables[name]?.enum?.includes(value) ?? false);

/** Checks that a variable is one segment of a path: `..` would leave the base path, and encoding does not make it harmless. */
function checkPathVariables(
  vendor: Vendor,
  server: VendorServer,
  urls: readonly string[],
  variables: ReadonlyMap<string, string>,
): void {
  for (const [, name = ""] of urls
    .map(pathOf)
    .join("")
    .matchAll(/\{([^{}]+)\}/gu)) {
    const value = variables.get(name) ?? "";
    if (isDocumented(server, name, value) || /^(?!\.{0,2}$)\P{Cs}*$/u.test(value)) continue;
    throw new ConfigurationError(
      vendor.name,
      `server.variables.${name} must be one segment of the path: not empty, not "." or ".."`,
    );
  }
}

/** Fills in the variables. In the path, a value is percent-encoded as one segment. */
function fillVariables(server: VendorServer, url: string, variables: ReadonlyMap<string, string>): string {
  const path = pathOf(url);
  const fill = (text: string, encode: (name: string, value: string) => string) =>
    text.replace(/\{([^{}]+)\}/gu, (_, name: string) => encode(name, variables.get(name) ?? ""));
  return (
    fill(url.slice(0, url.length - path.length), (_, value) => value) +
    fill(path, (name, value) => (isDocumented(server, name, value) ? value : encodeURIComponent(value)))
  );
}

function checkUrl(vendor: Vendor, option: string, text: string, insecureHosts: InsecureHosts): string {
  const url = URL.parse(text);
  if (!url) throw new ConfigurationError(vendor.name, `${option} is not a URL`);
  if (url.username || url.password)
    throw new ConfigurationError(vendor.name, `${option} holds credentials; give them as credentials`);
  const isAllowed =
    url.protocol === "https:" ||
    (url.protocol === "http:" && isLoopback(url.hostname)) ||
    isInsecureHost(insecureHosts, url);
  if (!isAllowed) {
    throw new ConfigurationError(
      vendor.name,
      `${option} is not https; credentials are sent over https only, except to loopback and to hosts in allowInsecureHosts`,
    );
  }
  return text.replace(/\/+$/u, "");
}

/** @throws ConfigurationError for an entry that is no host */
export function resolveInsecureHosts(vendor: Vendor, hosts: readonly string[] = []): InsecureHosts {
  return new Set(
    hosts.map((text, index) => {
      const host = parseHost(String(text));
      if (host !== undefined) return host;
      throw new ConfigurationError(
        vendor.name,
        `allowInsecureHosts[${index}] is not a host; give exact hosts such as "gateway.internal" or "gateway.internal:8080"`,
      );
    }),
  );
}

const hostNames = (vendor: Vendor): string[] => [
  ...new Set(Object.values(vendor.servers).flatMap((server) => Object.keys(server.hosts ?? {}))),
];

function mapValues(
  record: Readonly<Record<string, string>>,
  map: (value: string, name: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** Reads one environment variable. Node, Bun and Deno have `process.env`; browsers and some workers have none. */
export function readEnvironmentVariable(name: string): string | undefined {
  const variables = globalThis.process?.env;
  return variables !== undefined && Object.hasOwn(variables, name) ? variables[name] : undefined;
}
