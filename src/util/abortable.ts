/**
 * Calls back once when a signal aborts: at once where it is aborted already, never without a signal.
 *
 * @returns removes the listener
 */
export function onAbort(signal: AbortSignal | null | undefined, callback: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) callback();
  else signal.addEventListener("abort", callback, { once: true });
  return () => signal.removeEventListener("abort", callback);
}

/**
 * Waits for a shared promise under a caller's own signal: on abort the caller's wait rejects with its own reason, and the shared work
 * continues.
 */
export function abortable<T>(shared: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return shared;
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason));
    shared.finally(stopListening).then(resolve, reject);
  });
}
