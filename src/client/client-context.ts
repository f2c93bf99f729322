/**
 * One connection to a vendor, settled and wired: server, origins, a manager per security scheme, the authorizer. Both entrances
 * (`connect`, `authMiddleware`) stand on it; nothing else wires anything.
 */

import { preloadedModule, preloadModules } from "../util/lazy-module.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { createRedactor, type Redactor } from "../errors/redactor.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { createEmitter, type Listener } from "../events/events.ts";
import { type Authorizer, createAuthorizer } from "../auth/authorizer.ts";
import { type ConnectOptions, credentialsFromEnvironment, type ResolvedServer, resolveServer } from "../options.ts";
import { hasRequiredCredentials, requiredCredentials } from "../auth/credentials/credentials.ts";
import {
  type AuthProvider,
  createFixedProvider,
  createTokenProvider,
  createStaticProvider,
} from "../auth/auth-provider.ts";
import { type CredentialSource, createCredentialSource } from "../auth/credentials/credential-source.ts";
import type { Parent } from "../auth/credentials/token-identity.ts";
import { createLazyTokenAccount, type LazyTokenAccount } from "../auth/token/lazy-token-account.ts";
import { createHttpSender, type Fetch, type HttpSender } from "../http/http-sender.ts";
import { OutgoingRequest } from "../http/outgoing-request.ts";
import {
  createClientRateLimiter,
  limitsForServer,
  type ClientRateLimiter,
} from "../http/rate-limit/client-rate-limiter.ts";
import { createRequestObserver, type RequestObserver } from "../http/request-observer.ts";
import type {
  Operation,
  Phase,
  SecurityRequirement,
  SecurityScheme,
  TokenOperation,
  Vendor,
  VendorTypes,
} from "../vendor.ts";

export interface ClientContext {
  readonly vendor: Vendor;
  readonly server: ResolvedServer;
  readonly clock: Clock;
  readonly scrubber: Redactor;
  readonly emit: Listener;
  readonly observe: RequestObserver;
  /** Absent where the caller switched it off. */
  readonly rateLimiter: ClientRateLimiter | undefined;
  /** Of every managed token, the second party's last. */
  readonly tokenAccounts: readonly LazyTokenAccount[];
  readonly authorizer: Authorizer;
  /** @param fetch the call's own, where it gives one. */
  createSender(fetch?: Fetch): HttpSender;
  securityOf(operation: Operation | undefined): readonly SecurityRequirement[];
  /** What an operation is to the token's life, when a caller sends it by hand. */
  tokenRoleOf(operation: string): TokenRole;
  /** After a 2xx: a logout that a caller sent by hand ends what is cached. */
  onLogout(role: TokenRole): Promise<void>;
  /** The same connection with a second party's token beside. */
  as(credentials: Readonly<Record<string, unknown>>): Promise<ClientContext>;
  /** Only the managers that this session made. */
  close(): Promise<void>;
}

export interface TokenRole {
  readonly phase: Phase;
  readonly scheme: string | undefined;
}

const contract = 1;
const acting = preloadedModule(() => import("./actor.ts"));

