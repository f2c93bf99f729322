/** What `connect` takes, and how it becomes settled: the server, the hosts, the credentials. Every message names the option. */

import type { Clock } from "./clock.ts";
import { ConfigurationError } from "./errors/transport-error.ts";
import type { Listener } from "./events/events.ts";
import type { HttpListener } from "./events/http-exchange.ts";
import { credentialNames } from "./expression.ts";
import type { TokenStore } from "./store/protocol.ts";
import type { CredentialFunction } from "./token/credential-function.ts";
import { chooseObtain, neededCredentials } from "./token/obtain.ts";
import type { Fetch } from "./transport/guard.ts";
import type { Limit } from "./transport/rate-limit.ts";
import type { SecurityScheme, Vendor, VendorServer, VendorTypes } from "./vendor.ts";

export interface ConnectOptions<T extends VendorTypes = VendorTypes> {
  /**
   * The vendor's credentials, or a function that is asked for them at each sign-in (a secrets manager). Left out: read from the
   * environment variables of the chosen server, all of them or none. Given: no environment variable is read, for the server neither.
   */
  readonly credentials?: T["credentials"] | CredentialFunction<T["credentials"]> | undefined;
  /** One of the document's servers, by name, with its variables; or an address of your own. @default the document's first */
  readonly server?: ServerOption<T["servers"], T["hosts"]> | undefined;
  /** Sends a request. It must honour `request.signal` and not follow redirects. @default the platform's */
  readonly fetch?: Fetch | undefined;
  /** Headers for every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Where tokens are kept. @default this process's memory, shared by all clients of one credential */
  readonly store?: TokenStore | undefined;
  /** Told of every refresh, replay, invalidation and wait; never of a secret. */
  readonly onEvent?: Listener | undefined;
  /** Told of every HTTP request when it ended, retries, replays and token requests included; `latchkey/opentelemetry` makes spans of them. */
  readonly onHttp?: HttpListener | undefined;
  /** For one request to a token endpoint, in milliseconds. @default 10000 */
  readonly tokenTimeoutInMs?: number | undefined;
  /** For one attempt of a call, its body read, in milliseconds. @default 60000 */
  readonly timeoutInMs?: number | undefined;
  /** For a call as a whole, waits and retries included, in milliseconds. @default none */
  readonly deadlineInMs?: number | undefined;
  /** How often at most a call is sent again; `false` never. A replay after a 401 is no retry. @default the vendor's schedule */
  readonly retries?: number | false | undefined;
  /**
   * Keeps calls just under the vendor's limits, as its document and its answers name them, together with all clients of the same
   * credentials in this process; figures of your own in place of the document's; `false` never waits. @default true
   */
  readonly rateLimit?: boolean | readonly Limit[] | undefined;
  /** Check bodies against the document: `warn` tells by events, `strict` throws a `SchemaError`. @default "off" */
  readonly validate?: "off" | "warn" | "strict" | undefined;
  /** For tests. @default the system's */
  readonly clock?: Clock | undefined;
}

export type ServerOption<Name extends string = string, Host extends string = string> =
  | Name
  | { readonly name?: Name; readonly variables?: Readonly<Record<string, string>> }
  /** A proxy, a sandbox. Its credentials are never read from the environment. */
  | { readonly url: string; readonly hosts?: Readonly<Record<Host, string>> };

