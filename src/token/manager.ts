/**
 * The life of one credential's token. This file is the policy; its parts (flight, windows, clocks, parser, endpoint, store) know nothing of it.
 *
 * | the token at hand | a caller gets | what happens beside |
 * | --- | --- | --- |
 * | fresh | it, at once | – |
 * | in the advisory window | it, at once | one refresh in the background |
 * | in the mandatory window, or none | what the one refresh brings | all callers wait for the same |
 * | refused by a 401 | what a refresh brings that is not the refused one | compare-and-invalidate: only that token |
 *
 * | a refresh | then |
 * | --- | --- |
 * | another worker made one | its token is adopted, nothing is sent |
 * | a refresh token is there | it is exchanged; its intent is written first, since it may be spendable once |
 * | the refresh token is refused or over | sign in again, the one documented fall-back |
 * | its use got no answer | once more, marked; then sign in again, or `in_doubt` |
 * | credentials refused | a credentials function is asked once more; then the refusal stands until they change |
 * | throttled, unreachable, broken | left alone until Retry-After or the back-off slot; a token still good is served |
 */
import { AuthError } from "../errors/auth-error.ts";
import type { Scrubber } from "../errors/scrubber.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { Listener, RefreshTrigger } from "../events/events.ts";
import type { Lease, Snapshot, StoredToken, TokenRecord, TokenStore } from "../store/protocol.ts";
import type { ErrorRules, Lifecycle, Phase, SecurityScheme, TokenOperation } from "../vendor.ts";
import { backOffInMs } from "./back-off.ts";
import { type Clock, createStopwatch, type Stopwatch } from "./clock.ts";
import type { CredentialSource } from "./credential-source.ts";
import { callTokenEndpoint, type TokenEndpointAnswer } from "./endpoint.ts";
import { createFlight, waitUnder } from "./flight.ts";
import { type HeldToken, holdToken } from "./held-token.ts";
import { type Credentials, chooseObtain, hash, type Identity, identify, neededCredentials } from "./identity.ts";
import { buildTokenRequest, toBase64 } from "./request.ts";
import { parseTokenResponse } from "./response.ts";
import { serverOffsetInMs } from "./server-time.ts";
import { fromDetails, type TokenFailure, toAuthError, toDetails, toTokenFailure } from "./token-error.ts";

export interface ManagerOptions {
  readonly vendor: string;
  readonly errors: ErrorRules;
  readonly schemeName: string;
  readonly scheme: SecurityScheme;
  readonly lifecycle: Lifecycle;
  readonly source: CredentialSource;
  /** Absolute URL of a token operation. */
  readonly urlOf: (operation: TokenOperation) => string;
  readonly origins: readonly string[];
  /** Sends a token request; one that itself needs a token (a customer's) gets it here. */
  readonly send: (request: Request, operation: TokenOperation, phase: Phase) => Promise<Response>;
  /** The key of the token that this one is asked for with. */
  readonly parentKey?: () => Promise<string>;
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly scrubber: Scrubber;
  readonly emit: Listener;
  /** Names this worker to the store. */
  readonly owner: string;
  /** 0 to 1, constant for this worker. */
  readonly jitter: number;
  /** For one token request, in milliseconds. */
  readonly deadlineInMs: number;
}

export interface TokenStatus {
  readonly scheme: string;
  readonly state: "signed_in" | "signed_out" | "refused" | "waiting" | "closed";
  /** Epoch milliseconds, local clock. */
  readonly expiresAt?: number;
  readonly refreshExpiresAt?: number;
  readonly scope?: string;
  readonly tokenType?: string;
  /** The vendor named no lifetime; the documented one stands in. */
  readonly estimated?: boolean;
  /** What else the vendor says of the token, e.g. `identifier`, `clientId`. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** Why no token is asked for at the moment. */
  readonly error?: AuthError;
}

