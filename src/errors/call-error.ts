/** Makes the errors that callers get out of those of a token request, which callers share, and of a call's last attempt. */
import { AuthError } from "./auth-error.ts";
import { type CallFacts, describeEffort } from "./call-facts.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { type Delivery, isWrite } from "./delivery.ts";
import { TransportError } from "./transport-error.ts";

/** What the texts of a call's errors also depend on. */
export interface CallState extends CallFacts {
  readonly method: string;
  /** True once the vendor answered any request of the call. */
  readonly wasAnswered: boolean;
  /** How the caller finds out whether a write was processed, where the document says so. */
  readonly lookup: string | undefined;
}

/**
 * Gives a caller an error of its own, whose stack shows that caller. Other errors than these, such as the reason of the caller's signal,
 * stay as they are.
 *
 * @param error of a token request, which callers share, or of the last attempt of the call
 */
export function toCallError(error: unknown, call: CallState): unknown {
  if (error instanceof AuthError) {
    const { vendor, outcome, kind, phase, scheme, status, code, advice, requestId, retryAt } = error;
    const details = { outcome, kind, phase, scheme, status, code, advice, requestId, retryAt };
    return new AuthError(vendor, describe(error, call), { ...details, ...factsOf(call), cause: error });
  }
  if (error instanceof TransportError) {
    const { vendor, reason, code } = error;
    // All calls that wait when a client is closed share that error; any other is of this call alone, as its cause is.
    const cause: unknown = reason === "closed" ? error : error.cause;
    return new TransportError(vendor, reason, describe(error, call), { code, ...factsOf(call), cause });
  }
  const { delivery } = call;
  // The request was not sent, unless an earlier attempt was.
  if (error instanceof ConfigurationError && delivery !== undefined && delivery !== "not_processed")
    return new ConfigurationError(error.vendor, describe(error, call), { delivery, cause: error });
  return error;
}

/** Performs an action of a client that is no call, e.g. `auth.refresh()`. Its error is the caller's own, too. */
export async function runAction<T>(operation: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const unknown = { attempts: undefined, elapsedInMs: undefined, delivery: undefined, lookup: undefined };
    throw toCallError(error, { ...unknown, operation, method: "GET", wasAnswered: false });
  }
}

const factsOf = ({ operation, attempts, elapsedInMs, delivery }: CallFacts): CallFacts => ({
  operation,
  attempts,
  elapsedInMs: elapsedInMs === undefined ? undefined : Math.round(elapsedInMs),
  delivery,
});

/** Begins with how the call ended, then says why, and what to do about a write that may have been processed. */
function describe(error: AuthError | TransportError | ConfigurationError, call: CallState): string {
  const { operation, delivery } = call;
  const effort = describeEffort(call);
  const suffix = effort && ` ${effort}`;
  const why = error.message.slice(error.vendor.length + 2);
  if (delivery === "not_processed")
    return `${operation} was not ${call.wasAnswered ? "processed" : "sent"}${suffix}: ${why}`;
  const isSilent = error instanceof TransportError && (error.reason === "network" || error.reason === "timed_out");
  const uncertainty =
    delivery !== undefined && isWrite(call.method) ? `; ${describeDelivery(delivery, call.lookup)}` : "";
  return `${operation} ${isSilent && !call.wasAnswered ? "got no response" : "failed"}${suffix}: ${why}${uncertainty}`;
}

/** Tells the caller of a write that was sent what became of it, and what to do. */
export function describeDelivery(delivery: Delivery, lookup: string | undefined): string {
  const what = delivery === "processed" ? "it was processed" : "it may have been processed";
  return lookup === undefined ? what : `${what}: ask ${lookup} before you send it again`;
}
