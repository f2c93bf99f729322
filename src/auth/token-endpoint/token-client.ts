/** Talks to a token endpoint: builds a request, sends it once, parses the response, and emits an event. */

import { type Clock, createStopwatch } from "../../util/clock.ts";
import type { Redactor } from "../../errors/redactor.ts";
import type { Listener, RefreshTrigger } from "../../events/events.ts";
import type { StoredToken } from "../../store/token-record.ts";
import type { ErrorRules, Lifecycle, Phase, TokenOperation } from "../../vendor.ts";
import { createDiscovery } from "./discovery.ts";
import { sendTokenRequest, type TokenEndpointResponse } from "./send-token-request.ts";
import type { TokenIdentity } from "../credentials/token-identity.ts";
import { buildTokenRequest, type TokenRequest } from "./token-request.ts";
import { type ParsedTokenResponse, parseTokenResponse, toStoredToken } from "./token-response.ts";
import { clockSkewInMs } from "./clock-skew.ts";
import { type TokenFailure, toTokenFailure } from "./token-failure.ts";

export interface TokenClientOptions {
  readonly vendor: string;
  readonly errors: ErrorRules;
  readonly schemeName: string;
  readonly lifecycle: Lifecycle;
  /** Absolute URL of a token operation. */
  readonly urlOf: (operation: TokenOperation) => string;
  /** Sends a token request; adds the token that the request itself may need (a customer's sign-in). */
  readonly send: (
    request: TokenRequest,
    operation: TokenOperation,
    phase: Phase,
    signal: AbortSignal,
    /** The access token that the request revokes. */
    ended: string | undefined,
  ) => Promise<Response>;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly emit: Listener;
  /** For one token request, in milliseconds. */
  readonly deadlineInMs: number;
}

export interface TokenRequestInput {
  readonly operation: TokenOperation;
  readonly phase: "obtain" | "refresh";
  readonly identity: TokenIdentity;
  readonly trigger: RefreshTrigger;
  readonly previous: StoredToken | undefined;
  readonly inDoubtAttempt: boolean;
  /** The store's time. */
  readonly storeNow: () => number;
  readonly waitedInMs: () => number;
  readonly retryAt: (failure: TokenFailure) => number | undefined;
}

export type TokenRequestResult =
  | { readonly ok: true; readonly token: StoredToken }
  /** `refreshToken`: the failed response held a refresh token nevertheless, which must not be lost. */
  | { readonly ok: false; readonly failure: TokenFailure; readonly refreshToken?: string };

export interface TokenClient {
  requestToken(input: TokenRequestInput): Promise<TokenRequestResult>;
  /** Revokes a token; resolves with the failure, if any. */
  revoke(operation: TokenOperation, identity: TokenIdentity, token: StoredToken): Promise<TokenFailure | undefined>;
}

