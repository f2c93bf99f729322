/**
 * Decides *when*: which of the operation's security requirements this client can meet, attaching its tokens, and the one
 * replay after a 401 to a request that carried them (refusal.ts). *What* happens to a token is the manager's.
 */
import { preloadedModule } from "../util/lazy-module.ts";
import type { Clock } from "../util/clock.ts";
import { maskedErrorStatuses } from "../errors/response-context.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Listener } from "../events/events.ts";
import type { AuthProvider } from "./auth-provider.ts";
import type { HttpSender } from "../http/http-sender.ts";
import type { OutgoingRequest } from "../http/outgoing-request.ts";
import type { ErrorRules, Phase, SecurityRequirement } from "../vendor.ts";
import { applyAuth, type AppliedAuth, withoutOverridden, toAppliedAuth } from "./apply-auth.ts";
import type { UnauthorizedResponse } from "./handle-unauthorized.ts";

export interface AuthorizedCall {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  /** With the phases of a sign-in: whose. */
  readonly scheme: string | undefined;
  /** What the last sending carried; another sending asks the same bearers anew. */
  appliedAuth?: readonly AppliedAuth[] | undefined;
}

export interface AuthorizerOptions {
  readonly vendor: string;
  readonly errors: ErrorRules;
  /** By scheme name; only those this client holds credentials for. */
  readonly providers: ReadonlyMap<string, AuthProvider>;
  readonly emit: Listener;
  readonly clock: Clock;
}

export interface Authorizer {
  /** Attaches tokens, sends, and replays once where a 401 calls for it. */
  send(outgoing: OutgoingRequest, call: AuthorizedCall, guard: HttpSender): Promise<Response>;
  /** Its first half: attaches tokens, and sends. What was carried is set on the call. Throws at once what forbids the sending. */
  sendWithAuth(outgoing: OutgoingRequest, call: AuthorizedCall, guard: HttpSender): Promise<Response>;
  /** For a client whose sending is not ours. Tokens are set on the request. */
  authorize(outgoing: OutgoingRequest, call: AuthorizedCall): readonly AppliedAuth[] | Promise<readonly AppliedAuth[]>;
  /** Its second half. */
  handleResponse(
    outgoing: OutgoingRequest,
    call: AuthorizedCall,
    carried: readonly AppliedAuth[],
    response: Response,
    guard: HttpSender,
  ): Response | Promise<Response>;
}

const none: readonly AppliedAuth[] = [];
const refusing = preloadedModule(() => import("./handle-unauthorized.ts"));

