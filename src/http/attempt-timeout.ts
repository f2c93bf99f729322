/** A signal for one sending: aborted by the caller's own, or when time is up. It holds no timer and no listener once it is let go. */
import type { Clock } from "../util/clock.ts";
import { TransportError } from "../errors/transport-error.ts";

export interface Deadline {
  readonly signal: AbortSignal;
  letGo(): void;
}

export function createDeadline(
  clock: Clock,
  limitInMs: number,
  signal: AbortSignal | undefined,
  vendor: string,
  operation: string,
): Deadline {
  const controller = new AbortController();
  const late = () => controller.abort(timedOut(vendor, operation, limitInMs));
  const letGo = clock.after(limitInMs, late);
  return signal ? follow(controller, signal, letGo) : { signal: controller.signal, letGo };
}

function follow(controller: AbortController, signal: AbortSignal, cancel: () => void): Deadline {
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    letGo() {
      cancel();
      signal.removeEventListener("abort", abort);
    },
  };
}

const timedOut = (vendor: string, operation: string, limitInMs: number): TransportError =>
  new TransportError(vendor, "timed_out", `${operation} took longer than ${limitInMs} ms; it may have been processed`);
