/**
 * Decides *when*: which of the operation's security requirements this client can meet, attaching its tokens, and the one
 * replay after a 401 to a request that carried them, unless the challenge or the vendor's code says that the token is not at fault.
 * *What* happens to a token is the manager's.
 */

import { type Clock, createStopwatch } from "../clock.ts";
import { readAnswer } from "../errors/answer.ts";
import { disguises, isTokenRefusal, readFailure } from "../errors/failure.ts";
import { ConfigurationError, TransportError } from "../errors/transport-error.ts";
import type { Listener } from "../events/events.ts";
import type { Bearer } from "../token/bearer.ts";
import type { Refusal } from "../token/rejections.ts";
import type { Guard } from "../transport/guard.ts";
import type { Outgoing } from "../transport/outgoing.ts";
import type { ErrorKind, ErrorRules, Phase, SecurityRequirement } from "../vendor.ts";

export interface AuthorizedCall {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  /** With the phases of a sign-in: whose. */
  readonly scheme: string | undefined;
  /** What the last sending carried; another sending asks the same bearers anew. */
  carried?: readonly Carried[] | undefined;
}

export interface AuthorizerOptions {
  readonly vendor: string;
  readonly errors: ErrorRules;
  /** By scheme name; only those this client holds credentials for. */
  readonly bearers: ReadonlyMap<string, Bearer>;
  readonly emit: Listener;
  readonly clock: Clock;
}

export interface Authorizer {
  /** Attaches tokens, sends, and replays once where a 401 calls for it. Throws at once what forbids the sending. */
  send(outgoing: Outgoing, call: AuthorizedCall, guard: Guard): Promise<Response>;
  /** The two halves of `send`, for a client whose sending is not ours. Tokens are set on the request. */
  prepare(outgoing: Outgoing, call: AuthorizedCall): readonly Carried[] | Promise<readonly Carried[]>;
  settle(
    outgoing: Outgoing,
    call: AuthorizedCall,
    carried: readonly Carried[],
    response: Response,
    guard: Guard,
  ): Response | Promise<Response>;
}

/** A token on a request. */
export interface Carried {
  readonly bearer: Bearer;
  readonly value: string;
}

