/**
 * Decides what happens on a 401. This table is the whole policy:
 *
 * | case | what happens | in |
 * | --- | --- | --- |
 * | a 401, or a status for which the vendor's error table maps a code to a rejected token | the response is examined | authorizer |
 * | the request carried none of our tokens, or the caller's own header in their place | the response is returned | authorizer |
 * | the challenge (RFC 6750 §3.1) or the vendor's code says that the token is not at fault | the response is returned; with another status than 401, the tokens count as accepted | here |
 * | several tokens | each is replaced, since the response does not say which one is at fault | here |
 * | the body is a stream, which can be sent once | the tokens are replaced for later calls; the call fails with `not_replayable` | here |
 * | a token that was replaced since (a late 401) | replay with the current token, without a refresh | token-manager |
 * | a new token that no resource has accepted yet | replay after the propagation delay, with the same token | token-manager |
 * | a suspect token, until its back-off slot is over | the response is returned, without a refresh | token-manager |
 * | any other current token | the token is rejected for all callers, who share one refresh; replay with the result | token-manager |
 * | a static credential | its function is called again; replay if the credential has changed, else the response is returned | auth-provider |
 * | the refresh fails | the call waits for the next attempt, within its own retries and time; then it fails with the refresh's error | token-manager |
 * | the replay is a 401 for which its token is at fault | that response is returned, and the token is suspect for a back-off slot | here, rejected-tokens |
 * | any other response to the replay | that response is returned, and the tokens count as accepted | here |
 *
 * A request is replayed once per attempt. A replay is no retry: it is made with retries off, too. The durations stand in
 * token/refresh-policy.ts.
 */
import { isTokenError, parseErrorResponse, readErrorResponse } from "../errors/parse-error-response.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type Listener, tokenKeysOf } from "../events/events.ts";
import type { HttpSender } from "../http/http-sender.ts";
import type { OutgoingRequest } from "../http/outgoing-request.ts";
import { type Clock, createStopwatch } from "../util/clock.ts";
import type { ErrorKind, ErrorRules, Phase } from "../vendor.ts";
import { type AppliedAuth, applyAuth, toAppliedAuth } from "./apply-auth.ts";
import type { Rejection } from "./token/rejected-tokens.ts";
import type { TokenPatience } from "./token/token-patience.ts";

/** A request, and the response that may reject its tokens. */
export interface UnauthorizedResponse {
  readonly outgoing: OutgoingRequest;
  readonly call: {
    readonly operation: string;
    readonly phase: Phase;
    readonly scheme: string | undefined;
    readonly patience?: TokenPatience;
    wasReplayed?: boolean;
  };
  readonly appliedAuth: readonly AppliedAuth[];
  readonly response: Response;
  readonly sender: HttpSender;
}

export interface UnauthorizedContext {
  readonly vendor: string;
  readonly errors: ErrorRules;
  readonly emit: Listener;
  readonly clock: Clock;
  readonly mayBeUnauthorized: (response: Response) => boolean;
}

/** Resolves with the response of the replay, or with the given response where there is none. */
export async function handleUnauthorized(
  unauthorized: UnauthorizedResponse,
  context: UnauthorizedContext,
): Promise<Response> {
  const { outgoing, call, appliedAuth, response, sender } = unauthorized;
  const { vendor, errors, emit, clock, mayBeUnauthorized } = context;
  const stopwatch = createStopwatch(clock);
  const reason = await tokenErrorOf(errors, response, call);
  if (!reason) {
    if (response.status !== 401) markAccepted(appliedAuth);
    return response;
  }
  const rejection = { operation: call.operation, reason };
  if (!outgoing.isReplayable) return failUnreplayable(unauthorized, rejection, vendor);
  const replaced = await replaceAll(unauthorized, rejection).catch(async (error: unknown) => {
    await response.body?.cancel();
    throw error;
  });
  if (!replaced) return response;
  await response.body?.cancel();
  applyAuth(outgoing, replaced);
  if (replaced.some(({ value }, index) => value !== appliedAuth[index]?.value)) call.wasReplayed = true;
  const replay = await sender.send(outgoing);
  const keys = tokenKeysOf(replaced);
  emit({ type: "replay", vendor, keys, ...rejection, status: replay.status, durationInMs: stopwatch.elapsedInMs() });
  const isRejectedAgain = mayBeUnauthorized(replay) && (await tokenErrorOf(errors, replay, call)) !== undefined;
  if (isRejectedAgain) for (const { provider, value } of replaced) provider.markSuspect(value, rejection);
  else markAccepted(replaced);
  return replay;
}

/** Returns why the token was rejected, or `undefined` where the token is not at fault. */
async function tokenErrorOf(
  errors: ErrorRules,
  response: Response,
  { phase, scheme }: UnauthorizedResponse["call"],
): Promise<ErrorKind | undefined> {
  const { kind } = parseErrorResponse(errors, await readErrorResponse(response), phase, scheme);
  return isTokenError(kind) ? kind : undefined;
}

function markAccepted(appliedAuth: readonly AppliedAuth[]): void {
  for (const { provider, value } of appliedAuth) provider.markAccepted(value);
}

/** Replaces each token. Resolves with `undefined` where one cannot be replaced. */
async function replaceAll(
  { outgoing, appliedAuth, call }: UnauthorizedResponse,
  rejection: Rejection,
): Promise<AppliedAuth[] | undefined> {
  const replaced: AppliedAuth[] = [];
  for (const { provider, value } of appliedAuth) {
    const next = await provider.replaceRejected(value, rejection, outgoing.signal, call.patience);
    if (next === undefined) return undefined;
    replaced.push(toAppliedAuth(provider, next));
  }
  outgoing.signal?.throwIfAborted();
  return replaced;
}

async function failUnreplayable(
  { appliedAuth, response }: UnauthorizedResponse,
  rejection: Rejection,
  vendor: string,
): Promise<never> {
  for (const { provider, value } of appliedAuth) provider.replaceRejected(value, rejection).catch(() => {});
  await response.body?.cancel();
  const message = `${rejection.operation} was refused (${response.status}), and its body is a stream, which is sent once; give the body as a function that makes it`;
  throw new TransportError(vendor, "not_replayable", message);
}
