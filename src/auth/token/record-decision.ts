/**
 * Decides what a record from the store gives without a token request.
 *
 * | the record holds | result |
 * | --- | --- |
 * | nothing, or a token of other credentials | none: request a token |
 * | a token that is fresh, or that is new to this process and not in its mandatory window | the token |
 * | a token that has not expired, and an active failure | the token |
 * | a token in its advisory window, and a refresh token in doubt | the token: with strict reuse detection, an attempt may end the session |
 * | none of these, and an active failure | the failure |
 * | a token that was rejected with a 401, or that a forced refresh replaces | as without a token |
 */
import type { RefreshTrigger } from "../../events/events.ts";
import type { ParsedSnapshot } from "../../store/record-store.ts";
import type { StoredFailure, StoredToken } from "../../store/token-record.ts";
import type { Snapshot } from "../../store/token-store.ts";
import type { ActiveHold } from "./failure-tracker.ts";
import { maxPauseInMs } from "./refresh-policy.ts";
import type { CachedToken } from "./token-cache.ts";

export type RecordDecision =
  | { readonly type: "none" }
  | { readonly type: "failure"; readonly hold: ActiveHold }
  | {
      readonly type: "token";
      readonly token: CachedToken;
      /** The token is not the cached one. */
      readonly isNew: boolean;
      /** For how long no background refresh runs: a failure is active, or the refresh token is in doubt. */
      readonly pauseInMs: number;
    };

export interface DecisionInput {
  readonly trigger: RefreshTrigger;
  /** Asks in spite of a failure that is active: the first attempt of a forced refresh. */
  readonly ignoresFailure: boolean;
  /** Fingerprint of the credentials that the record must belong to. */
  readonly fingerprint: string;
  /** The access token that a forced refresh replaces. */
  readonly superseded: string | undefined;
  readonly cached: CachedToken | undefined;
  readonly isRejected: (accessToken: string) => boolean;
  readonly toCachedToken: (token: StoredToken, now: number) => CachedToken;
}

export function decideFromRecord({ record, now }: ParsedSnapshot<Snapshot>, input: DecisionInput): RecordDecision {
  if (!record || record.fingerprint !== input.fingerprint) return { type: "none" };
  const { token: stored } = record;
  const { trigger, cached } = input;
  const isForced = trigger === "forced";
  const hold = input.ignoresFailure ? undefined : activeHold(record.hold, now);
  const isSuperseded = isForced && stored?.accessToken === input.superseded;
  const isUsable = stored && !isSuperseded && !input.isRejected(stored.accessToken);
  const isNew = stored?.accessToken !== cached?.token.accessToken || stored?.expiresAt !== cached?.token.expiresAt;
  // A cached token measures its age by its own stopwatch, even if the store's clock was set since.
  const token = !isUsable ? undefined : isNew || !cached ? input.toCachedToken(stored, now) : cached;
  const freshness = token?.freshness();
  const isInDoubt = freshness === "advisory" && trigger === "advisory" && record.intent !== undefined;
  const isGoodEnough =
    freshness === "fresh" ||
    (freshness === "advisory" && (isNew || isInDoubt)) ||
    (freshness !== "expired" && hold !== undefined);
  if (token && isGoodEnough) {
    const pauseInMs = isInDoubt ? Number.POSITIVE_INFINITY : hold ? hold.until - now : 0;
    return { type: "token", token, isNew, pauseInMs };
  }
  return hold ? { type: "failure", hold } : { type: "none" };
}

/**
 * Older versions wrote no end for a refusal: it is asked again once. A failure that ends later than any pause from now was stored before
 * the store's clock was set back, and does not count.
 */
function activeHold(hold: StoredFailure | undefined, now: number): ActiveHold | undefined {
  if (hold?.until === undefined || hold.until <= now || hold.until - now > maxPauseInMs) return undefined;
  return { ...hold, until: hold.until };
}
