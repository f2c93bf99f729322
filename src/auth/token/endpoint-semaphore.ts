/**
 * How many token requests of this process one token endpoint sees at once: thousands of credentials that expire in the same minute
 * come to it a few at a time. The advisory window is long enough for all of them. One endpoint's queue holds up no other's, and
 * whoever passes does so before it takes a lease.
 */
import { onAbort } from "../../util/abortable.ts";

const maxInside = 32;

interface Gate {
  inside: number;
  readonly queue: Set<() => void>;
}

/** An entry is there while somebody is inside. */
const gates = new Map<string, Gate>();

/**
 * Resolves with how to leave. Rejects with the signal's reason.
 *
 * @param endpoint an address, and the scheme: a customer's sign-in waits inside for the client's own token.
 */
export async function acquireEndpointSlot(endpoint: string, signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  const gate = gates.get(endpoint) ?? { inside: 0, queue: new Set() };
  gates.set(endpoint, gate);
  if (gate.inside < maxInside) gate.inside += 1;
  else await queueUp(gate, signal);
  return () => {
    const [next] = gate.queue;
    // A place is handed on: nobody who comes later gets in before those who wait.
    if (next) return next();
    gate.inside -= 1;
    if (gate.inside === 0) gates.delete(endpoint);
  };
}

function queueUp({ queue }: Gate, signal: AbortSignal): Promise<void> {
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