export interface Revocation {
  readonly revoked: boolean;
  /** Why not: the vendor documents no revocation, or it failed. Local tokens are dropped either way. */
  readonly reason?: "unsupported" | "failed";
  readonly error?: Error;
}

export interface TokenManager {
  /** The token, at once where it is cached. Rejects with an `AuthError`, a `TransportError` (closed) or the signal's reason. */
  token(signal?: AbortSignal | null): HeldToken | Promise<HeldToken>;
  /** After a 401 to this access token: another one. */
  replace(accessToken: string, operation: string, signal?: AbortSignal | null): Promise<HeldToken>;
  /** A new token now, whatever the cached one's age, back-off or a standing refusal. */
  refresh(signal?: AbortSignal | null): Promise<HeldToken>;
  /** Signs in once beside the cached token, which stays; with other credentials, if given. */
  verify(credentials?: Credentials): Promise<void>;
  revoke(): Promise<Revocation>;
  /** The vendor ended the session (a logout was sent): nothing of it is used again. */
  forget(): Promise<void>;
  status(): TokenStatus;
  key(): Promise<string>;
  /** Waiters get a closed error; a refresh that was sent is finished and committed. */
  close(): Promise<void>;
}

const defaultBufferInSeconds = 300;
/** Requests that one lease may cover: a refresh, a sign-in, a second one with credentials asked anew. */
const requestsPerLease = 3;
/** How often a credentials function is asked whether refused credentials have changed. */
const askAgainInMs = 60_000;
const rememberedRejections = 16;

interface Trouble {
  readonly error: AuthError;
  /** `undefined`: until the credentials change. */
  readonly lastsInMs: number | undefined;
  readonly since: Stopwatch;
}