export function createClientContext(vendor: Vendor, options: ConnectOptions<VendorTypes>): ClientContext {
  checkContract(vendor);
  preloadModules();
  const server = resolveServer(vendor, options.server, (options.credentials ?? undefined) === undefined);
  const clock = options.clock ?? systemClock;
  const scrubber = createRedactor();
  const emit = createEmitter(options.onEvent);
  const watch = createRequestObserver(vendor.name, clock, options.onHttp);
  const deadlineInMs = options.tokenTimeoutInMs ?? 10_000;
  const origins = new Set([server.url, ...Object.values(server.hosts)].map((url) => new URL(url).origin));
  // The platform's fetch is captured once: whoever patches it later is not handed tokens.
  const ownGuard = createHttpSender({ vendor: vendor.name, origins, fetch: options.fetch });
  const guard = (fetch?: Fetch) => (fetch ? createHttpSender({ vendor: vendor.name, origins, fetch }) : ownGuard);
  const given = options.credentials ?? credentialsFromEnvironment(vendor, server) ?? noCredentials(vendor, server);
  const roles = readRoles(vendor);
  const { rateLimit = true } = options;
  const limits = rateLimit === true ? limitsForServer(vendor, server.name) : rateLimit || [];
  const pace = rateLimit ? createClientRateLimiter({ vendor, limits, clock, server, credentials: given }) : undefined;

  function createPart(
    name: string,
    scheme: SecurityScheme,
    source: CredentialSource,
    beside: ReadonlyMap<string, Part>,
  ): Part {
    const { lifecycle } = scheme;
    if (!lifecycle) {
      const bearer = createStaticProvider(vendor.name, scheme, source, scrubber, deadlineInMs);
      return { bearer, isDynamic: source.isDynamic };
    }
    const authorizer = createAuthorizer({
      vendor: vendor.name,
      errors: vendor.errors,
      bearers: bearersOf(beside),
      emit,
      clock,
    });
    const requests = [...lifecycle.obtain, lifecycle.refresh, lifecycle.revoke];
    const parents = [...beside].filter(([other]) =>
      requests.some((one) => one?.security?.some((need) => Object.hasOwn(need, other))),
    );
    const isDynamic = source.isDynamic || parents.some(([, parent]) => parent.isDynamic);
    const keeper = createLazyTokenAccount({
      vendor: vendor.name,
      errors: vendor.errors,
      schemeName: name,
      scheme,
      lifecycle,
      source,
      isDynamic,
      server,
      parents: (signal) => Promise.all(parents.map(([other, part]) => toParent(other, part, signal))),
      urlOf: ({ host, path }) => `${host === undefined ? server.url : server.hosts[host]}${path}`,
      async send({ url, method, headers, body }, operation, phase, signal, ended) {
        // A revocation is sent with the very token that it ends.
        const sender =
          ended === undefined
            ? authorizer
            : createAuthorizer({
                vendor: vendor.name,
                errors: vendor.errors,
                bearers: bearersOf(beside).set(name, createFixedProvider(scheme, ended)),
                emit,
                clock,
              });
        const security = operation.security ?? [];
        const outgoing = new OutgoingRequest(url, { method, headers, body: body ?? null, signal, redirect: "manual" });
        const named = `${operation.method} ${operation.path}`;
        const call = { operation: named, security, phase, scheme: name };
        const watched = watch(guard(), named, phase);
        return sender.send(outgoing, call, pace ? pace.countOnly(watched, named) : watched);
      },
      store: options.store,
      givenClock: options.clock,
      clock,
      scrubber,
      emit,
      deadlineInMs,
    });
    return { bearer: createTokenProvider(scheme, keeper, scrubber), keeper, isDynamic };
  }

  function assemble(parts: ReadonlyMap<string, Part>, own: readonly Part[]): ClientContext {
    return {
      vendor,
      server,
      clock,
      scrubber,
      emit,
      observe: watch,
      rateLimiter: pace,
      tokenAccounts: [...parts.values()].flatMap(({ keeper }) => (keeper ? [keeper] : [])),
      createSender: guard,
      authorizer: createAuthorizer({
        vendor: vendor.name,
        errors: vendor.errors,
        bearers: bearersOf(parts),
        emit,
        clock,
      }),
      securityOf: (operation) => operation?.security ?? vendor.security,
      async onLogout({ phase, scheme }) {
        if (phase === "revoke") await (await parts.get(scheme ?? "")?.keeper?.account())?.manager.invalidateSession();
      },
      tokenRoleOf: (operation) => roles.get(operation) ?? { phase: "resource", scheme: undefined },
      async as(credentials) {
        const { selectActorScheme: chooseActor } = await acting.load();
        const [name, scheme] = chooseActor(vendor, credentials);
        const source = createCredentialSource(vendor.name, scheme, credentials, clock);
        const actors = new Set(Object.entries(vendor.schemes).flatMap(([other, { actor }]) => (actor ? [other] : [])));
        const base = new Map([...parts].filter(([other]) => !actors.has(other)));
        const part = createPart(name, scheme, source, base);
        return assemble(new Map([...base, [name, part]]), [part]);
      },
      async close() {
        if (parts.size === own.length) pace?.close();
        await Promise.all(own.map((part) => part.keeper?.close()));
      },
    };
  }

  const parts = new Map<string, Part>();
  for (const [name, scheme] of Object.entries(vendor.schemes)) {
    if (scheme.actor) continue;
    const credentials = typeof given === "function" ? given : pick(given, scheme);
    if (typeof credentials === "object" && !hasRequiredCredentials(scheme, credentials)) continue;
    parts.set(name, createPart(name, scheme, createCredentialSource(vendor.name, scheme, credentials, clock), parts));
  }
  if (typeof given === "object") checkNames(vendor, given);
  if (parts.size === 0 && needsCredentials(vendor)) throw insufficient(vendor, given);
  return assemble(parts, [...parts.values()]);
}

