/** An answer that broke off while its body was read, which no attempt of a trip sees: bodies are read outside of it. Loaded ahead of need. */
import { systemCode } from "./errors/system-code.ts";
import { TransportError } from "./errors/transport-error.ts";
import type { Attempt } from "./transport/retry.ts";

/**
 * The loss that an error tells of: the platform throws a bare TypeError. `undefined` for anything else, such as a mistake in somebody's
 * middleware, which names no system's code.
 */
export function toLoss(
  vendor: string,
  operation: string,
  error: unknown,
  isTouched: boolean,
): TransportError | undefined {
  const code = systemCode(error);
  if (isTouched && code === undefined) return undefined;
  return TransportError.brokenOff(vendor, `the answer to ${operation}`, code);
}

/** To wait as for another attempt, which is the caller's to make: with an answer of its own, nothing is looked up in its place. */
export const toWait = (attempt: Attempt): Attempt => ({
  operation: attempt.operation,
  carried: attempt.carried,
  signal: attempt.signal,
  canSendAgain: attempt.canSendAgain,
  limit: attempt.limit,
  isSafe: attempt.isSafe && !attempt.findEarlier,
  send: async () => new Response(),
  throttled: () => {},
  leftInMs: () => attempt.leftInMs(),
});
