/**
 * After a 401 to a request that carried our tokens, or what the vendor's document has mean the same: other tokens and one replay, unless
 * the challenge or the vendor's code says that the token is not at fault. Loaded ahead of need.
 */
import { type Clock, createStopwatch } from "../util/clock.ts";
import { readAnswer } from "../errors/answer.ts";
import { isTokenRefusal, readFailure } from "../errors/parse-error-response.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Listener } from "../events/events.ts";
import { keysOf } from "../events/keys-of.ts";
import type { Refusal } from "./token/rejected-tokens.ts";
import type { Guard } from "../http/http-sender.ts";
import type { Outgoing } from "../http/outgoing-request.ts";
import type { ErrorKind, ErrorRules, Phase } from "../vendor.ts";
import { attach, type Carried, toCarried } from "./apply-auth.ts";

/** A request, and the answer that may refuse its tokens. */
export interface Refused {
  readonly outgoing: Outgoing;
  readonly call: { readonly operation: string; readonly phase: Phase; readonly scheme: string | undefined };
  readonly carried: readonly Carried[];
  readonly response: Response;
  readonly guard: Guard;
}

export interface RefusalContext {
  readonly vendor: string;
  readonly errors: ErrorRules;
  readonly emit: Listener;
  readonly clock: Clock;
  readonly mayRefuse: (response: Response) => boolean;
}

/** The replay's answer, or the refusal itself. */
export async function settleRefusal(refused: Refused, context: RefusalContext): Promise<Response> {
  const { outgoing, call, carried, response, guard } = refused;
  const { vendor, errors, emit, clock, mayRefuse } = context;
  const watch = createStopwatch(clock);
  /** What is said of the token; `undefined` where it is not at fault. */
  const faultOfToken = async (one: Response): Promise<ErrorKind | undefined> => {
    const { kind } = readFailure(errors, await readAnswer(one), call.phase, call.scheme);
    return isTokenRefusal(kind) ? kind : undefined;
  };
  const reason = await faultOfToken(response);
  if (!reason) {
    if (response.status !== 401) for (const { bearer, value } of carried) bearer.accepted(value);
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
  attach(outgoing, fresh);
  const again = await guard.send(outgoing);
  const keys = keysOf(fresh);
  emit({ type: "replay", vendor, keys, ...refusal, status: again.status, durationInMs: watch.elapsedInMs() });
  const stillAtFault = mayRefuse(again) && (await faultOfToken(again)) !== undefined;
  for (const { bearer, value } of fresh) stillAtFault ? bearer.suspected(value) : bearer.accepted(value);
  return again;
}

/** Several tokens, and no word which of them is meant: each is replaced. `undefined` where one cannot be. */
async function replaceAll({ outgoing, carried }: Refused, refusal: Refusal): Promise<Carried[] | undefined> {
  const fresh: Carried[] = [];
  for (const { bearer, value } of carried) {
    const next = await bearer.replace(value, refusal, outgoing.signal);
    if (next === undefined) return undefined;
    fresh.push(toCarried(bearer, next));
  }
  outgoing.signal?.throwIfAborted();
  return fresh;
}

async function leaveUnreplayed({ carried, response }: Refused, refusal: Refusal, vendor: string): Promise<never> {
  // The next call shall not meet the same 401.
  for (const { bearer, value } of carried) bearer.replace(value, refusal).catch(() => {});
  await response.body?.cancel();
  const message = `${refusal.operation} was refused (401), and its body is a stream, which is sent once; give the body as a function that makes it`;
  throw new TransportError(vendor, "not_replayable", message);
}
