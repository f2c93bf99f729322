/** The authorization server's time, from its `Date` header, where that can be believed. */
import { parseHttpDate } from "../../util/retry-after.ts";

/** Further off than this, one of the two clocks is set wrongly on purpose or broken. */
const maxOffsetInMs = 24 * 3_600_000;
/** An answer so slow says little of when it was dated. */
const maxRoundTripInMs = 30_000;
/** `Date` counts whole seconds. */
const resolutionInMs = 2_000;

/** Milliseconds to add to `now` for the server's time, or `undefined` where its `Date` cannot be trusted (RFC 9110 §6.6.1; a cache's `Age`). */
export function clockSkewInMs(headers: Headers, now: number, roundTripInMs: number): number | undefined {
  const date = parseHttpDate(headers.get("date"));
  const age = headers.get("age");
  if (date === undefined || (age !== null && age !== "0") || roundTripInMs > maxRoundTripInMs) return undefined;
  const offset = date - (now - roundTripInMs / 2);
  if (Math.abs(offset) > maxOffsetInMs) return undefined;
  return Math.abs(offset) <= resolutionInMs ? 0 : offset;
}
