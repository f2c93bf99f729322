/** Publishes messages to a listener and, on Node, to a channel of `node:diagnostics_channel`. Costs nothing without listeners. */
export interface Publisher<T> {
  /** True when there is a listener or a subscriber. */
  readonly hasListeners: boolean;
  publish(message: T): void;
}

export function createPublisher<T>(name: string, listener: ((message: T) => void) | undefined): Publisher<T> {
  // Looked up, not imported: browsers and some edge runtimes have no such module.
  const channel = globalThis.process?.getBuiltinModule?.("node:diagnostics_channel")?.channel(name);
  return {
    get hasListeners() {
      return listener !== undefined || channel?.hasSubscribers === true;
    },
    publish(message) {
      if (channel?.hasSubscribers) channel.publish(message);
      if (listener) notify(listener, message);
    },
  };
}

/** Ignores what a listener throws, or rejects with later. */
function notify<T>(listener: (message: T) => void, message: T): void {
  try {
    const returned: unknown = listener(message);
    if (returned instanceof Promise) returned.catch(() => {});
  } catch {
    // A failing listener must not fail the call.
  }
}