export function createAuthorizer({ vendor, errors, providers: bearers, emit, clock }: AuthorizerOptions): Authorizer {
  const disguised = maskedErrorStatuses(errors);

  /** What each list of bearers carried last, which is the same until a token changes. */
  const last = new WeakMap<readonly AuthProvider[], readonly AppliedAuth[]>();

  function prepare(outgoing: OutgoingRequest, call: AuthorizedCall) {
    const used = call.appliedAuth?.map(({ provider: bearer }) => bearer) ?? withoutOverridden(outgoing, choose(call));
    const known = last.get(used) ?? none;
    for (let at = 0, bearer = used[at]; bearer; at += 1, bearer = used[at]) {
      const value = bearer.getValue(outgoing.signal);
      if (value !== known[at]?.value) return prepareAnew(outgoing, used, known.slice(0, at), value);
    }
    applyAuth(outgoing, known);
    return known;
  }

  /** From the first token on that is another one, or must be waited for. */
  function prepareAnew(
    outgoing: OutgoingRequest,
    used: readonly AuthProvider[],
    carried: AppliedAuth[],
    first: string | Promise<string>,
  ): readonly AppliedAuth[] | Promise<readonly AppliedAuth[]> {
    let value = first;
    for (let bearer = used[carried.length]; bearer; bearer = used[carried.length]) {
      if (typeof value !== "string") return prepareLater(outgoing, used, carried, value);
      carried.push(toAppliedAuth(bearer, value));
      const next = used[carried.length];
      if (next) value = next.getValue(outgoing.signal);
    }
    last.set(used, carried);
    applyAuth(outgoing, carried);
    return carried;
  }

  async function prepareLater(
    outgoing: OutgoingRequest,
    used: readonly AuthProvider[],
    carried: AppliedAuth[],
    waiting: Promise<string>,
  ): Promise<readonly AppliedAuth[]> {
    const value = await waiting;
    // A token that came in the moment in which the caller left.
    outgoing.signal?.throwIfAborted();
    return prepareAnew(outgoing, used, carried, value);
  }

  /** The raw answer. No async function: it is on the way of every call. */
  function depart(outgoing: OutgoingRequest, call: AuthorizedCall, guard: HttpSender): Promise<Response> {
    // Before a token is asked for: what may not leave needs none.
    guard.assertAllowedUrl(outgoing.url);
    outgoing.signal?.throwIfAborted();
    const prepared = prepare(outgoing, call);
    return prepared instanceof Promise
      ? dispatchLater(outgoing, call, prepared, guard)
      : dispatch(outgoing, call, prepared, guard);
  }

  /** A function of its own: a closure in `depart` would cost each call its room. */
  const dispatchLater = async (
    outgoing: OutgoingRequest,
    call: AuthorizedCall,
    prepared: Promise<readonly AppliedAuth[]>,
    guard: HttpSender,
  ) => dispatch(outgoing, call, await prepared, guard);

  function dispatch(
    outgoing: OutgoingRequest,
    call: AuthorizedCall,
    carried: readonly AppliedAuth[],
    guard: HttpSender,
  ) {
    call.appliedAuth = carried;
    return guard.send(outgoing);
  }

  function settle(
    outgoing: OutgoingRequest,
    call: AuthorizedCall,
    carried: readonly AppliedAuth[],
    response: Response,
    guard: HttpSender,
  ): Response | Promise<Response> {
    if (carried.length === 0) return response;
    if (mayRefuse(response)) return settleRefusal({ outgoing, call, appliedAuth: carried, response, sender: guard });
    for (let at = 0, one = carried[at]; one; at += 1, one = carried[at]) one.provider.markAccepted(one.value);
    return response;
  }

  const settleRefusal = async (refused: UnauthorizedResponse): Promise<Response> =>
    (await refusing.load()).handleUnauthorized(refused, { vendor, errors, emit, clock, mayBeUnauthorized: mayRefuse });

  const mayRefuse = ({ status }: Response): boolean => status === 401 || disguised.has(status);

  /** By the requirements, which are the vendor's own arrays: chosen once each. */
  const chosen = new WeakMap<readonly SecurityRequirement[], readonly AuthProvider[]>();

  /** Among the alternatives that this client can meet, the one that says most about who is calling. */
  function choose({ operation, security }: AuthorizedCall): readonly AuthProvider[] {
    const known = chosen.get(security);
    if (known) return known;
    let best: readonly AuthProvider[] | undefined = security.length === 0 ? [] : undefined;
    for (const one of security) {
      const names = Object.keys(one);
      const met = names.flatMap((name) => bearers.get(name) ?? []);
      if (met.length === names.length && met.length > (best?.length ?? -1)) best = met;
    }
    if (best) {
      chosen.set(security, best);
      return best;
    }
    const needs = security.map((one) => Object.keys(one).join(" with ")).join(", or ");
    const has = [...bearers.keys()].join(", ") || "none";
    throw new ConfigurationError(vendor, `${operation} needs ${needs}; this client has credentials for ${has}`);
  }

  return {
    sendWithAuth: depart,
    async send(outgoing, call, guard) {
      const response = await depart(outgoing, call, guard);
      return settle(outgoing, call, call.appliedAuth ?? none, response, guard);
    },
    authorize: prepare,
    handleResponse: settle,
  };
}
