/** A signal for one sending: aborted by the caller's own, or when time is up. It holds no timer and no listener once it is let go. */
import type { Clock } from "../clock.ts";
import { TransportError } from "../errors/transport-error.ts";

export interface Deadline {
  readonly signal: AbortSignal;
  letGo(): void;
}

export function createDeadline(
  clock: Clock,
  limitInMs: number,
  signal: AbortSignal | undefined,
  toError: () => TransportError,
): Deadline {
  const controller = new AbortController();
  const cancel = clock.after(limitInMs, () => controller.abort(toError()));
  if (!signal) return { signal: controller.signal, letGo: cancel };
  const follow = () => controller.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    letGo() {
      cancel();
      signal.removeEventListener("abort", follow);
    },
  };
}

export const timedOut = (vendor: string, operation: string, limitInMs: number): TransportError =>
  new TransportError(vendor, "timed_out", `${operation} took longer than ${limitInMs} ms; it may have been processed`);
