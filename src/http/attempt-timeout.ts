import { onAbort } from "../util/abortable.ts";
import type { Clock } from "../util/clock.ts";

/** A signal for one attempt, which aborts with the caller's signal or after the time limit. */
export interface AttemptTimeout {
  readonly signal: AbortSignal;
  /** Cancels the timer and stops listening to the caller's signal. */
  dispose(): void;
}

/** @param timeoutError makes the reason of the signal when the time is over */
export function createAttemptTimeout(
  clock: Clock,
  limitInMs: number,
  signal: AbortSignal | undefined,
  timeoutError: (limitInMs: number) => Error,
): AttemptTimeout {
  const controller = new AbortController();
  const cancel = clock.after(limitInMs, () => controller.abort(timeoutError(limitInMs)));
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
