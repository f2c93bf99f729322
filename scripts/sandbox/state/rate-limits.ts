/** Rolling windows: at most so many requests in the last so many seconds, per limit and per whoever shares it. */
import type { RateLimitFigure } from "../spec/switches.ts";

export interface LimitState {
  readonly allowed: boolean;
  readonly requests: number;
  readonly remaining: number;
  /** Epoch milliseconds at which the oldest request leaves the window. */
  readonly resetAt: number;
}

export interface RateLimiter {
  /** Counts one request against all limits, unless one of them refuses it; the tightest is returned, undefined where none applies. */
  take(limits: readonly RateLimitFigure[], sharer: (sharedBy: string) => string, now: number): LimitState | undefined;
  clear(): void;
}

export function createRateLimiter(): RateLimiter {
  const windows = new Map<string, number[]>();
  return {
    take(limits, sharer, now) {
      const states = limits.map((limit) => {
        const key = JSON.stringify([
          limit.requests,
          limit.perSeconds,
          limit.operations ?? [],
          sharer(limit.sharedBy ?? "client"),
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