export interface SettledServer {
  /** `undefined` for an address of the caller's own. */
  readonly name: string | undefined;
  readonly url: string;
  readonly hosts: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** @param readsEnvironment whether server variables may come from the environment: only where no credentials are given */
export function settleServer(
  vendor: Vendor,
  option: ServerOption | undefined,
  readsEnvironment: boolean,
): SettledServer {
  if (typeof option === "object" && "url" in option) {
    const hosts: Record<string, string> = { ...option.hosts };
    for (const name of hostNames(vendor)) {
      if (!Object.hasOwn(hosts, name) || !hosts[name])
        throw new ConfigurationError(
          vendor.name,
          `server.hosts.${name} is missing; an address of your own needs all of ${hostNames(vendor).join(", ")}`,
        );
    }
    return {
      name: undefined,
      url: checkUrl(vendor, "server.url", option.url),
      hosts: mapValues(hosts, (url, name) => checkUrl(vendor, `server.hosts.${name}`, url)),
      environment: {},
    };
  }
  const names = Object.keys(vendor.servers);
  const name = (typeof option === "string" ? option : option?.name) ?? names[0] ?? "";
  const server = Object.hasOwn(vendor.servers, name) ? vendor.servers[name] : undefined;
  if (!server)
    throw new ConfigurationError(vendor.name, `server "${name}" is not one of its servers; it has ${names.join(", ")}`);
  const given = typeof option === "object" ? (option.variables ?? {}) : {};
  const variables = settleVariables(vendor, server, given, readsEnvironment);
  const fill = (url: string) => url.replace(/\{([^{}]+)\}/gu, (_, variable: string) => variables.get(variable) ?? "");
  checkHosts(vendor, [server.url, ...Object.values(server.hosts ?? {})], variables);
  return {
    name,
    url: checkUrl(vendor, `server "${name}"`, fill(server.url)),
    hosts: mapValues(server.hosts ?? {}, (url, host) => checkUrl(vendor, `server "${name}", host ${host}`, fill(url))),
    environment: server.environment ?? {},
  };
}

/** Credentials from the environment: all that the first way to sign in needs, or none. */
export function readEnvironment(vendor: Vendor, server: SettledServer): Readonly<Record<string, string>> | undefined {
  const values = mapValues(server.environment, (variable) => readVariable(variable) ?? "");
  const given = Object.entries(values).filter(([, value]) => value);
  const missing = Object.values(vendor.schemes)
    .filter((scheme) => !scheme.actor)
    .flatMap((scheme) => requiredCredentials(scheme))
    .filter((name) => Object.hasOwn(values, name) && !values[name]);
  if (given.length === 0) return undefined;
  if (missing.length === 0) return Object.fromEntries(given);
  const has = given.map(([name]) => server.environment[name]);
  const lacks = missing.map((name) => server.environment[name]);
  throw new ConfigurationError(
    vendor.name,
    `${has.join(", ")} is set and ${lacks.join(", ")} is not; set all of them, or give credentials`,
  );
}

export function requiredCredentials(scheme: SecurityScheme): string[] {
  const first = scheme.lifecycle?.obtain[0];
  const names = first ? neededCredentials(first) : scheme.value ? credentialNames({ ...scheme.value }) : [];
  return names.filter((name) => !scheme.credentials[name]?.optional && scheme.credentials[name]?.default === undefined);
}

/** All that a way to sign in needs is there. */
export function suffices(scheme: SecurityScheme, credentials: object): boolean {
  const values = Object.fromEntries(Object.entries(credentials).filter(([, value]) => value !== undefined));
  if (scheme.lifecycle) return chooseObtain(scheme, values) !== undefined;
  return requiredCredentials(scheme).every((name) => Object.hasOwn(values, name));
}

function settleVariables(
  vendor: Vendor,
  server: VendorServer,
  given: Readonly<Record<string, string>>,
  readsEnvironment: boolean,
): ReadonlyMap<string, string> {
  const settled = new Map(Object.entries(given));
  for (const name of settled.keys()) {
    if (!Object.hasOwn(server.variables ?? {}, name))
      throw new ConfigurationError(vendor.name, `server.variables.${name} is not a variable of this server`);
  }
  for (const [name, variable] of Object.entries(server.variables ?? {})) {
    const { environment } = variable;
    const value =
      settled.get(name) ??
      (readsEnvironment && environment ? readVariable(environment) : undefined) ??
      (variable.required ? undefined : variable.default);
    if (value === undefined) {
      const set = readsEnvironment ? ` or set ${environment}` : ` (${environment} is not read beside credentials)`;
      const or = environment ? set : "";
      throw new ConfigurationError(
        vendor.name,
        `its document does not say which ${name} to use; give server: { variables: { ${name} } }${or}`,
      );
    }
    if (variable.enum && !variable.enum.includes(value)) {
      throw new ConfigurationError(vendor.name, `server.variables.${name} must be one of ${variable.enum.join(", ")}`);
    }
    settled.set(name, value);
  }
  return settled;
}

/** A variable fills its place in a host and no more: `evil.example/` for a region would move the rest of the name into the path. */
function checkHosts(vendor: Vendor, urls: readonly string[], variables: ReadonlyMap<string, string>): void {
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

function checkUrl(vendor: Vendor, option: string, text: string): string {
  const url = URL.parse(text);
  if (!url) throw new ConfigurationError(vendor.name, `${option} is not a URL`);
  if (url.username || url.password)
    throw new ConfigurationError(vendor.name, `${option} holds credentials; give them as credentials`);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    throw new ConfigurationError(
      vendor.name,
      `${option} is not https; credentials travel over https only (loopback excepted)`,
    );
  }
  return text.replace(/\/+$/u, "");
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/u.test(host);

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
function readVariable(name: string): string | undefined {
  const variables = globalThis.process?.env ?? {};
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}