export function createAuthorizer({ vendor, errors, bearers, emit, clock }: AuthorizerOptions): Authorizer {
  const disguised = disguises(errors);

  function prepare(outgoing: Outgoing, call: AuthorizedCall) {
    const used = call.carried?.map(({ bearer }) => bearer) ?? free(outgoing, choose(call));
    const carried: Carried[] = new Array(used.length);
    let count = 0;
    for (const bearer of used) {
      const value = bearer.value(outgoing.signal);
      if (typeof value !== "string") return prepareLater(outgoing, carried.slice(0, count), value, used.slice(count));
      carried[count] = { bearer, value };
      count += 1;
    }
    attach(outgoing, carried);
    return carried;
  }

  /** From the first token on that must be waited for. */
  async function prepareLater(
    outgoing: Outgoing,
    carried: Carried[],
    first: Promise<string>,
    [waiting, ...others]: readonly Bearer[],
  ): Promise<readonly Carried[]> {
    const value = await first;
    if (waiting) carried.push({ bearer: waiting, value });
    for (const bearer of others) carried.push({ bearer, value: await bearer.value(outgoing.signal) });
    // A token that came in the moment in which the caller left.
    outgoing.signal?.throwIfAborted();
    attach(outgoing, carried);
    return carried;
  }

  function dispatch(outgoing: Outgoing, call: AuthorizedCall, carried: readonly Carried[], guard: Guard) {
    call.carried = carried;
    return guard.send(outgoing).then((response) => settle(outgoing, call, carried, response, guard));
  }

  function settle(
    outgoing: Outgoing,
    call: AuthorizedCall,
    carried: readonly Carried[],
    response: Response,
    guard: Guard,
  ): Response | Promise<Response> {
    if (carried.length === 0) return response;
    if (mayRefuse(response)) return settleRefusal(outgoing, call, carried, response, guard);
    for (const { bearer, value } of carried) bearer.accepted(value);
    return response;
  }

  async function settleRefusal(
    outgoing: Outgoing,
    call: AuthorizedCall,
    carried: readonly Carried[],
    response: Response,
    guard: Guard,
  ): Promise<Response> {
    const watch = createStopwatch(clock);
    const reason = await faultOfToken(response, call);
    if (!reason) {
      if (response.status !== 401) for (const { bearer, value } of carried) bearer.accepted(value);
      return response;
    }
    const refusal = { operation: call.operation, reason };
    if (!outgoing.isReplayable) return leaveUnreplayed(refusal, carried, response);
    const fresh = await replaceAll(outgoing, refusal, carried).catch(async (error: unknown) => {
      await response.body?.cancel();
      throw error;
    });
    if (!fresh) return response;
    await response.body?.cancel();
    attach(outgoing, fresh);
    const again = await guard.send(outgoing);
    emit({ type: "replay", vendor, ...refusal, status: again.status, durationInMs: watch.elapsedInMs() });
    const stillAtFault = mayRefuse(again) && (await faultOfToken(again, call)) !== undefined;
    for (const { bearer, value } of fresh) stillAtFault ? bearer.suspected(value) : bearer.accepted(value);
    return again;
  }

  const mayRefuse = ({ status }: Response): boolean => status === 401 || disguised.has(status);

  /** What is said of the token; `undefined` where it is not at fault. */
  async function faultOfToken(response: Response, { phase, scheme }: AuthorizedCall): Promise<ErrorKind | undefined> {
    const { kind } = readFailure(errors, await readAnswer(response), phase, scheme);
    return isTokenRefusal(kind) ? kind : undefined;
  }

  /** Several tokens, and no word which of them is meant: each is replaced. `undefined` where one cannot be. */
  async function replaceAll(
    outgoing: Outgoing,
    refusal: Refusal,
    carried: readonly Carried[],
  ): Promise<Carried[] | undefined> {
    const fresh: Carried[] = [];
    for (const { bearer, value } of carried) {
      const next = await bearer.replace(value, refusal, outgoing.signal);
      if (next === undefined) return undefined;
      fresh.push({ bearer, value: next });
    }
    outgoing.signal?.throwIfAborted();
    return fresh;
  }

  async function leaveUnreplayed(refusal: Refusal, carried: readonly Carried[], response: Response): Promise<never> {
    // The next call shall not meet the same 401.
    for (const { bearer, value } of carried) bearer.replace(value, refusal).catch(() => {});
    await response.body?.cancel();
    const message = `${refusal.operation} was refused (401), and its body is a stream, which is sent once; give the body as a function that makes it`;
    throw new TransportError(vendor, "not_replayable", message);
  }

  /** By the requirements, which are the vendor's own arrays: chosen once each. */
  const chosen = new WeakMap<readonly SecurityRequirement[], readonly Bearer[]>();

  /** Among the alternatives that this client can meet, the one that says most about who is calling. */
  function choose({ operation, security }: AuthorizedCall): readonly Bearer[] {
    const known = chosen.get(security);
    if (known) return known;
    let best: readonly Bearer[] | undefined = security.length === 0 ? [] : undefined;
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
    send(outgoing, call, guard) {
      // Before a token is asked for: what may not leave needs none.
      guard.check(outgoing.url);
      outgoing.signal?.throwIfAborted();
      const prepared = prepare(outgoing, call);
      if (prepared instanceof Promise) return prepared.then((carried) => dispatch(outgoing, call, carried, guard));
      return dispatch(outgoing, call, prepared, guard);
    },
    prepare,
    settle,
  };
}

/** A caller's own header goes before ours, and is never replayed. */
const free = (outgoing: Outgoing, bearers: readonly Bearer[]): readonly Bearer[] =>
  bearers.some((bearer) => isTaken(outgoing, bearer))
    ? bearers.filter((bearer) => !isTaken(outgoing, bearer))
    : bearers;

const isTaken = ({ headers }: Outgoing, { scheme }: Bearer): boolean =>
  scheme.send.in === "header" && headers.has(scheme.send.name);

function attach(outgoing: Outgoing, carried: readonly Carried[]): void {
  for (const { bearer, value } of carried) {
    const { in: place, name, prefix = "" } = bearer.scheme.send;
    const text = prefix + value;
    if (place === "header") outgoing.headers.set(name, text);
    else if (place === "cookie") outgoing.headers.set("cookie", withCookie(outgoing.headers.get("cookie"), name, text));
    else {
      const url = new URL(outgoing.url);
      url.searchParams.set(name, text);
      outgoing.url = url.href;
    }
  }
}

function withCookie(header: string | null, name: string, value: string): string {
  const others = (header ?? "").split(/;\s*/u).filter((one) => one !== "" && !one.startsWith(`${name}=`));
  return [...others, `${name}=${encodeURIComponent(value)}`].join("; ");
}
