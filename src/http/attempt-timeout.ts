/** A signal for one sending: aborted by the caller's own, or when time is up. It holds no timer and no listener once it is let go. */
import type { Clock } from "../util/clock.ts";
import { TransportError } from "../errors/transport-error.ts";

export interface AttemptTimeout {
  readonly signal: AbortSignal;
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
  const late = () => controller.abort(timedOut(vendor, operation, limitInMs));
  const letGo = clock.after(limitInMs, late);
  return signal ? follow(controller, signal, letGo) : { signal: controller.signal, dispose: letGo };
}

function follow(controller: AbortController, signal: AbortSignal, cancel: () => void): AttemptTimeout {
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    dispose() {
      cancel();
      signal.removeEventListener("abort", abort);
    },
  };
}

const timedOut = (vendor: string, operation: string, limitInMs: number): TransportError =>
  new TransportError(vendor, "timed_out", `${operation} took longer than ${limitInMs} ms; it may have been processed`);
