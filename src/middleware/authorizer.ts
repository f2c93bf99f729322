/**
 * Decides *when*: which of the operation's security requirements this client can meet, attaching its tokens, and the one
 * replay after a 401 to a request that carried them, unless the challenge or the vendor's code says that the token is not at fault.
 * *What* happens to a token is the manager's.
 */

import { readAnswer } from "../errors/answer.ts";
import { readFailure } from "../errors/failure.ts";
import { ConfigurationError, TransportError } from "../errors/transport-error.ts";
import type { Listener } from "../events/events.ts";
import type { Bearer } from "../token/bearer.ts";
import type { GuardedFetch } from "../transport/guarded-fetch.ts";
import { isReplayable, type ReplayableBody, rebuild } from "../transport/replayable-body.ts";
import type { ErrorRules, Phase, SecurityRequirement, SendRule } from "../vendor.ts";

export interface AuthorizedCall {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly security: readonly SecurityRequirement[];
  readonly body: ReplayableBody;
  readonly phase: Phase;
  /** With the phases of a sign-in: whose. */
  readonly scheme?: string;
}

export interface AuthorizerOptions {
  readonly vendor: string;
  readonly errors: ErrorRules;
  /** By scheme name; only those this client holds credentials for. */
  readonly bearers: ReadonlyMap<string, Bearer>;
  readonly fetch: GuardedFetch;
  readonly emit: Listener;
}

export interface Authorizer {
  /** Attaches tokens, sends, and replays once where a 401 calls for it. */
  send(request: Request, call: AuthorizedCall): Promise<Response>;
  /** The two halves of `send`, for a client whose sending is not ours. */
  prepare(request: Request, call: AuthorizedCall): Promise<Prepared>;
  /** @param send Where a replay goes. */
  settle(prepared: Prepared, response: Response, send: GuardedFetch): Promise<Response>;
}

export interface Prepared {
  /** With its tokens. */
  readonly request: Request;
  /** As the caller made it. */
  readonly original: Request;
  readonly call: AuthorizedCall;
  readonly carried: readonly Attached[];
}

export interface Attached {
  readonly bearer: Bearer;
  readonly value: string;
}

export function createAuthorizer({ vendor, errors, bearers, fetch, emit }: AuthorizerOptions): Authorizer {
  return {
    async send(request, call) {
      const prepared = await prepare(request, call);
      return settle(prepared, await fetch(prepared.request, follows(request)), fetch);
    },
    prepare,
    settle,
  };

  async function prepare(original: Request, call: AuthorizedCall): Promise<Prepared> {
    const carried = await gather(original, call);
    return { request: attach(original, carried), original, call, carried };
  }

  async function settle(
    { original, call, carried }: Prepared,
    response: Response,
    send: GuardedFetch,
  ): Promise<Response> {
    if (response.status !== 401 || carried.length === 0) return response;
    const { kind } = readFailure(errors, await readAnswer(response.clone()), call.phase, call.scheme);
    if (kind !== "invalid_token") return response;
    if (!isReplayable(call.body)) {
      // The next call shall not meet the same 401.
      for (const { bearer, value } of carried) bearer.replace(value, call.operation).catch(() => {});
      await response.body?.cancel();
      throw new TransportError(
        vendor,
        "not_replayable",
        `${call.operation} was refused (401), and its body is a stream, which is sent once; give the body as a function that makes it`,
      );
    }
    // Several tokens, and no word which of them is meant: each is replaced.
    const fresh: Attached[] = [];
    for (const { bearer, value } of carried) {
      const next = await bearer.replace(value, call.operation, original.signal);
      if (next === undefined) return response;
      fresh.push({ bearer, value: next });
    }
    await response.body?.cancel();
    const again = await send(attach(rebuild(original, call.body), fresh), follows(original));
    emit({ type: "replay", vendor, operation: call.operation, status: again.status });
    return again;
  }

  async function gather(request: Request, call: AuthorizedCall): Promise<Attached[]> {
    const carried: Attached[] = [];
    for (const name of Object.keys(choose(call))) {
      const bearer = bearers.get(name);
      // A caller's own header goes before ours, and is never replayed.
      if (!bearer || (bearer.scheme.send.in === "header" && request.headers.has(bearer.scheme.send.name))) continue;
      const value = bearer.value(request.signal);
      carried.push({ bearer, value: typeof value === "string" ? value : await value });
    }
    return carried;
  }

  /** Among the alternatives that this client can meet, the one that says most about who is calling. */
  function choose({ operation, security }: AuthorizedCall): SecurityRequirement {
    if (security.length === 0) return {};
    const met = security.filter((one) => Object.keys(one).every((name) => bearers.has(name)));
    const [best] = met.toSorted((a, b) => Object.keys(b).length - Object.keys(a).length);
    if (best) return best;
    const needs = security.map((one) => Object.keys(one).join(" with ")).join(", or ");
    throw new ConfigurationError(
      vendor,
      `${operation} needs ${needs}; this client has credentials for ${[...bearers.keys()].join(", ") || "none"}`,
    );
  }
}

/** The request as it is sent: with the tokens, on a copy that no middleware sees, and its redirects left to the guard. */
function attach(request: Request, carried: readonly Attached[]): Request {
  const headers = new Headers(request.headers);
  let url: URL | undefined;
  for (const { bearer, value } of carried) {
    const rule: SendRule = bearer.scheme.send;
    const text = `${rule.prefix ?? ""}${value}`;
    if (rule.in === "header") headers.set(rule.name, text);
    else if (rule.in === "cookie") headers.append("cookie", `${rule.name}=${encodeURIComponent(text)}`);
    else {
      url ??= new URL(request.url);
      url.searchParams.set(rule.name, text);
    }
  }
  if (!url) return new Request(request, { headers, redirect: "manual" });
  return new Request(new Request(url, request), { headers, redirect: "manual" });
}

const follows = (request: Request): boolean => request.redirect === "follow";