export function createTokenManager(options: ManagerOptions): TokenManager {
  const { vendor, schemeName, scheme, lifecycle, source, store, clock, scrubber, emit, deadlineInMs } = options;
  const bufferInMs = (lifecycle.bufferInSeconds ?? defaultBufferInSeconds) * 1000;
  const leaseInMs = 2 * (requestsPerLease + 1) * deadlineInMs;
  const flight = createFlight<HeldToken>();
  const closing = new AbortController();
  const rejected = new Set<string>();
  let held: HeldToken | undefined;
  let identity: Identity | undefined;
  let trouble: Trouble | undefined;

  function token(signal?: AbortSignal | null): HeldToken | Promise<HeldToken> {
    if (held) {
      const zone = held.zone();
      if (zone === "fresh") return held;
      if (zone === "advisory") {
        if (!flight.running && !standingTrouble()) fly("advisory").catch(() => {});
        return held;
      }
    }
    return waitForToken(held ? "expired" : "cold", undefined, signal);
  }

  /** @param unwanted an access token that will not do. */
  async function waitForToken(
    trigger: RefreshTrigger,
    unwanted: string | undefined,
    signal: AbortSignal | null | undefined,
  ): Promise<HeldToken> {
    for (let round = 0; ; round += 1) {
      if (closing.signal.aborted) throw closedError();
      signal?.throwIfAborted();
      const standing = trigger === "forced" ? undefined : standingTrouble();
      if (standing) return stillGood() ?? raise(standing);
      try {
        const got = await waitUnder(waitUnder(fly(trigger), closing.signal), signal);
        // A flight that began before the refusal may land with the refused token: one more, then take what the vendor gives.
        if (got.token.accessToken !== unwanted || round > 0) return got;
      } catch (error) {
        if (!(error instanceof AuthError) || trigger === "forced") throw error;
        return stillGood() ?? raise(error);
      }
    }
  }

  const stillGood = () => (held && held.remainingInMs() > 0 ? held : undefined);

  function standingTrouble(): AuthError | undefined {
    if (!trouble) return undefined;
    const age = trouble.since.elapsedInMs();
    const over = trouble.lastsInMs === undefined ? source.isDynamic && age >= askAgainInMs : age >= trouble.lastsInMs;
    return over ? undefined : trouble.error;
  }

  const fly = (trigger: RefreshTrigger) => flight.join(() => bring(trigger));

  /** One flight: adopt what the store has, or hold the lease and exchange. */
  async function bring(trigger: RefreshTrigger): Promise<HeldToken> {
    const forced = trigger === "forced";
    const superseded = forced ? held?.token.accessToken : undefined;
    const asked = await whoAmI();
    const waited = createStopwatch(clock);
    for (;;) {
      const snapshot = await store.read(asked.key);
      const found = judge(snapshot, asked, superseded, forced);
      if (found) return found;
      const lease = await store.acquire(asked.key, { owner: options.owner, ttlInMs: leaseInMs });
      if (lease) return exchange(lease, asked, trigger, superseded);
      const left = leaseInMs + deadlineInMs - waited.elapsedInMs();
      if (left <= 0)
        throw standStill(
          failureOf("transient", "unavailable", "another worker holds the refresh and does not finish"),
          "obtain",
          1,
        ).error;
      await store.wait(asked.key, snapshot.version, left);
    }
  }

  /** What a record gives without asking the vendor: its token, its refusal (thrown), or nothing. */
  function judge(
    snapshot: Snapshot,
    asked: Identity,
    superseded: string | undefined,
    forced: boolean,
  ): HeldToken | undefined {
    const { record, now } = snapshot;
    if (!record || record.fingerprint !== asked.fingerprint) return undefined;
    const usable = record.token && !rejected.has(record.token.accessToken) && record.token.accessToken !== superseded;
    const known = usable && record.token ? holdToken(record.token, now, holdOptions) : undefined;
    const zone = known?.zone() ?? "expired";
    const isNews = known && known.token.accessToken !== held?.token.accessToken;
    const holds = !forced && record.hold && (record.hold.until === undefined || record.hold.until > now);
    if (known && (zone === "fresh" || (zone !== "expired" && (holds || (isNews && zone === "advisory"))))) {
      if (isNews) emit({ type: "adoption", vendor, scheme: schemeName, key: asked.key });
      if (zone === "fresh") trouble = undefined;
      keep(known);
      return known;
    }
    if (!holds || !record.hold) return undefined;
    const lastsInMs = record.hold.until === undefined ? undefined : record.hold.until - now;
    const retryAt = lastsInMs === undefined ? undefined : clock.now() + lastsInMs;
    const error = sameError(fromDetails(vendor, record.hold.error, retryAt));
    trouble = { error, lastsInMs, since: createStopwatch(clock) };
    throw error;
  }

  /** Under the lease: refresh token first, then sign in. Whatever was sent is committed. */
  async function exchange(
    lease: Lease,
    asked: Identity,
    trigger: RefreshTrigger,
    superseded: string | undefined,
  ): Promise<HeldToken> {
    const since = createStopwatch(clock);
    const storeNow = () => lease.now + since.elapsedInMs();
    const turn: Turn = { lease, trigger, storeNow, record: ownRecord(lease, asked), who: asked };
    let settled = false;
    try {
      const found = judge(lease, asked, superseded, trigger === "forced");
      if (found) return found;
      const granted = (await spendRefreshToken(turn)) ?? (await signIn(turn));
      settled = true;
      return await commit(turn, granted);
    } catch (error) {
      if (!settled && error instanceof Refused) {
        settled = true;
        throw await remember(turn, error);
      }
      throw error;
    } finally {
      if (!settled) await store.release(asked.key, lease.fence).catch(() => {});
    }
  }

  async function spendRefreshToken(turn: Turn): Promise<StoredToken | undefined> {
    const before = turn.record.token;
    const refreshToken = before?.refreshToken;
    if (!lifecycle.refresh || !before || refreshToken === undefined) return undefined;
    if (before.refreshExpiresAt !== undefined && before.refreshExpiresAt <= turn.storeNow()) return undefined;
    const refreshTokenHash = await hash([refreshToken]);
    const attempts = turn.record.intent?.refreshTokenHash === refreshTokenHash ? turn.record.intent.attempts : 0;
    if (attempts > 1) return undefined;
    scrubber.add(refreshToken);
    if (lifecycle.rotates) {
      turn.record = { ...turn.record, intent: { refreshTokenHash, attempts: attempts + 1 } };
      if (!(await store.commit(turn.who.key, turn.lease.fence, turn.record))) throw new LostLease();
    }
    const result = await request(lifecycle.refresh, "refresh", turn, before, attempts > 0);
    if (result.ok) return result.token;
    const { failure } = result;
    if (failure.kind === "invalid_grant") {
      // Refused for good: the one documented fall-back is to sign in again.
      turn.record = withoutToken(turn.record, before);
      return undefined;
    }
    if (!failure.inDoubt && turn.record.intent)
      turn.record = { ...turn.record, intent: { refreshTokenHash, attempts } };
    throw new Refused(failure, "refresh");
  }

  async function signIn(turn: Turn): Promise<StoredToken> {
    let result = await request(turn.who.obtain, "obtain", turn);
    if (!result.ok && result.failure.kind === "invalid_credentials" && source.isDynamic) {
      // They may have been rotated since they were asked for.
      const fresh = await whoAmI();
      if (fresh.key === turn.who.key && fresh.fingerprint !== turn.who.fingerprint) {
        turn.who = fresh;
        turn.record = { format: 1, fingerprint: fresh.fingerprint };
        result = await request(fresh.obtain, "obtain", turn);
      }
    }
    if (result.ok) return result.token;
    throw new Refused(result.failure, "obtain");
  }

  /** One request to the token endpoint, and its event. */
  async function request(
    operation: TokenOperation,
    phase: "obtain" | "refresh",
    turn: Turn,
    before?: StoredToken,
    inDoubtAttempt = false,
  ) {
    const { credentials, key } = turn.who;
    const started = createStopwatch(clock);
    const built = buildTokenRequest(operation, options.urlOf(operation), {
      credentials,
      token: { accessToken: before?.accessToken, refreshToken: before?.refreshToken },
    });
    const answer = await callTokenEndpoint(built, {
      fetch: (one) => options.send(one, operation, phase),
      clock,
      deadlineInMs,
    });
    const result = read(answer, phase, turn, before);
    emit({
      type: "refresh",
      vendor,
      scheme: schemeName,
      key,
      trigger: turn.trigger,
      grant: operation.grant,
      outcome: result.ok
        ? "ok"
        : result.failure.inDoubt && phase === "refresh" && lifecycle.rotates
          ? "in_doubt"
          : result.failure.kind,
      durationInMs: started.elapsedInMs(),
      inDoubtAttempt,
      nextAt: result.ok ? clock.now() + result.token.expiresAt - result.token.obtainedAt : undefined,
    });
    return result;
  }

  function read(
    answer: TokenEndpointAnswer,
    phase: "obtain" | "refresh",
    turn: Turn,
    before: StoredToken | undefined,
  ): { ok: true; token: StoredToken } | { ok: false; failure: TokenFailure } {
    if (answer.answered && answer.status >= 200 && answer.status < 300 && answer.isJson) {
      const offsetInMs = serverOffsetInMs(answer.headers, answer.receivedAt, answer.roundTripInMs);
      const parsed = parseTokenResponse(lifecycle, {
        headers: answer.headers,
        body: answer.body,
        now: answer.receivedAt,
        offsetInMs,
        credentials: turn.who.credentials,
      });
      if (parsed.ok) {
        scrubber.add(parsed.token.accessToken);
        if (parsed.token.refreshToken) scrubber.add(parsed.token.refreshToken);
        return { ok: true, token: toStored(parsed.token, turn.storeNow() - answer.roundTripInMs / 2, before) };
      }
      const said = toTokenFailure(answer, failureContext(phase));
      if (parsed.refreshToken !== undefined)
        turn.record = withRefreshToken(turn.record, parsed.refreshToken, turn.storeNow());
      // An error envelope under a 200 is that error; anything else is a broken response.
      if (said.kind !== "unexpected") return { ok: false, failure: said };
      return { ok: false, failure: { ...said, message: `${parsed.problem}; it is tried again later` } };
    }
    return { ok: false, failure: toTokenFailure(answer, failureContext(phase)) };
  }

  const failureContext = (phase: Phase) => ({
    rules: options.errors,
    phase,
    scheme: schemeName,
    scrubber,
    now: clock.now(),
  });

  /** Durable before visible: callers see the token when the store has it. */
  async function commit(turn: Turn, granted: StoredToken): Promise<HeldToken> {
    const record: TokenRecord = { format: 1, fingerprint: turn.who.fingerprint, token: granted };
    identity = turn.who;
    const mine = holdToken(granted, turn.storeNow(), holdOptions);
    const kept = await store.commit(turn.who.key, turn.lease.fence, record, { release: true });
    if (!kept) {
      // Our lease was outlived: what the newer holder committed is the truth.
      const found = judge(await store.read(turn.who.key), turn.who, undefined, false);
      if (found) return found;
    }
    rejected.delete(granted.accessToken);
    trouble = undefined;
    keep(mine);
    return mine;
  }

  /** Writes down a failure for everyone, and how long the endpoint is left alone. */
  async function remember(turn: Turn, refused: Refused): Promise<AuthError> {
    const { failure, phase } = refused;
    const failures = (turn.record.hold?.failures ?? 0) + 1;
    const { error, lastsInMs } = standStill(failure, phase, failures);
    const { hold: _before, ...rest } = turn.record;
    const until = lastsInMs === undefined ? {} : { until: turn.storeNow() + lastsInMs };
    const record = {
      ...rest,
      fingerprint: turn.who.fingerprint,
      hold: { failures, error: toDetails(error), ...until },
    };
    identity = turn.who;
    await store.commit(turn.who.key, turn.lease.fence, record, { release: true }).catch(() => false);
    return error;
  }

  function standStill(failure: TokenFailure, phase: Phase, failures: number): Trouble {
    const stands = failure.kind === "invalid_credentials" || failure.outcome === "reauthentication_required";
    const lastsInMs = stands ? undefined : (failure.waitInMs ?? backOffInMs(failures, options.jitter));
    const retryAt = lastsInMs === undefined ? undefined : clock.now() + lastsInMs;
    trouble = {
      error: toAuthError(vendor, failure, phase, schemeName, retryAt),
      lastsInMs,
      since: createStopwatch(clock),
    };
    return trouble;
  }

  /** The error object that callers already have, when it says the same. */
  function sameError(error: AuthError): AuthError {
    const known = trouble?.error;
    return known && known.message === error.message && known.kind === error.kind && known.retryAt === undefined
      ? known
      : error;
  }

  /** Asks for the credentials, where they come from a function, and derives whose token this is. */
  async function whoAmI(): Promise<Identity> {
    if (identity && !source.isDynamic) return identity;
    identity = await identityOf(await source.get(deadlineInMs));
    return identity;
  }

  async function identityOf(credentials: Credentials): Promise<Identity> {
    const obtain = chooseObtain(scheme, credentials);
    if (!obtain) {
      const ways = lifecycle.obtain.map((one) => neededCredentials(one).join(" + ")).join(", or ");
      throw new AuthError(vendor, `the credentials do not suffice to sign in; give ${ways}`, {
        outcome: "configuration",
        kind: "invalid_credentials",
        phase: "obtain",
        scheme: schemeName,
      });
    }
    for (const [name, value] of Object.entries(credentials)) {
      if (value !== undefined && scheme.credentials[name]?.secret !== false) scrubber.add(value);
    }
    for (const value of basicOf(obtain, credentials)) scrubber.add(value);
    const parentKey = await options.parentKey?.();
    return identify(
      { vendor, schemeName, scheme, origins: options.origins, ...(parentKey === undefined ? {} : { parentKey }) },
      credentials,
      obtain,
    );
  }

  const holdOptions = { clock, bufferInMs, jitter: options.jitter };
  const keep = (mine: HeldToken) => {
    if (!closing.signal.aborted) held = mine;
  };
  const closedError = () => new TransportError(vendor, "closed", "this client is closed; connect() makes a new one");

  async function replace(accessToken: string, operation: string, signal?: AbortSignal | null): Promise<HeldToken> {
    reject(accessToken);
    if (held?.token.accessToken === accessToken) {
      held = undefined;
      emit({ type: "invalidation", vendor, scheme: schemeName, key: (await whoAmI()).key, operation });
    }
    return waitForToken("rejected", accessToken, signal);
  }

  function reject(accessToken: string): void {
    rejected.add(accessToken);
    const [oldest] = rejected;
    if (rejected.size > rememberedRejections && oldest !== undefined) rejected.delete(oldest);
  }

  async function verify(given?: Credentials): Promise<void> {
    const who = await identityOf(given ?? (await source.get(deadlineInMs)));
    const now = clock.now();
    const turn: Turn = {
      lease: { record: undefined, version: 0, now, fence: 0 },
      trigger: "forced",
      storeNow: () => now,
      record: { format: 1, fingerprint: who.fingerprint },
      who,
    };
    const result = await request(who.obtain, "obtain", turn);
    if (!result.ok) throw toAuthError(vendor, result.failure, "obtain", schemeName, undefined);
    if (given === undefined) trouble = undefined;
  }

  async function forget(): Promise<void> {
    if (held) reject(held.token.accessToken);
    held = undefined;
    const { key, fingerprint } = await whoAmI();
    const lease = await store.acquire(key, { owner: options.owner, ttlInMs: leaseInMs });
    if (lease) await store.commit(key, lease.fence, { format: 1, fingerprint }, { release: true });
  }

  async function revoke(): Promise<Revocation> {
    const operation = lifecycle.revoke;
    try {
      if (!operation) return { revoked: false, reason: "unsupported" };
      const current = await token();
      const built = buildTokenRequest(operation, options.urlOf(operation), {
        credentials: (await whoAmI()).credentials,
        token: { accessToken: current.token.accessToken, refreshToken: current.token.refreshToken },
      });
      if (scheme.send.in === "header" && operation.security?.length) {
        built.headers.set(scheme.send.name, `${scheme.send.prefix ?? ""}${current.token.accessToken}`);
      }
      const answer = await callTokenEndpoint(built, {
        fetch: (one) => options.send(one, { ...operation, security: [] }, "revoke"),
        clock,
        deadlineInMs,
      });
      const revoked = answer.answered && answer.status >= 200 && answer.status < 300;
      emit({ type: "revocation", vendor, scheme: schemeName, key: (await whoAmI()).key, revoked });
      if (revoked) return { revoked };
      const failure = toTokenFailure(answer, failureContext("revoke"));
      return { revoked, reason: "failed", error: toAuthError(vendor, failure, "revoke", schemeName, undefined) };
    } catch (error) {
      return { revoked: false, reason: "failed", ...(error instanceof Error ? { error } : {}) };
    } finally {
      await forget().catch(() => {});
    }
  }

  function status(): TokenStatus {
    const error = standingTrouble();
    const about = { scheme: schemeName, ...(error ? { error } : {}) };
    if (closing.signal.aborted) return { scheme: schemeName, state: "closed" };
    const good = stillGood();
    if (!good)
      return { ...about, state: error ? (trouble?.lastsInMs === undefined ? "refused" : "waiting") : "signed_out" };
    const { token: current } = good;
    const expiresAt = clock.now() + good.remainingInMs();
    return {
      ...about,
      state: "signed_in",
      expiresAt,
      tokenType: current.tokenType,
      estimated: current.estimated,
      attributes: current.attributes,
      ...(current.scope === undefined ? {} : { scope: current.scope }),
      ...(current.refreshExpiresAt === undefined
        ? {}
        : { refreshExpiresAt: expiresAt + current.refreshExpiresAt - current.expiresAt }),
    };
  }

  return {
    token,
    replace,
    refresh: (signal) => waitForToken("forced", held?.token.accessToken, signal),
    verify,
    revoke,
    forget,
    status,
    key: async () => (await whoAmI()).key,
    async close() {
      const last = flight.running;
      closing.abort(closedError());
      held = undefined;
      await last?.catch(() => {});
    },
  };
}

