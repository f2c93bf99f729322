/**
 * Simulates one day of a fleet in virtual time, with the real token manager of every worker and the real memory store, shared or one for
 * each. Only the vendor is simulated: it responds after 200 ms, except for half an hour in which it cannot be reached.
 */
import { createMemoryStore } from "../../src/store/memory.ts";
import type { TokenStore } from "../../src/store/token-store.ts";
import type { TokenClient, TokenRequestResult } from "../../src/auth/token-endpoint/token-client.ts";
import { createTokenManager } from "../../src/auth/token/token-manager.ts";
import { createTokenPatience } from "../../src/auth/token/token-patience.ts";
import { defaultTimeoutInMs } from "../../src/client/call-options.ts";
import { failureRules } from "../../src/http/retry.ts";
import { localFailure } from "../../src/auth/token-endpoint/token-failure.ts";
import type { Lifecycle } from "../../src/vendor.ts";
import { clientCredentials } from "../lib/oauth-lifecycle.ts";
import { createRandom } from "../lib/random.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";

export interface DayOptions {
  readonly workers: number;
  readonly isShared: boolean;
  readonly lifetimeInMs: number;
  /** Between two calls of one worker, on average. */
  readonly everyInMs: number;
  readonly seed: number;
}

export interface Day {
  /** Token requests by second of the day. */
  readonly perSecond: Float64Array;
  readonly requests: number;
  /** Calls that got no token. */
  readonly refused: number;
  readonly calls: number;
}

export const hourInMs = 3_600_000;
export const outage = { from: 12 * hourInMs, until: 12.5 * hourInMs };
const dayInMs = 24 * hourInMs;
/** All workers start within a minute, as after a deployment. */
const startWithinInMs = 60_000;
const latencyInMs = 200;
/** The defaults of a call. */
const patience = { retries: failureRules.delaysInSeconds.length, timeoutInMs: defaultTimeoutInMs };
const start = Date.UTC(2026, 0, 1);

const lifecycle: Lifecycle = { obtain: [clientCredentials], response: [] };

export async function simulateDay({ workers, isShared, lifetimeInMs, everyInMs, seed }: DayOptions): Promise<Day> {
  const clock = createVirtualClock(start);
  const random = createRandom(seed);
  const perSecond = new Float64Array(dayInMs / 1000);
  const counts = { requests: 0, refused: 0, calls: 0 };
  const tokenClient = createVendor(clock, lifetimeInMs, () => {
    counts.requests += 1;
    const second = Math.floor((clock.now() - start) / 1000);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
  });
  const shared = createMemoryStore({ clock });
  for (let index = 0; index < workers; index += 1) {
    const manager = createManager(
      index,
      isShared ? shared : createMemoryStore({ clock }),
      clock,
      tokenClient,
      random.next(),
    );
    /** The time to the next call of a Poisson process. */
    const gap = () => -Math.log(1 - random.next()) * everyInMs;
    const call = (): boolean => {
      counts.calls += 1;
      const got = manager.getToken(undefined, createTokenPatience({ clock, ...patience }));
      if (got instanceof Promise) {
        got.then(undefined, () => {
          counts.refused += 1;
        });
        next();
        return false;
      }
      next();
      return got.freshness() === "fresh";
    };
    const next = () => {
      // Calls with a fresh token change nothing: they are counted, not made.
      const { cachedToken: held } = manager;
      const freshInMs = held ? Math.max(0, held.remainingInMs() - held.windows.advisoryInMs) : 0;
      counts.calls += freshInMs / everyInMs;
      clock.after(freshInMs + gap(), call);
    };
    clock.after(random.between(0, startWithinInMs), call);
  }
  await clock.runUntil(start + dayInMs);
  return { perSecond, ...counts, calls: Math.round(counts.calls) };
}

function createVendor(clock: VirtualClock, lifetimeInMs: number, count: () => void): TokenClient {
  let serial = 0;
  return {
    async requestToken({ storeNow }): Promise<TokenRequestResult> {
      count();
      const sinceStart = clock.now() - start;
      const isDown = sinceStart >= outage.from && sinceStart < outage.until;
      await new Promise<void>((resolve) => clock.after(latencyInMs, resolve));
      if (isDown) return { ok: false, failure: localFailure("the token endpoint could not be reached (ECONNREFUSED)") };
      serial += 1;
      const obtainedAt = storeNow();
      const token = { accessToken: `token-${serial}`, tokenType: "Bearer", estimated: false, attributes: {} };
      return { ok: true, token: { ...token, obtainedAt, expiresAt: obtainedAt + lifetimeInMs } };
    },
    revoke: async () => undefined,
  };
}

function createManager(
  index: number,
  store: TokenStore,
  clock: VirtualClock,
  tokenClient: TokenClient,
  jitter: number,
) {
  const identity = { key: "fleet", fingerprint: "one", credentials: {}, obtain: clientCredentials };
  return createTokenManager({
    vendor: "simulated",
    schemeName: "bearer",
    lifecycle,
    tokenClient,
    resolveIdentity: async () => identity,
    // An endpoint for each worker, since the limit of concurrent requests is per process, and every worker is a process.
    endpoint: `https://simulated.invalid/${index}`,
    isDynamic: false,
    store,
    clock,
    emit: () => {},
    worker: { owner: `worker-${index}`, jitter },
    deadlineInMs: 10_000,
  });
}
