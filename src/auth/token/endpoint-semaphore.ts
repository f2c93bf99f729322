/**
 * Limits how many token requests of this process one token endpoint gets at the same time (refresh-policy.ts), so that thousands of
 * credentials that expire in the same minute are refreshed a few at a time. Endpoints do not wait for each other. A slot is acquired
 * before a lease, so that nobody holds a lease while waiting.
 */
import { onAbort } from "../../util/abortable.ts";
import { maxConcurrentTokenRequests } from "./refresh-policy.ts";

interface Semaphore {
  used: number;
  readonly queue: Set<() => void>;
}

/** An endpoint has an entry while one of its slots is in use. */
const semaphores = new Map<string, Semaphore>();

/**
 * Waits for a slot, and resolves with a function that gives it back. Rejects with the signal's reason.
 *
 * @param endpoint the address and the scheme: a customer's sign-in waits in its slot for the client's own token
 */
export async function acquireEndpointSlot(endpoint: string, signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  const semaphore = semaphores.get(endpoint) ?? { used: 0, queue: new Set() };
  semaphores.set(endpoint, semaphore);
  if (semaphore.used < maxConcurrentTokenRequests) semaphore.used += 1;
  else await waitForSlot(semaphore, signal);
  return () => {
    const [next] = semaphore.queue;
    // The slot goes to the first in the queue, so that a newcomer cannot overtake.
    if (next) return next();
    semaphore.used -= 1;
    if (semaphore.used === 0) semaphores.delete(endpoint);
  };
}

function waitForSlot({ queue }: Semaphore, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const enter = () => {
      queue.delete(enter);
      stopListening();
      resolve();
    };
    queue.add(enter);
    const stopListening = onAbort(signal, () => {
      queue.delete(enter);
      reject(signal.reason);
    });
  });
}
