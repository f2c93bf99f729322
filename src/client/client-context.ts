/**
 * Connects the parts of one client: its server, allowed origins, security schemes, authorizer, rate limiter and observer. `connect` and
 * `authMiddleware` both build on a context; nothing else connects these parts.
 */
import type { Authorizer } from "../auth/authorizer.ts";
import { type CredentialProvider, createCredentialSource } from "../auth/credentials/credential-source.ts";
import type { TokenAccount } from "../auth/token/token-account.ts";
import { createTokenPatience, type TokenPatience } from "../auth/token/token-patience.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { createRedactor, type Redactor } from "../errors/redactor.ts";
import { createEmitter, type Listener } from "../events/events.ts";
import { createHttpSender, type Fetch, type HttpSender } from "../http/http-sender.ts";
import {
  type ClientRateLimiter,
  createClientRateLimiter,
  limitsForServer,
} from "../http/rate-limit/client-rate-limiter.ts";
import { createRequestObserver, type RequestObserver } from "../http/request-observer.ts";
import { retryLimit } from "../http/retry.ts";
import type { ConnectOptions } from "../options.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import type { Operation, SecurityRequirement, Vendor, VendorTypes } from "../vendor.ts";
import { defaultTimeoutInMs } from "./call-options.ts";
import {
  checkCredentialNames,
  credentialsFunctionOfScheme,
  credentialsOfScheme,
  insufficientCredentials,
  needsCredentials,
  resolveCredentials,
  selectSecondPartyScheme,
} from "./resolve-credentials.ts";
import { type ResolvedServer, resolveInsecureHosts, resolveServer } from "./resolve-server.ts";
import {
  createClientAuthorizer,
  createSchemeAuth,
  type SchemeAuth,
  type SchemeAuthOptions,
  type SchemeAuths,
} from "./scheme-auth.ts";
import { checkConnectOptions } from "./check-options.ts";
import { toOwnOptions, toOwnVendor } from "./own-options.ts";
import { readTokenRoles, resourceRole, type TokenRole } from "./token-roles.ts";
import { accountOf, hasRequiredCredentials } from "../auth/credentials/credentials.ts";

export interface ClientContext {
  readonly vendor: Vendor;
  readonly server: ResolvedServer;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly emit: Listener;
  readonly observe: RequestObserver;
  /** Absent if the caller switched it off. */
  readonly rateLimiter: ClientRateLimiter | undefined;
  /** The account of every managed token; that of the second party is last. */
  readonly tokenAccounts: readonly TokenAccount[];
  readonly authorizer: Authorizer;
  /** Creates the patience of one wait for a token outside a call, by the options of the client. */
  createPatience(): TokenPatience;
  /** @param fetch the call's own `fetch`, if it gives one */
  createSender(fetch?: Fetch, allowsCrossOriginRedirects?: boolean): HttpSender;
  securityOf(operation: Operation | undefined): readonly SecurityRequirement[];
  /** What an operation does with tokens, for calls in which a program signs in, refreshes or revokes by hand. */
  tokenRoleOf(operation: string): TokenRole;
  /** Drops the cached session after a successful revocation that a program sent by hand. */
  onLogout(role: TokenRole): Promise<void>;
  /** Creates a context with the same connection and the token of a second party besides. */
  as(credentials: Readonly<Record<string, unknown>>): Promise<ClientContext>;
  /** Closes the token accounts that were created for this context, not those it shares. */
  close(): Promise<void>;
}

const contract = 1;

