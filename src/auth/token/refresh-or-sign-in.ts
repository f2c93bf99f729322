/**
 * What is done under the lease, in this order:
 *
 * | the record holds | then |
 * | --- | --- |
 * | a refresh token | its intent is written down, if it may be spent once; then it is exchanged |
 * | … which is refused, or over | sign in: the one documented fall-back |
 * | … whose use got no answer, or of which the store may have lost the news | it is used once more, marked; after that: sign in |
 * | none | sign in |
 *
 * A credentials function is asked once more when they are refused, in any of these: they may have been rotated.
 */
import type { RefreshTrigger } from "../../events/events.ts";
import type { StoredToken, TokenRecord } from "../../store/token-record.ts";
import type { Lifecycle, Phase } from "../../vendor.ts";
import type { TokenClient, TokenRequestInput } from "../token-endpoint/token-client.ts";
import { sha256, type TokenIdentity } from "../credentials/token-identity.ts";
import {
  emptyRecord,
  withIntent,
  withoutIntent,
  withoutRefreshToken,
  withRefreshToken,
} from "../../store/record-updates.ts";
import type { TokenFailure } from "../token-endpoint/token-failure.ts";

export interface RefreshOrSignInOptions {
  readonly lifecycle: Lifecycle;
  readonly tokenClient: TokenClient;
  /** Makes the record durable and the lease begin anew; throws where it is lost. */
  readonly save: (record: TokenRecord) => Promise<void>;
  /** Throws where the lease may end before a request does. */
  readonly check: () => void;
  /** Asks for the credentials again, where they come from a function. */
  readonly identifyAgain: () => Promise<TokenIdentity>;
}

export interface RefreshInput {
  readonly record: TokenRecord;
  /** The store may have lost the news that the record's refresh token is spent. */
  readonly mayBeStale?: boolean;
  readonly identity: TokenIdentity;
  readonly trigger: RefreshTrigger;
  /** The store's time. */
  readonly storeNow: () => number;
  /** Since somebody first wanted this, in milliseconds. */
  readonly waitedInMs: () => number;
  /** When this failure is followed by another attempt, for the event that tells of it. */
  readonly retryAt: (failure: TokenFailure) => number | undefined;
}

export type RefreshResult = { readonly identity: TokenIdentity; readonly record: TokenRecord } & (
  | { readonly ok: true; readonly token: StoredToken }
  | { readonly ok: false; readonly failure: TokenFailure; readonly phase: Phase }
);

/** A refresh token is used once, and once more when nothing is known of the first time. */
const maxAttempts = 2;

export async function refreshOrSignIn(turn: RefreshInput, options: RefreshOrSignInOptions): Promise<RefreshResult> {
  const refreshed = await spendRefreshToken(turn, options);
  const first = refreshed.done ? refreshed.result : await signInAfter(turn, refreshed.record, options);
  if (first.ok || first.failure.kind !== "invalid_credentials") return first;
  // Who has nothing to add leaves the refusal as it is.
  const again = await options.identifyAgain().catch(() => turn.identity);
  if (again.key !== turn.identity.key || again.fingerprint === turn.identity.fingerprint) return first;
  await options.save(first.record);
  return signIn({ ...turn, identity: again, record: emptyRecord(again.fingerprint) }, options);
}

type Step =
  | { readonly done: true; readonly result: RefreshResult }
  | { readonly done: false; readonly record: TokenRecord };

async function spendRefreshToken(
  turn: RefreshInput,
  { lifecycle, tokenClient: asker, save, check }: RefreshOrSignInOptions,
): Promise<Step> {
  const { record, identity: who, storeNow } = turn;
  const before = record.token;
  if (!lifecycle.refresh || before?.refreshToken === undefined) return { done: false, record };
  if ((before.refreshExpiresAt ?? Number.POSITIVE_INFINITY) <= storeNow()) {
    return { done: false, record: withoutRefreshToken(record) };
  }
  const refreshTokenHash = await sha256([before.refreshToken]);
  const known = record.intent?.refreshTokenHash === refreshTokenHash ? record.intent.attempts : 0;
  const attempts = Math.max(known, turn.mayBeStale ? 1 : 0);
  if (attempts >= maxAttempts) return { done: false, record: withoutRefreshToken(record) };
  const intended = lifecycle.rotates ? withIntent(record, refreshTokenHash, attempts + 1) : record;
  if (lifecycle.rotates) await save(intended);
  check();
  const question: TokenRequestInput = {
    ...turn,
    operation: lifecycle.refresh,
    phase: "refresh",
    previous: before,
    inDoubtAttempt: attempts > 0,
  };
  const reply = await asker.requestToken(question).catch(async (error: unknown) => {
    // It was not sent, for want of the token that it goes with.
    if (lifecycle.rotates) await save(record);
    throw error;
  });
  if (reply.ok) return { done: true, result: { ok: true, token: reply.token, identity: who, record: intended } };
  const { failure } = reply;
  if (failure.kind === "invalid_grant") return { done: false, record: withoutRefreshToken(intended) };
  const after =
    reply.refreshToken !== undefined ? withRefreshToken(intended, reply.refreshToken, storeNow()) : intended;
  // In doubt: the intent stays, for whoever tries next.
  const left = failure.outcome === "in_doubt" ? after : withoutIntent(after);
  return { done: true, result: { ok: false, failure, phase: "refresh", identity: who, record: left } };
}

/** What is known of the refresh token is written down first: where another worker has rotated it, the lease is lost, and that says so. */
async function signInAfter(
  turn: RefreshInput,
  record: TokenRecord,
  options: RefreshOrSignInOptions,
): Promise<RefreshResult> {
  if (record !== turn.record) await options.save(record);
  return signIn({ ...turn, record }, options);
}

async function signIn(
  turn: RefreshInput,
  { tokenClient: asker, check }: RefreshOrSignInOptions,
): Promise<RefreshResult> {
  const { record, identity: who, storeNow } = turn;
  check();
  const reply = await asker.requestToken({
    ...turn,
    operation: who.obtain,
    phase: "obtain",
    previous: undefined,
    inDoubtAttempt: false,
  });
  if (reply.ok) return { ok: true, token: reply.token, identity: who, record };
  const kept = reply.refreshToken === undefined ? record : withRefreshToken(record, reply.refreshToken, storeNow());
  return { ok: false, failure: reply.failure, phase: "obtain", identity: who, record: kept };
}
