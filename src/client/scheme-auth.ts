/** Creates the authentication of one security scheme: a static credential, or a managed token with its account. */
import { type Authorizer, createAuthorizer } from "../auth/authorizer.ts";
import {
  type AuthProvider,
  createFixedProvider,
  createStaticProvider,
  createTokenProvider,
} from "../auth/auth-provider.ts";
import { hasRequiredCredentials } from "../auth/credentials/credentials.ts";
import type { CredentialSource } from "../auth/credentials/credential-source.ts";
import type { Parent } from "../auth/credentials/token-identity.ts";
import { createTokenAccount } from "../auth/token/create-token-account.ts";
import type { TokenAccount } from "../auth/token/token-account.ts";
import type { Redactor } from "../errors/redactor.ts";
import type { Listener } from "../events/events.ts";
import type { HttpSender } from "../http/http-sender.ts";
import { OutgoingRequest } from "../http/outgoing-request.ts";
import type { ClientRateLimiter } from "../http/rate-limit/client-rate-limiter.ts";
import type { RequestObserver } from "../http/request-observer.ts";
import type { TokenStore } from "../store/token-store.ts";
import type { Clock } from "../util/clock.ts";
import type { SecurityScheme, Vendor } from "../vendor.ts";
import type { ResolvedServer } from "./resolve-server.ts";

export interface SchemeAuth {
  readonly provider: AuthProvider;
  /** Absent for a static credential. */
  readonly tokenAccount?: TokenAccount;
  /** Whether the credentials may change: they come from a function, or those of a parent scheme do. */
  readonly isDynamic: boolean;
}

/** The schemes of one client by name. */
export type SchemeAuths = ReadonlyMap<string, SchemeAuth>;

/** What the schemes of a client have in common. */
export interface SchemeAuthOptions {
  readonly vendor: Vendor;
  readonly server: ResolvedServer;
  readonly sender: HttpSender;
  readonly observe: RequestObserver;
  readonly rateLimiter: ClientRateLimiter | undefined;
  readonly store: TokenStore | undefined;
  /** The clock that the caller gave, if any. */
  readonly givenClock: Clock | undefined;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly emit: Listener;
  readonly tokenTimeoutInMs: number;
}

/** @param others the schemes created before: token requests of this scheme may need their tokens */
export function createSchemeAuth(
  options: SchemeAuthOptions,
  name: string,
  scheme: SecurityScheme,
  source: CredentialSource,
  others: SchemeAuths,
): SchemeAuth {
  const { vendor, server, sender, observe, rateLimiter, store, givenClock, clock, redactor, emit } = options;
  const { tokenTimeoutInMs } = options;
  const { lifecycle } = scheme;
  const choice = source.isDynamic
    ? {
        canProvide: async (signal?: AbortSignal | null) =>
          hasRequiredCredentials(scheme, await source.get(tokenTimeoutInMs, signal ?? undefined)),
      }
    : {};
  if (!lifecycle) {
    const provider = createStaticProvider(vendor.name, scheme, source, redactor, tokenTimeoutInMs);
    return { provider: Object.assign(provider, choice), isDynamic: source.isDynamic };
  }
  const authorizer = createClientAuthorizer(options, others);
  const tokenOperations = [...lifecycle.obtain, lifecycle.refresh, lifecycle.revoke];
  const parents = [...others].filter(([other]) =>
    tokenOperations.some((operation) => operation?.security?.some((requirement) => Object.hasOwn(requirement, other))),
  );
  const isDynamic = source.isDynamic || parents.some(([, parent]) => parent.isDynamic);
  const tokenAccount = createTokenAccount({
    vendor: vendor.name,
    errors: vendor.errors,
    schemeName: name,
    scheme,
    lifecycle,
    source,
    isDynamic,
    server,
    parents: (signal) => Promise.all(parents.map(([other, parent]) => toParent(other, parent, signal))),
    urlOf: ({ host, path }) => `${host === undefined ? server.url : server.hosts[host]}${path}`,
    async send({ url, method, headers, body }, operation, phase, signal, ended) {
      // A revocation request carries the token that it ends.
      const own = ended === undefined ? undefined : createFixedProvider(scheme, ended);
      const authorizes = own ? createClientAuthorizer(options, others, [name, own]) : authorizer;
      const outgoing = new OutgoingRequest(url, { method, headers, body: body ?? null, signal, redirect: "manual" });
      const operationName = `${operation.method} ${operation.path}`;
      const call = { operation: operationName, security: operation.security ?? [], phase, scheme: name };
      const observed = observe(sender, operationName, phase);
      return authorizes.send(outgoing, call, rateLimiter?.countOnly(observed, operationName) ?? observed);
    },
    store,
    givenClock,
    clock,
    redactor,
    emit,
    deadlineInMs: tokenTimeoutInMs,
  });
  const provider = Object.assign(createTokenProvider(scheme, tokenAccount.manager, redactor), choice);
  return { provider, tokenAccount, isDynamic };
}

/** Creates the authorizer of a client, or of its token requests. @param own the provider of one more scheme, by its name */
export function createClientAuthorizer(
  { vendor, emit, clock }: Pick<SchemeAuthOptions, "vendor" | "emit" | "clock">,
  schemes: SchemeAuths,
  own?: readonly [string, AuthProvider],
): Authorizer {
  const providers = new Map([...schemes].map(([name, { provider }]) => [name, provider]));
  if (own) providers.set(...own);
  return createAuthorizer({ vendor: vendor.name, errors: vendor.errors, providers, emit, clock });
}

async function toParent(
  name: string,
  { provider, tokenAccount }: SchemeAuth,
  signal: AbortSignal | undefined,
): Promise<Parent> {
  if (!tokenAccount) return { key: name, secret: await provider.getValue(signal) };
  const { key, fingerprint } = await tokenAccount.manager.identity();
  return { key, secret: fingerprint };
}
