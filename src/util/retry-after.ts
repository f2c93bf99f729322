/**
 * The longest wait that a vendor can ask for, by `Retry-After` or by the reset of a rate limit. A longer one is not waited for: the
 * answer comes back at once, with the time to try again as `retryAt`.
 */
export const maxRetryAfterInMs = 3_600_000;

/** A time that far ahead can still be written as a date. */
const maxInMs = 100 * 365 * 86_400_000;

/**
 * Parses `Retry-After` (RFC 9110 §10.2.3) to milliseconds from now; `undefined` where it is absent or malformed. A date is compared with
 * the response's `Date`, so that a wrong local clock does not matter. Whether so long is waited decides `maxRetryAfterInMs`.
 */
export function retryAfterInMs(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after");
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/u.test(value)) return Math.min(Number(value) * 1000, maxInMs);
  const at = parseHttpDate(value);
  if (at === undefined) return undefined;
  const from = parseHttpDate(headers.get("date")) ?? now;
  return Math.min(Math.max(at - from, 0), maxInMs);
}

/** Parses an HTTP-date (RFC 9110 §5.6.7) to epoch milliseconds; `undefined` for a bare number or another format. */
export function parseHttpDate(value: string | null | undefined): number | undefined {
  if (!value || !/^[A-Za-z]{3,9},? /u.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}
