/**
 * After a 401 to a request that carried our tokens, or what the vendor's document has mean the same: other tokens and one replay, unless
 * the challenge or the vendor's code says that the token is not at fault. Loaded ahead of need.
 */
import { type Clock, createStopwatch } from "../util/clock.ts";
import { readErrorResponse } from "../errors/parse-error-response.ts";
import { isTokenError, parseErrorResponse } from "../errors/parse-error-response.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type Listener, tokenKeysOf } from "../events/events.ts";
import type { Rejection } from "./token/rejected-tokens.ts";
import type { HttpSender } from "../http/http-sender.ts";
import type { OutgoingRequest } from "../http/outgoing-request.ts";
import type { ErrorKind, ErrorRules, Phase } from "../vendor.ts";
import { applyAuth, type AppliedAuth, toAppliedAuth } from "./apply-auth.ts";

/** A request, and the answer that may refuse its tokens. */
export interface UnauthorizedResponse {
  readonly outgoing: OutgoingRequest;
  readonly call: { readonly operation: string; readonly phase: Phase; readonly scheme: string | undefined };
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

/** The replay's answer, or the refusal itself. */
export async function handleUnauthorized(
  refused: UnauthorizedResponse,
  context: UnauthorizedContext,
): Promise<Response> {
  const { outgoing, call, appliedAuth: carried, response, sender: guard } = refused;
  const { vendor, errors, emit, clock, mayBeUnauthorized: mayRefuse } = context;
  const watch = createStopwatch(clock);
  /** What is said of the token; `undefined` where it is not at fault. */
  const faultOfToken = async (one: Response): Promise<ErrorKind | undefined> => {
    const { kind } = parseErrorResponse(errors, await readErrorResponse(one), call.phase, call.scheme);
    return isTokenError(kind) ? kind : undefined;
  };
  const reason = await faultOfToken(response);
  if (!reason) {
    if (response.status !== 401) for (const { provider: bearer, value } of carried) bearer.markAccepted(value);
    return response;
  }
  const refusal = { operation: call.operation, reason };
  if (!outgoing.isReplayable) return leaveUnreplayed(refused, refusal, vendor);
  const fresh = await replaceAll(refused, refusal).catch(async (error: unknown) => {
    await response.body?.cancel();
    throw error;
  });
  if (!fresh) return response;
  await response.body?.cancel();
  applyAuth(outgoing, fresh);
  const again = await guard.send(outgoing);
  const keys = tokenKeysOf(fresh);
  emit({ type: "replay", vendor, keys, ...refusal, status: again.status, durationInMs: watch.elapsedInMs() });
  const stillAtFault = mayRefuse(again) && (await faultOfToken(again)) !== undefined;
  for (const { provider: bearer, value } of fresh)
    stillAtFault ? bearer.markSuspect(value) : bearer.markAccepted(value);
  return again;
}

/** Several tokens, and no word which of them is meant: each is replaced. `undefined` where one cannot be. */
async function replaceAll(
  { outgoing, appliedAuth: carried }: UnauthorizedResponse,
  refusal: Rejection,
): Promise<AppliedAuth[] | undefined> {
  const fresh: AppliedAuth[] = [];
  for (const { provider: bearer, value } of carried) {
    const next = await bearer.replaceRejected(value, refusal, outgoing.signal);
    if (next === undefined) return undefined;
    fresh.push(toAppliedAuth(bearer, next));
  }
  outgoing.signal?.throwIfAborted();
  return fresh;
}

async function leaveUnreplayed(
  { appliedAuth: carried, response }: UnauthorizedResponse,
  refusal: Rejection,
  vendor: string,
): Promise<never> {
  // The next call shall not meet the same 401.
  for (const { provider: bearer, value } of carried) bearer.replaceRejected(value, refusal).catch(() => {});
  await response.body?.cancel();
  const message = `${refusal.operation} was refused (401), and its body is a stream, which is sent once; give the body as a function that makes it`;
  throw new TransportError(vendor, "not_replayable", message);
}