export function createClientContext(given: Vendor, givenOptions: ConnectOptions<VendorTypes>): ClientContext {
  checkContract(given);
  const vendor = toOwnVendor(given);
  checkConnectOptions(vendor.name, givenOptions);
  const options = toOwnOptions(givenOptions);
  const insecureHosts = resolveInsecureHosts(vendor, options.allowInsecureHosts);
  const hasCredentials = (options.credentials ?? undefined) !== undefined;
  const server = resolveServer(vendor, options.server, !hasCredentials, insecureHosts);
  const clock = options.clock ?? systemClock;
  const redactor = createRedactor();
  const emit = createEmitter(options.onEvent);
  const observe = createRequestObserver(vendor.name, clock, options.onHttp);
  const origins = new Set([server.url, ...Object.values(server.hosts)].map((url) => new URL(url).origin));
  const secretParameters = queryCredentials(vendor);
  const senderOptions = { vendor: vendor.name, origins, redactor, secretParameters, insecureHosts };
  const clientSender = createHttpSender({ ...senderOptions, fetch: options.fetch });
  const createSender = (fetch?: Fetch, allowsCrossOriginRedirects = false) =>
    fetch || allowsCrossOriginRedirects
      ? createHttpSender({ ...senderOptions, fetch: fetch ?? options.fetch, allowsCrossOriginRedirects })
      : clientSender;
  const credentials = resolveCredentials(vendor, server, options.credentials);
  if (typeof credentials === "object") addSecrets(redactor, vendor, credentials);
  const roles = readTokenRoles(vendor);
  const { rateLimit = true } = options;
  const limits = rateLimit === true ? limitsForServer(vendor, server.name) : rateLimit || [];
  const owner = typeof credentials === "function" ? credentials : accountOf(Object.values(vendor.schemes), credentials);
  const rateLimiter = rateLimit ? createClientRateLimiter({ vendor, limits, clock, server, owner, emit }) : undefined;
  const schemeOptions: SchemeAuthOptions = {
    vendor,
    server,
    sender: clientSender,
    observe,
    rateLimiter,
    store: options.store,
    givenClock: options.clock,
    clock,
    redactor,
    emit,
    tokenTimeoutInMs: options.tokenTimeoutInMs ?? 10_000,
  };

  const createPatience = () =>
    createTokenPatience({
      clock,
      retries: retryLimit(options.retries, vendor.retry),
      timeoutInMs: options.timeoutInMs ?? defaultTimeoutInMs,
      deadlineInMs: options.deadlineInMs,
    });

  /** @param own the schemes among them that this context closes */
  function createContext(schemes: SchemeAuths, own: readonly SchemeAuth[]): ClientContext {
    return {
      vendor,
      server,
      clock,
      redactor,
      emit,
      observe,
      rateLimiter,
      tokenAccounts: [...schemes.values()].flatMap(({ tokenAccount }) => (tokenAccount ? [tokenAccount] : [])),
      createSender,
      createPatience,
      authorizer: createClientAuthorizer(schemeOptions, schemes),
      securityOf: (operation) => operation?.security ?? vendor.security,
      tokenRoleOf: (operation) => roles.get(operation) ?? resourceRole,
      async onLogout({ phase, scheme }) {
        if (phase !== "revoke" || scheme === undefined) return;
        await schemes.get(scheme)?.tokenAccount?.manager.invalidateSession();
      },
      async as(given) {
        const [name, scheme] = selectSecondPartyScheme(vendor, given);
        const source = createCredentialSource(vendor.name, scheme, given, clock);
        const others = new Map([...schemes].filter(([other]) => vendor.schemes[other]?.actor === undefined));
        const secondParty = createSchemeAuth(schemeOptions, name, scheme, source, others);
        return createContext(new Map([...others, [name, secondParty]]), [secondParty]);
      },
      async close() {
        if (schemes.size === own.length) rateLimiter?.close();
        await Promise.all(own.map(({ tokenAccount }) => tokenAccount?.manager.close()));
      },
    };
  }

  const schemes = new Map<string, SchemeAuth>();
  for (const [name, scheme] of Object.entries(vendor.schemes)) {
    if (scheme.actor) continue;
    const given = isProvider(credentials)
      ? credentialsFunctionOfScheme(vendor, credentials, scheme)
      : credentialsOfScheme(credentials, scheme);
    if (typeof given === "object" && !hasRequiredCredentials(scheme, given)) continue;
    const source = createCredentialSource(vendor.name, scheme, given, clock);
    schemes.set(name, createSchemeAuth(schemeOptions, name, scheme, source, schemes));
  }
  if (typeof credentials === "object") checkCredentialNames(vendor, credentials);
  if (schemes.size === 0 && needsCredentials(vendor)) throw insufficientCredentials(vendor, credentials);
  return createContext(schemes, [...schemes.values()]);
}

const isProvider = (credentials: object): credentials is CredentialProvider<object> =>
  typeof credentials === "function";

/** Makes credentials known before the first sign-in uses them: a request that is checked before it may hold them. */
function addSecrets(redactor: Redactor, vendor: Vendor, credentials: object): void {
  for (const { credentials: fields } of Object.values(vendor.schemes)) {
    for (const [name, value] of Object.entries(credentials)) {
      if (typeof value === "string" && fields[name] && fields[name].secret !== false) redactor.addCredential(value);
    }
  }
}

/** The query parameters that carry credentials. */
export const queryCredentials = (vendor: Vendor): readonly string[] =>
  Object.values(vendor.schemes).flatMap(({ send }) => (send.in === "query" ? [send.name] : []));

function checkContract(vendor: Vendor): void {
  const version: unknown = vendor?.contract;
  if (version === contract) return;
  if (typeof version !== "number") {
    const what = vendor === undefined || vendor === null ? String(vendor) : "something else";
    throw new ConfigurationError(
      "connect",
      `the first argument must be a vendor, and is ${what}; import one, from "latchkey/vendors/…" or your generated folder`,
    );
  }
  const fix = version > contract ? "update the package latchkey" : "update latchkey-cli and generate the vendor again";
  throw new ConfigurationError(
    String(vendor.name),
    `it was generated for contract ${version}, but this runtime supports contract ${contract}; ${fix}`,
  );
}
