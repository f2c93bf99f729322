/**
 * Reads a response's rate limit: `RateLimit-Remaining` and `RateLimit-Reset`, with or without `X-`, or `RateLimit` of the later drafts
 * (draft-ietf-httpapi-ratelimit-headers-08 and on: `"default";r=50;t=30`).
 */
import { parseHttpDate } from "../../util/retry-after.ts";

export interface Quota {
  /** Requests left until the reset. */
  readonly remaining: number;
  readonly resetInMs: number;
}

/** A longer time to the reset is taken for a mistake. */
const maxResetInMs = 3_600_000;

/** True where the response has one of the headers. */
export const namesQuota = (headers: Headers): boolean =>
  headers.has("ratelimit-remaining") || headers.has("x-ratelimit-remaining") || headers.has("ratelimit");

export function readQuota(headers: Headers, now: number): Quota | undefined {
  const remaining = headers.get("ratelimit-remaining") ?? headers.get("x-ratelimit-remaining");
  if (remaining === null) return readStructured(headers.get("ratelimit"));
  const reset = headers.get("ratelimit-reset") ?? headers.get("x-ratelimit-reset");
  return toQuota(remaining, reset === null ? undefined : resetInMs(Number(reset), headers, now));
}

/** Reads the policy with the fewest requests left. */
function readStructured(value: string | null): Quota | undefined {
  const policies = (value ?? "").split(",").flatMap((policy) => {
    const remaining = /;\s*r=(\d+)/u.exec(policy)?.[1];
    const seconds = /;\s*t=(\d+)/u.exec(policy)?.[1];
    const quota = remaining === undefined ? undefined : toQuota(remaining, seconds && Number(seconds) * 1000);
    return quota ? [quota] : [];
  });
  return policies.sort((a, b) => a.remaining - b.remaining)[0];
}

function toQuota(remaining: string, resetInMs: number | "" | undefined): Quota | undefined {
  const count = Number(remaining);
  if (remaining.trim() === "" || !Number.isFinite(count) || count < 0) return undefined;
  if (resetInMs === undefined || resetInMs === "" || !(resetInMs > 0)) return undefined;
  return { remaining: count, resetInMs: Math.min(resetInMs, maxResetInMs) };
}

/** Converts a reset, by its magnitude: seconds from now, epoch seconds, or epoch milliseconds. */
function resetInMs(value: number, headers: Headers, now: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (value < 1e9) return value * 1000;
  return (value < 1e12 ? value * 1000 : value) - (parseHttpDate(headers.get("date")) ?? now);
}
