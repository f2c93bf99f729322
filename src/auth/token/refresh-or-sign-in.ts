/**
 * Obtains a token from the vendor, under the lease:
 *
 * | the record holds | what happens |
 * | --- | --- |
 * | a refresh token | an intent is stored first where the token can be used only once; then it is exchanged |
 * | a refresh token that is refused, or has expired | a sign-in: the one documented fallback |
 * | a refresh token whose use got no response, or about which the store may have lost a commit | it is used once more, marked as in doubt; after that, a sign-in |
 * | no refresh token | a sign-in |
 *
 * Where the vendor refuses the credentials, a credentials function is called once more: they may have been rotated.
 */
import type { RefreshTrigger } from "../../events/events.ts";
import {
  emptyRecord,
  withIntent,
  withoutIntent,
  withoutRefreshToken,
  withRefreshToken,
} from "../../store/record-updates.ts";
import type { StoredToken, TokenRecord } from "../../store/token-record.ts";
import type { Lifecycle, Phase } from "../../vendor.ts";
import { sha256, type TokenIdentity } from "../credentials/token-identity.ts";
import type { TokenClient, TokenRequestInput } from "../token-endpoint/token-client.ts";
import type { TokenFailure } from "../token-endpoint/token-failure.ts";
import { maxRefreshTokenUses } from "./refresh-policy.ts";

export interface RefreshOrSignInOptions {
  readonly lifecycle: Lifecycle;
  readonly tokenClient: TokenClient;
  /** Makes the record durable and renews the lease. Throws where the lease is lost. */
  readonly save: (record: TokenRecord) => Promise<void>;
  /** Throws where the lease may end before a request does. */
  readonly assertTimeLeft: () => void;
  /** Calls a credentials function again. */
  readonly resolveIdentityAgain: () => Promise<TokenIdentity>;
}

export interface RefreshInput {
  readonly record: TokenRecord;
  /** The store may no longer know that the record's refresh token was used. */
  readonly mayBeStale?: boolean;
  readonly identity: TokenIdentity;
  readonly trigger: RefreshTrigger;
  /** The store's time. */
  readonly storeNow: () => number;
  /** Milliseconds since the refresh was first wanted. */
  readonly waitedInMs: () => number;
  /** Returns when the next attempt after this failure is allowed, for the event. */
  readonly retryAt: (failure: TokenFailure) => number | undefined;
}

export type RefreshResult = { readonly identity: TokenIdentity; readonly record: TokenRecord } & (
  | { readonly ok: true; readonly token: StoredToken }
  | { readonly ok: false; readonly failure: TokenFailure; readonly phase: Phase }
);

export async function refreshOrSignIn(input: RefreshInput, options: RefreshOrSignInOptions): Promise<RefreshResult> {
  const refreshed = await exchangeRefreshToken(input, options);
  const first = refreshed.done ? refreshed.result : await saveAndSignIn(input, refreshed.record, options);
  if (first.ok || first.failure.kind !== "invalid_credentials") return first;
  // Where the function fails now, the vendor's refusal stands.
  const identity = await options.resolveIdentityAgain().catch(() => input.identity);
  if (identity.key !== input.identity.key || identity.fingerprint === input.identity.fingerprint) return first;
  await options.save(first.record);
  return signIn({ ...input, identity, record: emptyRecord(identity.fingerprint) }, options);
}

type Step =
  | { readonly done: true; readonly result: RefreshResult }
  | { readonly done: false; readonly record: TokenRecord };

async function exchangeRefreshToken(
  input: RefreshInput,
  { lifecycle, tokenClient, save, assertTimeLeft }: RefreshOrSignInOptions,
): Promise<Step> {
  const { record, identity, storeNow } = input;
  const previous = record.token;
  if (!lifecycle.refresh || previous?.refreshToken === undefined) return { done: false, record };
  if ((previous.refreshExpiresAt ?? Number.POSITIVE_INFINITY) <= storeNow()) {
    return { done: false, record: withoutRefreshToken(record) };
  }
  const refreshTokenHash = await sha256([previous.refreshToken]);
  const recordedUses = record.intent?.refreshTokenHash === refreshTokenHash ? record.intent.attempts : 0;
  const uses = Math.max(recordedUses, input.mayBeStale ? 1 : 0);
  if (uses >= maxRefreshTokenUses) return { done: false, record: withoutRefreshToken(record) };
  const intended = lifecycle.rotates ? withIntent(record, refreshTokenHash, uses + 1) : record;
  if (lifecycle.rotates) await save(intended);
  assertTimeLeft();
  const tokenRequest: TokenRequestInput = {
    ...input,
    operation: lifecycle.refresh,
    phase: "refresh",
    previous,
    inDoubtAttempt: uses > 0,
  };
  const response = await tokenClient.requestToken(tokenRequest).catch(async (error: unknown) => {
    // Nothing was sent: the request itself needs a token that could not be obtained.
    if (lifecycle.rotates) await save(record);
    throw error;
  });
  if (response.ok) return { done: true, result: { ok: true, token: response.token, identity, record: intended } };
  const { failure } = response;
  if (failure.kind === "invalid_grant") return { done: false, record: withoutRefreshToken(intended) };
  const updated =
    response.refreshToken === undefined ? intended : withRefreshToken(intended, response.refreshToken, storeNow());
  // In doubt, the intent stays in the record for the next attempt.
  const left = failure.outcome === "in_doubt" ? updated : withoutIntent(updated);
  return { done: true, result: { ok: false, failure, phase: "refresh", identity, record: left } };
}

/** Stores what is known of the refresh token first: where another worker has rotated it, the lease is lost, and `save` throws. */
async function saveAndSignIn(
  input: RefreshInput,
  record: TokenRecord,
  options: RefreshOrSignInOptions,
): Promise<RefreshResult> {
  if (record !== input.record) await options.save(record);
  return signIn({ ...input, record }, options);
}

async function signIn(
  input: RefreshInput,
  { tokenClient, assertTimeLeft }: RefreshOrSignInOptions,
): Promise<RefreshResult> {
  const { record, identity, storeNow } = input;
  assertTimeLeft();
  const response = await tokenClient.requestToken({
    ...input,
    operation: identity.obtain,
    phase: "obtain",
    previous: undefined,
    inDoubtAttempt: false,
  });
  if (response.ok) return { ok: true, token: response.token, identity, record };
  const { failure, refreshToken } = response;
  const left = refreshToken === undefined ? record : withRefreshToken(record, refreshToken, storeNow());
  return { ok: false, failure, phase: "obtain", identity, record: left };
}
