import { TransportError } from "../errors/transport-error.ts";
import { onAbort } from "../util/abortable.ts";
import type { Clock } from "../util/clock.ts";

/** A signal for one attempt, which aborts with the caller's signal or after the time limit. */
export interface AttemptTimeout {
  readonly signal: AbortSignal;
  /** Cancels the timer and stops listening to the caller's signal. */
  dispose(): void;
}

export function createAttemptTimeout(
  clock: Clock,
  limitInMs: number,
  signal: AbortSignal | undefined,
  vendor: string,
  operation: string,
): AttemptTimeout {
  const controller = new AbortController();
  const cancel = clock.after(limitInMs, () => controller.abort(timedOut(vendor, operation, limitInMs)));
  if (!signal) return { signal: controller.signal, dispose: cancel };
  const stopListening = onAbort(signal, () => controller.abort(signal.reason));
  return {
    signal: controller.signal,
    dispose() {
      cancel();
      stopListening();
    },
  };
}

const timedOut = (vendor: string, operation: string, limitInMs: number): TransportError =>
  new TransportError(vendor, "timed_out", `${operation} took longer than ${limitInMs} ms; it may have been processed`);
