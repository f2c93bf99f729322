/**
 * Waits for a shared promise under a caller's own signal: the caller leaves at once with its own reason, the shared work goes
 * on, and no listener stays behind.
 */
export function abortable<T>(shared: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return shared;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const leave = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    shared.then(
      (value) => {
        leave();
        resolve(value);
      },
      (error) => {
        leave();
        reject(error);
      },
    );
  });
}
