/** Rate limits with rolling windows: at most `requests` in the last `perSeconds`, for each limit and each owner. */
import type { RateLimitFigure } from "../spec/switches.ts";

export interface LimitState {
  readonly allowed: boolean;
  readonly requests: number;
  readonly remaining: number;
  /** Epoch milliseconds at which the oldest request leaves the window. */
  readonly resetAt: number;
}

export interface RateLimiter {
  /** Counts one request against all limits if all allow it. Returns the state of the tightest limit, undefined if none applies. */
  take(limits: readonly RateLimitFigure[], ownerOf: (sharedBy: string) => string, now: number): LimitState | undefined;
  clear(): void;
}

export function createRateLimiter(): RateLimiter {
  const windows = new Map<string, number[]>();
  return {
    take(limits, ownerOf, now) {
      const states = limits.map((limit) => {
        const key = JSON.stringify([
          limit.requests,
          limit.perSeconds,
          limit.operations ?? [],
          ownerOf(limit.sharedBy ?? "client"),
        ]);
        const times = (windows.get(key) ?? []).filter((time) => time > now - limit.perSeconds * 1000);
        windows.set(key, times);
        return { limit, times };
      });
      const allowed = states.every(({ limit, times }) => times.length < limit.requests);
      if (allowed) for (const { times } of states) times.push(now);
      return states
        .map(({ limit, times }) => ({
          allowed,
          requests: limit.requests,
          remaining: Math.max(0, limit.requests - times.length),
          resetAt: (times[0] ?? now) + limit.perSeconds * 1000,
        }))
        .sort((a, b) => a.remaining - b.remaining || b.resetAt - a.resetAt)[0];
    },
    clear() {
      windows.clear();
    },
  };
}