interface Part {
  readonly bearer: AuthProvider;
  readonly keeper?: LazyTokenAccount;
  /** Its credentials come from a function, or those of what its token is asked for with: they may change. */
  readonly isDynamic: boolean;
}

async function toParent(name: string, { bearer, keeper }: Part, signal: AbortSignal | undefined): Promise<Parent> {
  if (!keeper) return { key: name, secret: await bearer.getValue(signal) };
  const { key, fingerprint } = await (await keeper.account()).manager.identity();
  return { key, secret: fingerprint };
}

const bearersOf = (parts: ReadonlyMap<string, Part>): Map<string, AuthProvider> =>
  new Map([...parts].map(([name, { bearer }]) => [name, bearer]));

function checkContract(vendor: Vendor): void {
  const theirs: unknown = vendor?.contract;
  if (theirs === contract) return;
  const fix =
    typeof theirs === "number" && theirs > contract
      ? `update the package latchkey`
      : `update latchkey-cli and generate the vendor again`;
  throw new ConfigurationError(
    String(vendor?.name ?? "connect"),
    `it was generated for contract ${String(theirs)}, and this runtime takes contract ${contract}; ${fix}`,
  );
}

function readRoles(vendor: Vendor): Map<string, TokenRole> {
  const roles = new Map<string, TokenRole>();
  const note = (operation: TokenOperation | undefined, phase: Phase, scheme: string) => {
    if (operation) roles.set(`${operation.method} ${operation.path}`, { phase, scheme });
  };
  for (const [name, { lifecycle }] of Object.entries(vendor.schemes)) {
    for (const operation of lifecycle?.obtain ?? []) note(operation, "obtain", name);
    note(lifecycle?.refresh, "refresh", name);
    note(lifecycle?.revoke, "revoke", name);
  }
  return roles;
}

const needsCredentials = (vendor: Vendor): boolean =>
  vendor.security.length > 0 && vendor.security.every((one) => Object.keys(one).length > 0);

function noCredentials(vendor: Vendor, server: ResolvedServer): object {
  if (!needsCredentials(vendor)) return {};
  const variables = Object.values(server.environment);
  const or = variables.length > 0 ? `, or set ${variables.join(", ")}` : "";
  const own = server.name === undefined ? " (an address of your own never takes them from the environment)" : "";
  throw new ConfigurationError(
    vendor.name,
    `there are no credentials; give credentials: { ${credentialList(vendor)} }${or}${own}`,
  );
}

function insufficient(vendor: Vendor, given: object): ConfigurationError {
  const names = Object.keys(given).join(", ") || "none";
  return new ConfigurationError(vendor.name, `credentials ${names} do not suffice; give ${credentialList(vendor)}`);
}

function credentialList(vendor: Vendor): string {
  const schemes = Object.values(vendor.schemes).filter((scheme) => !scheme.actor);
  return [...new Set(schemes.map((scheme) => requiredCredentials(scheme).join(", ")))].join(" } or { ");
}

function pick(given: object, scheme: SecurityScheme): object {
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(scheme.credentials, name)));
}

function checkNames(vendor: Vendor, given: object): void {
  const known = Object.values(vendor.schemes)
    .filter((scheme) => !scheme.actor)
    .flatMap((scheme) => Object.keys(scheme.credentials));
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      throw new ConfigurationError(
        vendor.name,
        `credentials.${name} is not one of its credentials; it takes ${[...new Set(known)].join(", ")}`,
      );
  }
}
