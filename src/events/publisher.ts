/** Tells a listener and, where the platform has it, a `node:diagnostics_channel`. Neither costs anything while nobody listens. */
export interface Publisher<T> {
  /** Somebody would hear it. */
  readonly hasListeners: boolean;
  publish(message: T): void;
}

export function createPublisher<T>(name: string, listener: ((message: T) => void) | undefined): Publisher<T> {
  // Asked for, not imported: browsers and some workers have none.
  const channel = globalThis.process?.getBuiltinModule?.("node:diagnostics_channel")?.channel(name);
  return {
    get hasListeners() {
      return listener !== undefined || channel?.hasSubscribers === true;
    },
    publish(message) {
      if (channel?.hasSubscribers) channel.publish(message);
      if (listener) tell(listener, message);
    },
  };
}

/** A listener that throws, or rejects later, disturbs nobody. */
function tell<T>(listener: (message: T) => void, message: T): void {
  try {
    const returned: unknown = listener(message);
    if (returned instanceof Promise) returned.catch(() => {});
  } catch {
    // The listener's own trouble.
  }
}
