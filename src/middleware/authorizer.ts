/**
 * Decides *when*: which of the operation's security requirements this client can meet, attaching its tokens, and the one
 * replay after a 401 to a request that carried them, unless the challenge or the vendor's code says that the token is not at fault.
 * *What* happens to a token is the manager's.
 */
import { readAnswer } from "../errors/answer.ts";
import { disguises, isTokenRefusal, readFailure } from "../errors/failure.ts";
import { ConfigurationError, TransportError } from "../errors/transport-error.ts";
import type { Listener } from "../events/events.ts";
import type { Bearer } from "../token/bearer.ts";
import type { Guard } from "../transport/guard.ts";
import { isReplayable, type Outgoing } from "../transport/outgoing.ts";
import type { ErrorRules, Phase, SecurityRequirement } from "../vendor.ts";

export interface AuthorizedCall {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  /** With the phases of a sign-in: whose. */
  readonly scheme: string | undefined;
}

export interface AuthorizerOptions {
  readonly vendor: string;
  readonly errors: ErrorRules;
  /** By scheme name; only those this client holds credentials for. */
  readonly bearers: ReadonlyMap<string, Bearer>;
  readonly emit: Listener;
}

export interface Authorizer {
  /** Attaches tokens, sends, and replays once where a 401 calls for it. */
  send(outgoing: Outgoing, call: AuthorizedCall, guard: Guard): Promise<Response>;
  /** The two halves of `send`, for a client whose sending is not ours. */
  prepare(outgoing: Outgoing, call: AuthorizedCall): Promise<Prepared>;
  settle(prepared: Prepared, response: Response, guard: Guard): Promise<Response>;
}

export interface Prepared {
  readonly original: Outgoing;
  /** With its tokens. */
  readonly outgoing: Outgoing;
  readonly call: AuthorizedCall;
  readonly carried: readonly Carried[];
}

/** A token on a request. */
export interface Carried {
  readonly bearer: Bearer;
  readonly value: string;
}

export function createAuthorizer({ vendor, errors, bearers, emit }: AuthorizerOptions): Authorizer {
  const disguised = disguises(errors);

  async function prepare(outgoing: Outgoing, call: AuthorizedCall): Promise<Prepared> {
    outgoing.signal?.throwIfAborted();
    const carried: Carried[] = [];
    for (const name in choose(call)) {
      const bearer = bearers.get(name);
      // A caller's own header goes before ours, and is never replayed.
      if (!bearer || (bearer.scheme.send.in === "header" && outgoing.headers.has(bearer.scheme.send.name))) continue;
      const value = bearer.value(outgoing.signal);
      carried.push({ bearer, value: typeof value === "string" ? value : await value });
    }
    return { original: outgoing, outgoing: carried.length === 0 ? outgoing : attach(outgoing, carried), call, carried };
  }

  async function settle(prepared: Prepared, response: Response, guard: Guard): Promise<Response> {
    const { original, call, carried } = prepared;
    const isRefusal = mayRefuse(response) && carried.length > 0 && (await isTokenAtFault(response, call));
    if (!isRefusal) {
      if (response.status !== 401) for (const { bearer, value } of carried) bearer.accepted(value);
      return response;
    }
    if (!isReplayable(original)) return leaveUnreplayed(prepared, response);
    const fresh = await replaceAll(prepared);
    if (!fresh) return response;
    await response.body?.cancel();
    const again = await guard.send(attach(original, fresh));
    emit({ type: "replay", vendor, operation: call.operation, status: again.status });
    const stillAtFault = mayRefuse(again) && (await isTokenAtFault(again, call));
    for (const { bearer, value } of fresh) stillAtFault ? bearer.suspected(value) : bearer.accepted(value);
    return again;
  }

  const mayRefuse = ({ status }: Response): boolean => status === 401 || disguised.has(status);

  async function isTokenAtFault(response: Response, call: AuthorizedCall): Promise<boolean> {
    return isTokenRefusal(readFailure(errors, await readAnswer(response), call.phase, call.scheme).kind);
  }

  /** Several tokens, and no word which of them is meant: each is replaced. `undefined` where one cannot be. */
  async function replaceAll({ original, call, carried }: Prepared): Promise<Carried[] | undefined> {
    const fresh: Carried[] = [];
    for (const { bearer, value } of carried) {
      const next = await bearer.replace(value, call.operation, original.signal);
      if (next === undefined) return undefined;
      fresh.push({ bearer, value: next });
    }
    return fresh;
  }

  async function leaveUnreplayed({ call, carried }: Prepared, response: Response): Promise<never> {
    // The next call shall not meet the same 401.
    for (const { bearer, value } of carried) bearer.replace(value, call.operation).catch(() => {});
    await response.body?.cancel();
    const message = `${call.operation} was refused (401), and its body is a stream, which is sent once; give the body as a function that makes it`;
    throw new TransportError(vendor, "not_replayable", message);
  }

  /** Among the alternatives that this client can meet, the one that says most about who is calling. */
  function choose({ operation, security }: AuthorizedCall): SecurityRequirement {
    if (security.length === 0) return {};
    let best: SecurityRequirement | undefined;
    let most = -1;
    for (const one of security) {
      const names = Object.keys(one);
      if (names.length <= most || !names.every((name) => bearers.has(name))) continue;
      best = one;
      most = names.length;
    }
    if (best) return best;
    const needs = security.map((one) => Object.keys(one).join(" with ")).join(", or ");
    const has = [...bearers.keys()].join(", ") || "none";
    throw new ConfigurationError(vendor, `${operation} needs ${needs}; this client has credentials for ${has}`);
  }

  return {
    async send(outgoing, call, guard) {
      // Before a token is asked for: what may not leave needs none.
      guard.check(outgoing.url);
      const prepared = await prepare(outgoing, call);
      return settle(prepared, await guard.send(prepared.outgoing), guard);
    },
    prepare,
    settle,
  };
}

/** A copy: what is sent again must not take an old token for the caller's own header. */
function attach(outgoing: Outgoing, carried: readonly Carried[]): Outgoing {
  const headers = new Headers(outgoing.headers);
  let url: URL | undefined;
  for (const { bearer, value } of carried) {
    const { in: place, name, prefix = "" } = bearer.scheme.send;
    const text = prefix + value;
    if (place === "header") headers.set(name, text);
    else if (place === "cookie") headers.set("cookie", withCookie(headers.get("cookie"), name, text));
    else {
      url ??= new URL(outgoing.url);
      url.searchParams.set(name, text);
    }
  }
  const { method, body, signal, redirect, init } = outgoing;
  return { url: url?.href ?? outgoing.url, method, headers, body, signal, redirect, init };
}

function withCookie(header: string | null, name: string, value: string): string {
  const others = (header ?? "").split(/;\s*/u).filter((one) => one !== "" && !one.startsWith(`${name}=`));
  return [...others, `${name}=${encodeURIComponent(value)}`].join("; ");
}
