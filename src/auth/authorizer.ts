/**
 * Authorizes requests: selects the security requirement of an operation that this client meets, puts the tokens on the request, and
 * passes a 401 to handle-unauthorized.ts. Which token a request gets is the decision of its provider (auth-provider.ts).
 */
import { ConfigurationError } from "../errors/configuration-error.ts";
import { createTokenErrorTest } from "../errors/error-kinds.ts";
import type { Listener } from "../events/events.ts";
import type { HttpSender } from "../http/http-sender.ts";
import type { OutgoingRequest } from "../http/outgoing-request.ts";
import { isForeign } from "../http/redirect.ts";
import type { Clock } from "../util/clock.ts";
import type { ErrorRules, Phase, SecurityRequirement } from "../vendor.ts";
import { type AppliedAuth, applyAuth, toAppliedAuth, withoutOverridden } from "./apply-auth.ts";
import type { AuthProvider } from "./auth-provider.ts";
import { handleUnauthorized } from "./handle-unauthorized.ts";
import type { TokenPatience } from "./token/token-patience.ts";

export interface AuthorizedCall {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  /** The scheme that a token request belongs to. */
  readonly scheme: string | undefined;
  /** What the last attempt carried. The next attempt asks the same providers again. */
  appliedAuth?: readonly AppliedAuth[] | undefined;
  /** How long the call waits for its tokens. An error of the wait means that the request was not sent. */
  readonly patience?: TokenPatience;
  /** Set when the request is sent again with another token. */
  wasReplayed?: boolean;
}

export interface AuthorizerOptions {
  readonly vendor: string;
  readonly errors: ErrorRules;
  /** By scheme name; only schemes that this client has credentials for. */
  readonly providers: ReadonlyMap<string, AuthProvider>;
  readonly emit: Listener;
  readonly clock: Clock;
}

export interface Authorizer {
  /** Authorizes and sends a request, and replays it once where a 401 calls for that. */
  send(outgoing: OutgoingRequest, call: AuthorizedCall, sender: HttpSender): Promise<Response>;
  /** Puts tokens on a request that somebody else sends. */
  authorize(outgoing: OutgoingRequest, call: AuthorizedCall): Promise<readonly AppliedAuth[]>;
  /** Handles the response to a request that carried these tokens; resolves with the response of the replay, if there was one. */
  handleResponse(
    outgoing: OutgoingRequest,
    call: AuthorizedCall,
    appliedAuth: readonly AppliedAuth[],
    response: Response,
    sender: HttpSender,
  ): Response | Promise<Response>;
}

const none: readonly AppliedAuth[] = [];

export function createAuthorizer({ vendor, errors, providers, emit, clock }: AuthorizerOptions): Authorizer {
  const mayBeTokenError = createTokenErrorTest(errors);
  const mayBeUnauthorized = ({ status }: Response): boolean => mayBeTokenError(status);
  /** What each list of providers applied last: the same header values serve until a token changes. */
  const lastApplied = new WeakMap<readonly AuthProvider[], readonly AppliedAuth[]>();
  const selected = new WeakMap<readonly SecurityRequirement[], readonly AuthProvider[]>();

  async function authorize(outgoing: OutgoingRequest, call: AuthorizedCall): Promise<readonly AppliedAuth[]> {
    const used =
      call.appliedAuth?.map(({ provider }) => provider) ??
      withoutOverridden(outgoing, selected.get(call.security) ?? (await selectProviders(call, outgoing.signal)));
    const last = lastApplied.get(used) ?? none;
    let appliedAuth = last;
    let index = 0;
    for (const provider of used) {
      const current = provider.getValue(outgoing.signal, call.patience);
      const value = typeof current === "string" ? current : await current;
      if (appliedAuth[index]?.value !== value)
        appliedAuth = appliedAuth.toSpliced(index, 1, toAppliedAuth(provider, value));
      index += 1;
    }
    // The caller may have aborted while a token was obtained.
    outgoing.signal?.throwIfAborted();
    if (appliedAuth !== last) lastApplied.set(used, appliedAuth);
    applyAuth(outgoing, appliedAuth);
    return appliedAuth;
  }

  /** Synchronous unless the response may refuse a token, since every call passes here. */
  function handleResponse(
    outgoing: OutgoingRequest,
    call: AuthorizedCall,
    appliedAuth: readonly AppliedAuth[],
    response: Response,
    sender: HttpSender,
  ): Response | Promise<Response> {
    if (appliedAuth.length > 0 && mayBeUnauthorized(response) && !isForeign(response)) {
      const unauthorized = { outgoing, call, appliedAuth, response, sender };
      return handleUnauthorized(unauthorized, { vendor, errors, emit, clock, mayBeUnauthorized });
    }
    for (const { provider, value } of appliedAuth) provider.markAccepted(value);
    return response;
  }

  /** Selects, among the requirements that this client meets, the one with the most schemes: it says most about the caller. */
  async function selectProviders(
    { operation, security }: AuthorizedCall,
    signal: AbortSignal | undefined,
  ): Promise<readonly AuthProvider[]> {
    const met = security.flatMap((requirement) => {
      const names = Object.keys(requirement);
      const found = names.flatMap((name) => providers.get(name) ?? []);
      return found.length === names.length ? [found] : [];
    });
    const choices = security.length === 0 ? [[]] : met.sort((one, other) => other.length - one.length);
    const [only] = choices;
    const best = choices.length > 1 ? await firstProvided(choices, signal) : only;
    if (!best) throw new ConfigurationError(vendor, `${operation} needs ${describeNeeds(security)}`);
    selected.set(security, best);
    return best;
  }

  /** Finds the first choice whose credentials a credentials function does return, where one provides them. */
  async function firstProvided(choices: readonly (readonly AuthProvider[])[], signal: AbortSignal | undefined) {
    for (const choice of choices) {
      const provided = await Promise.all(choice.map((provider) => provider.canProvide?.(signal) ?? true));
      if (provided.every(Boolean)) return choice;
    }
    return undefined;
  }

  function describeNeeds(security: readonly SecurityRequirement[]): string {
    const needs = security.map((requirement) => Object.keys(requirement).join(" with ")).join(", or ");
    const available = [...providers.keys()].join(", ") || "none";
    return `${needs}; this client has credentials for ${available}`;
  }

  return {
    async send(outgoing, call, sender) {
      // Checked before a token is requested: a request that must not be sent needs none.
      sender.assertAllowedUrl(outgoing.url);
      outgoing.signal?.throwIfAborted();
      const appliedAuth = await authorize(outgoing, call);
      call.appliedAuth = appliedAuth;
      return handleResponse(outgoing, call, appliedAuth, await sender.send(outgoing), sender);
    },
    authorize,
    handleResponse,
  };
}
