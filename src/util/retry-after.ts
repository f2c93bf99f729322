/** A longer wait is cut to this. */
const maxWaitInMs = 3_600_000;

/**
 * Parses `Retry-After` (RFC 9110 §10.2.3) to milliseconds from now, at most an hour; `undefined` where it is absent or malformed. A
 * date is compared with the response's `Date`, so that a wrong local clock does not matter.
 */
export function retryAfterInMs(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after");
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/u.test(value)) return Math.min(Number(value) * 1000, maxWaitInMs);
  const at = parseHttpDate(value);
  if (at === undefined) return undefined;
  const from = parseHttpDate(headers.get("date")) ?? now;
  return Math.min(Math.max(at - from, 0), maxWaitInMs);
}

/** Parses an HTTP-date (RFC 9110 §5.6.7) to epoch milliseconds; `undefined` for a bare number or another format. */
export function parseHttpDate(value: string | null | undefined): number | undefined {
  if (!value || !/^[A-Za-z]{3,9},? /u.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}
