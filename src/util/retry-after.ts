/** How long the vendor asks us to wait (RFC 9110 §10.2.3), measured against its own clock. */
const maxWaitInMs = 3_600_000;

/**
 * Milliseconds from now, at most an hour; `undefined` where nothing usable is said.
 * A date is compared with the answer's `Date`, so that a wrong local clock does not matter.
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

/** Epoch milliseconds of an HTTP-date (RFC 9110 §5.6.7); a bare number or another format is none. */
export function parseHttpDate(value: string | null | undefined): number | undefined {
  if (!value || !/^[A-Za-z]{3,9},? /u.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}
