/** Estimates the clock skew between this process and the authorization server from the `Date` header, where that can be trusted. */
import { parseHttpDate } from "../../util/retry-after.ts";

/** With a larger skew, one of the two clocks is broken or set wrong on purpose. */
const maxSkewInMs = 24 * 3_600_000;
/** A slower response says too little about when it was dated. */
const maxRoundTripInMs = 30_000;
/** `Date` counts whole seconds. */
const resolutionInMs = 2_000;

/**
 * Returns the milliseconds to add to `now` for the server's time, or `undefined` where its `Date` cannot be trusted (RFC 9110 §6.6.1;
 * a cached response has an `Age`).
 */
export function clockSkewInMs(headers: Headers, now: number, roundTripInMs: number): number | undefined {
  const date = parseHttpDate(headers.get("date"));
  const age = headers.get("age");
  if (date === undefined || (age !== null && age !== "0") || roundTripInMs > maxRoundTripInMs) return undefined;
  const skew = date - (now - roundTripInMs / 2);
  if (Math.abs(skew) > maxSkewInMs) return undefined;
  return Math.abs(skew) <= resolutionInMs ? 0 : skew;
}
