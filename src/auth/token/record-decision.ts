/**
 * What a record gives without asking the vendor.
 *
 * | the record holds | then |
 * | --- | --- |
 * | nothing, or what other credentials had | nothing: ask |
 * | a token that is fresh, or is news and not in its mandatory window | it |
 * | a token not over, and a standing refusal, throttle or back-off slot | it |
 * | a token in its advisory window, and a refresh token in doubt | it: with strict reuse detection the attempt may end the session |
 * | no such token, and a standing refusal, throttle or back-off slot | that |
 * | a token that a 401 refused, or that a forced refresh is to replace | as with none |
 */
import type { RefreshTrigger } from "../../events/events.ts";
import type { Snapshot } from "../../store/token-store.ts";
import type { StoredFailure, StoredToken } from "../../store/token-record.ts";
import type { ParsedSnapshot } from "../../store/record-store.ts";
import type { CachedToken } from "./held-token.ts";

export type RecordDecision =
  | { readonly gives: "nothing" }
  | { readonly gives: "refusal"; readonly hold: StoredFailure }
  | {
      readonly gives: "token";
      readonly token: CachedToken;
      /** It is not the one in hand. */
      readonly isNew: boolean;
      /** For so long nothing is asked in the background: a refusal stands beside it, or its refresh token is in doubt. */
      readonly pauseInMs: number;
    };

export interface DecisionInput {
  readonly trigger: RefreshTrigger;
  /** Whose record it has to be. */
  readonly fingerprint: string;
  /** The access token that a forced refresh is to replace. */
  readonly superseded: string | undefined;
  /** The token in hand. */
  readonly cached: CachedToken | undefined;
  readonly isRejected: (accessToken: string) => boolean;
  readonly toCachedToken: (token: StoredToken, now: number) => CachedToken;
}

export function decideFromRecord({ record, now }: ParsedSnapshot<Snapshot>, wish: DecisionInput): RecordDecision {
  if (!record || record.fingerprint !== wish.fingerprint) return { gives: "nothing" };
  const { token: stored } = record;
  const { trigger, cached: held } = wish;
  const isForced = trigger === "forced";
  const hold = isForced ? undefined : standing(record.hold, now);
  const isSuperseded = isForced && stored?.accessToken === wish.superseded;
  const isUsable = stored && !isSuperseded && !wish.isRejected(stored.accessToken);
  const isNews = stored?.accessToken !== held?.token.accessToken || stored?.expiresAt !== held?.token.expiresAt;
  // A token in hand knows its age by its own stopwatch, wherever the store's clock was set since.
  const token = !isUsable ? undefined : isNews || !held ? wish.toCachedToken(stored, now) : held;
  const zone = token?.freshness();
  const isInDoubt = zone === "advisory" && trigger === "advisory" && record.intent !== undefined;
  const isWanted = zone === "fresh" || (zone === "advisory" && (isNews || isInDoubt)) || (zone !== "expired" && hold);
  if (token && isWanted) {
    const restsInMs = isInDoubt ? Number.POSITIVE_INFINITY : hold ? (hold.until ?? Number.POSITIVE_INFINITY) - now : 0;
    return { gives: "token", token, isNew: isNews, pauseInMs: restsInMs };
  }
  return hold ? { gives: "refusal", hold } : { gives: "nothing" };
}

const standing = (hold: StoredFailure | undefined, now: number): StoredFailure | undefined =>
  hold && (hold.until === undefined || hold.until > now) ? hold : undefined;