/** What one lease's work carries along. */
interface Turn {
  readonly lease: Lease;
  readonly trigger: RefreshTrigger;
  readonly storeNow: () => number;
  record: TokenRecord;
  who: Identity;
}

/** Carries a failure to where it is written down; never leaves this file. */
class Refused extends Error {
  readonly failure: TokenFailure;
  readonly phase: Phase;
  constructor(failure: TokenFailure, phase: Phase) {
    super(failure.kind);
    this.failure = failure;
    this.phase = phase;
  }
}

class LostLease extends Error {}

const raise = (error: AuthError): never => {
  throw error;
};

function failureOf(outcome: "transient", kind: "unavailable", message: string): TokenFailure {
  return {
    outcome,
    kind,
    message,
    status: undefined,
    code: undefined,
    advice: undefined,
    requestId: undefined,
    waitInMs: undefined,
    inDoubt: false,
  };
}

/** Other credentials than the record's: what it holds is not ours to use. */
function ownRecord(lease: Lease, asked: Identity): TokenRecord {
  return lease.record?.fingerprint === asked.fingerprint ? lease.record : { format: 1, fingerprint: asked.fingerprint };
}

function toStored(
  granted: import("./token-set.ts").TokenSet,
  obtainedAt: number,
  before: StoredToken | undefined,
): StoredToken {
  const refreshToken = granted.refreshToken ?? before?.refreshToken;
  const refreshExpiresAt =
    granted.refreshLifetimeInMs === undefined ? before?.refreshExpiresAt : obtainedAt + granted.refreshLifetimeInMs;
  return {
    accessToken: granted.accessToken,
    tokenType: granted.tokenType,
    estimated: granted.estimated,
    attributes: granted.attributes,
    obtainedAt,
    expiresAt: obtainedAt + granted.lifetimeInMs,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    ...(granted.scope === undefined ? {} : { scope: granted.scope }),
    ...(granted.refreshAfterInMs === undefined ? {} : { refreshAt: obtainedAt + granted.refreshAfterInMs }),
  };
}

/** The access token may live on; only its refresh token is gone. */
function withoutToken(record: TokenRecord, before: StoredToken): TokenRecord {
  const { intent: _intent, ...rest } = record;
  const { refreshToken: _refreshToken, refreshExpiresAt: _refreshExpiresAt, ...token } = before;
  return { ...rest, token };
}

/** A response without an access token may still have rotated the refresh token: it must not be lost. */
function withRefreshToken(record: TokenRecord, refreshToken: string, now: number): TokenRecord {
  const { intent: _intent, ...rest } = record;
  const token = record.token ?? {
    accessToken: "",
    tokenType: "Bearer",
    estimated: true,
    attributes: {},
    obtainedAt: now,
    expiresAt: now,
  };
  return { ...rest, token: { ...token, refreshToken } };
}

function basicOf(operation: TokenOperation, credentials: Credentials): string[] {
  if (!operation.basic) return [];
  const names = [operation.basic.username, operation.basic.password].map((one) => one.replace("$credentials.", ""));
  return [toBase64(names.map((name) => credentials[name] ?? "").join(":"))];
}