export function createTokenClient(options: TokenClientOptions): TokenClient {
  const { vendor, errors, schemeName, lifecycle, clock, redactor, emit, deadlineInMs } = options;

  const endpoint = { clock, deadlineInMs };
  const discovery = createDiscovery((request, operation) => {
    const discoveryOperation = { ...operation, method: request.method };
    const send = (sent: TokenRequest, signal: AbortSignal) =>
      options.send(sent, discoveryOperation, "obtain", signal, undefined);
    return sendTokenRequest(request, { ...endpoint, send });
  });

  async function send(
    documented: TokenOperation,
    phase: Phase,
    { credentials }: TokenIdentity,
    token: StoredToken | undefined,
    revoked?: string,
  ): Promise<Exchange> {
    const documentedUrl = options.urlOf(documented);
    const found = documented.discovery
      ? await discovery.find(documented, documentedUrl)
      : { operation: documented, url: documentedUrl };
    if ("response" in found) return { response: found.response, url: documentedUrl };
    const { operation, url } = found;
    const request = buildTokenRequest(vendor, operation, url, {
      credentials,
      token: { accessToken: token?.accessToken, refreshToken: token?.refreshToken },
    });
    // The refresh token may come from the store, and a server may quote a token that it refuses.
    if (token?.refreshToken !== undefined) redactor.addToken(token.refreshToken);
    const response = await sendTokenRequest(request, {
      ...endpoint,
      send: (sent, signal) => options.send(sent, operation, phase, signal, revoked),
    });
    return { response, url };
  }

  const toFailure = ({ response, url }: Exchange, phase: Phase) =>
    toTokenFailure(response, { rules: errors, phase, scheme: schemeName, url, redactor, now: clock.now() });

  function toResult(
    exchange: Exchange,
    { phase, identity, previous, storeNow }: TokenRequestInput,
  ): TokenRequestResult {
    const { response } = exchange;
    if (!isSuccess(response) || !response.isJson) {
      return { ok: false, failure: markInDoubt(toFailure(exchange, phase), phase) };
    }
    const parsed = parseTokenResponse(lifecycle, {
      headers: response.headers,
      body: response.body,
      now: response.receivedAt,
      offsetInMs: clockSkewInMs(response.headers, response.receivedAt, response.roundTripInMs),
      credentials: identity.credentials,
    });
    const { refreshToken } = parsed.ok ? parsed.token : parsed;
    if (refreshToken !== undefined) redactor.addToken(refreshToken);
    // The lifetime began at some time after the request was sent, even if this machine slept until the response arrived.
    const ageInMs = response.roundTripInMs;
    if (parsed.ok && parsed.token.lifetimeInMs > ageInMs) {
      redactor.addToken(parsed.token.accessToken);
      return { ok: true, token: toStoredToken(parsed.token, storeNow() - ageInMs, previous) };
    }
    const answered = toFailure(exchange, phase);
    // An error envelope under a 200 is that error; anything else is a broken response.
    const failure = answered.kind === "unexpected" ? { ...answered, ...describeProblem(parsed) } : answered;
    return refreshToken === undefined
      ? { ok: false, failure: markInDoubt(failure, phase) }
      : { ok: false, failure, refreshToken };
  }

  function describeProblem(parsed: ParsedTokenResponse): Partial<TokenFailure> {
    if (parsed.ok)
      return { message: "the token had expired when it arrived; check this machine's clock, or try later" };
    const { problem, unknownTokenType } = parsed;
    if (unknownTokenType === undefined)
      return { message: `${problem}; check the vendor's document against its token response` };
    const fix = "where this client can send such a token, add its type to tokenTypes of x-latchkey-lifecycle";
    return { outcome: "configuration", message: `${problem}, but ${redactor.redact(unknownTokenType)}; ${fix}` };
  }

  /** The outcome is in doubt where a one-time refresh token may have been used. */
  const markInDoubt = (failure: TokenFailure, phase: Phase): TokenFailure =>
    failure.inDoubt && phase === "refresh" && lifecycle.rotates ? { ...failure, outcome: "in_doubt" } : failure;

  return {
    async requestToken(input) {
      const { operation, phase, identity, trigger, previous, inDoubtAttempt, storeNow } = input;
      const waitedInMs = input.waitedInMs();
      const stopwatch = createStopwatch(clock);
      const result = toResult(await send(operation, phase, identity, previous), input);
      emit({
        type: "refresh",
        vendor,
        scheme: schemeName,
        key: identity.key,
        trigger,
        grant: operation.grant,
        outcome: result.ok ? "ok" : result.failure.outcome === "in_doubt" ? "in_doubt" : result.failure.kind,
        waitedInMs,
        durationInMs: stopwatch.elapsedInMs(),
        inDoubtAttempt,
        nextAt: result.ok ? clock.now() + result.token.expiresAt - storeNow() : input.retryAt(result.failure),
      });
      return result;
    },
    async revoke(operation, identity, token) {
      const exchange = await send(operation, "revoke", identity, token, token.accessToken);
      return isSuccess(exchange.response) ? undefined : toFailure(exchange, "revoke");
    },
  };
}

interface Exchange {
  readonly response: TokenEndpointResponse;
  /** The URL that the request was sent to. */
  readonly url: string;
}

/** A redirect is reported as no response (send-token-request.ts). */
const isSuccess = (response: TokenEndpointResponse): response is Extract<TokenEndpointResponse, { answered: true }> =>
  response.answered && response.status >= 200 && response.status < 400;
