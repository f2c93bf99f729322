/** Asks a token endpoint once: builds the request, sends it, reads the answer, tells of it. */

import { type Clock, createStopwatch } from "../../util/clock.ts";
import type { Redactor } from "../../errors/redactor.ts";
import { systemErrorCode } from "../../util/system-error-code.ts";
import type { Listener, RefreshTrigger } from "../../events/events.ts";
import type { StoredToken } from "../../store/token-record.ts";
import type { ErrorRules, Lifecycle, Phase, TokenOperation } from "../../vendor.ts";
import { createDiscovery } from "./discovery.ts";
import { sendTokenRequest, type TokenEndpointResponse } from "./send-token-request.ts";
import type { TokenIdentity } from "../credentials/token-identity.ts";
import { buildTokenRequest, type TokenRequest } from "./token-request.ts";
import { parseTokenResponse, toStoredToken } from "./token-response.ts";
import { clockSkewInMs } from "./clock-skew.ts";
import { type TokenFailure, toTokenFailure } from "./token-failure.ts";

export interface TokenClientOptions {
  readonly vendor: string;
  readonly errors: ErrorRules;
  readonly schemeName: string;
  readonly lifecycle: Lifecycle;
  /** Absolute URL of a token operation. */
  readonly urlOf: (operation: TokenOperation) => string;
  /** Sends a token request; one that itself needs a token (a customer's) gets it there. */
  readonly send: (
    request: TokenRequest,
    operation: TokenOperation,
    phase: Phase,
    signal: AbortSignal,
    /** The access token that the request ends. */
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
  /** `refreshToken`: one that came all the same, and must not be lost. */
  | { readonly ok: false; readonly failure: TokenFailure; readonly refreshToken?: string };

export interface TokenClient {
  requestToken(question: TokenRequestInput): Promise<TokenRequestResult>;
  /** Ends a session at the vendor. */
  revoke(operation: TokenOperation, who: TokenIdentity, token: StoredToken): Promise<TokenFailure | undefined>;
}

export function createTokenClient(options: TokenClientOptions): TokenClient {
  const { vendor, errors, schemeName, lifecycle, clock, redactor: scrubber, emit, deadlineInMs } = options;

  const endpoint = { codeOf: systemErrorCode, clock, deadlineInMs };
  const discovery = createDiscovery((request, operation) => {
    const named = { ...operation, method: request.method };
    const send = (one: TokenRequest, signal: AbortSignal) => options.send(one, named, "obtain", signal, undefined);
    return sendTokenRequest(request, { ...endpoint, send });
  });

  async function call(
    given: TokenOperation,
    phase: Phase,
    { credentials }: TokenIdentity,
    token: StoredToken | undefined,
    ended?: string,
  ): Promise<TokenEndpointResponse> {
    const at = options.urlOf(given);
    const found = given.discovery ? await discovery.find(given, at) : { operation: given, url: at };
    if ("answer" in found) return found.answer;
    const { operation, url } = found;
    const request = buildTokenRequest(vendor, operation, url, {
      credentials,
      token: { accessToken: token?.accessToken, refreshToken: token?.refreshToken },
    });
    // From the store, perhaps: a server may echo what it refuses.
    if (token?.refreshToken !== undefined) scrubber.addSecret(token.refreshToken);
    const send = (one: TokenRequest, signal: AbortSignal) => options.send(one, operation, phase, signal, ended);
    return sendTokenRequest(request, { ...endpoint, send });
  }

  const failureOf = (answer: TokenEndpointResponse, phase: Phase) =>
    toTokenFailure(answer, { rules: errors, phase, scheme: schemeName, redactor: scrubber, now: clock.now() });

  function read(
    answer: TokenEndpointResponse,
    { phase, identity: who, previous: before, storeNow }: TokenRequestInput,
  ): TokenRequestResult {
    if (!isSuccess(answer) || !answer.isJson) {
      return { ok: false, failure: doubt(failureOf(answer, phase), phase) };
    }
    const parsed = parseTokenResponse(lifecycle, {
      headers: answer.headers,
      body: answer.body,
      now: answer.receivedAt,
      offsetInMs: clockSkewInMs(answer.headers, answer.receivedAt, answer.roundTripInMs),
      credentials: who.credentials,
    });
    const { refreshToken } = parsed.ok ? parsed.token : parsed;
    if (refreshToken !== undefined) scrubber.addSecret(refreshToken);
    // Its life began when the server answered: after it was asked, however long this machine slept since.
    const ageInMs = answer.roundTripInMs;
    if (parsed.ok && parsed.token.lifetimeInMs > ageInMs) {
      scrubber.addSecret(parsed.token.accessToken);
      return { ok: true, token: toStoredToken(parsed.token, storeNow() - ageInMs, before) };
    }
    const problem = parsed.ok ? "the token was over when it came" : parsed.problem;
    const said = failureOf(answer, phase);
    // An error envelope under a 200 is that error; anything else is a broken response.
    const failure = said.kind === "unexpected" ? { ...said, message: `${problem}; it is tried again later` } : said;
    return refreshToken === undefined
      ? { ok: false, failure: doubt(failure, phase) }
      : { ok: false, failure, refreshToken };
  }

  /** Where nobody can say whether a one-time refresh token was spent. */
  const doubt = (failure: TokenFailure, phase: Phase): TokenFailure =>
    failure.inDoubt && phase === "refresh" && lifecycle.rotates ? { ...failure, outcome: "in_doubt" } : failure;

  return {
    async requestToken(question) {
      const { operation, phase, identity: who, trigger, previous: before, inDoubtAttempt, storeNow } = question;
      const waitedInMs = question.waitedInMs();
      const watch = createStopwatch(clock);
      const reply = read(await call(operation, phase, who, before), question);
      emit({
        type: "refresh",
        vendor,
        scheme: schemeName,
        key: who.key,
        trigger,
        grant: operation.grant,
        outcome: reply.ok ? "ok" : reply.failure.outcome === "in_doubt" ? "in_doubt" : reply.failure.kind,
        waitedInMs,
        durationInMs: watch.elapsedInMs(),
        inDoubtAttempt,
        nextAt: reply.ok ? clock.now() + reply.token.expiresAt - storeNow() : question.retryAt(reply.failure),
      });
      return reply;
    },
    async revoke(operation, who, token) {
      const answer = await call(operation, "revoke", who, token, token.accessToken);
      return isSuccess(answer) ? undefined : failureOf(answer, "revoke");
    },
  };
}

/** A redirect is no answer (endpoint.ts). */
const isSuccess = (answer: TokenEndpointResponse): answer is Extract<TokenEndpointResponse, { answered: true }> =>
  answer.answered && answer.status >= 200 && answer.status < 400;
